"""Rows of one student at several entries: who chooses first, and nobody twice."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import EngineError
from outcomes.engine.evaluate import evaluate
from outcomes.terms import Method
from tests.engine import oracles_turns
from tests.engine.random_studies import keys, match_on, tables
from tests.engine.stacked import DAYS, design, stacked
from tests.engine.test_literal import pairs_of
from tests.engine.worked import REFERENCE

often = settings(max_examples=150, deadline=None)
seldom = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("order", ["largest", "smallest"])
def test_the_match_is_that_of_matchit_run_entry_after_entry(order):
    frame = pd.read_csv(REFERENCE / "lalonde_entries.csv")
    plan = {
        "unit": "unit_id",
        "treatment": "treat",
        "outcomes": ["re78"],
        "covariates": ["age", "educ", "married", "re74", "re75"],
        "entry": "entry",
        "order": order,
    }
    study, arranged = match_on(frame, Design.from_dict(plan))
    known = pd.read_csv(REFERENCE / "lalonde_entries_pairs.csv")
    known = known[known["order"] == order]
    days = np.array(study.entries.labels)[study.entries.code]
    found = {
        (days[one], study.units[one], study.units[other])
        for one, other in pairs_of(arranged.matched)
    }
    assert found == set(known[["entry", "unit", "match"]].itertuples(index=False))
    score = frame.set_index(["unit_id", "entry"])["score"]
    ours = pd.Series(arranged.space.score, [study.units, days])
    assert np.allclose(ours, score.loc[ours.index], rtol=1e-6)


@often
@given(
    stacked(),
    st.integers(1, 2),
    st.sampled_from(["largest", "smallest"]),
    st.sampled_from([None, 1, 2]),
)
def test_pairs_are_those_of_a_look_at_every_row(frame, ratio, order, reuse):
    more = {"replacement": True, "reuse": reuse, "cluster": "school"} if reuse else {}
    study, arranged = match_on(frame, design(ratio=ratio, order=order, **more))
    assume(not arranged.space.is_separated)
    literal = oracles_turns.chosen_by_entry(
        arranged.space.score,
        study.treated,
        study.units,
        [study.entries.labels[code] for code in study.entries.code],
        ratio=ratio,
        order=order,
        uses=reuse or 1,
    )
    assert pairs_of(arranged.matched) == sorted(literal)
    total = sum(np.abs(np.subtract(*arranged.space.score[[*pair]])) for pair in literal)
    assert arranged.matched.total_distance == pytest.approx(total)


@often
@given(stacked(), st.sampled_from(list(Method)), st.sampled_from([[], ["school"]]))
def test_by_every_method_nobody_stands_twice_and_sets_share_their_entry(
    frame, method, exact
):
    try:
        found = evaluate(frame, design(method=method, exact=exact)).report()
    except EngineError as refusal:
        assume(refusal.code != "not_balanceable")
        raise
    members = pd.DataFrame(found["pairs"])
    assume(len(members))
    assert members["unit"].is_unique
    assert len(members[["set", "entry"]].drop_duplicates()) == found["sample"]["sets"]
    at = frame.set_index(["student", "entry"]).index
    assert all(row in at for row in members[["unit", "entry"]].itertuples(index=False))
    everyone = frame["student"].nunique()
    assert found["sample"]["treated"] + found["sample"]["comparison"] == everyone
    (naive,) = found["naive"]
    assert naive["n_treated"] + naive["n_comparison"] == everyone


@seldom
@given(tables(), st.sampled_from([m.value for m in Method]))
def test_one_entry_changes_no_number(frame, method):
    def numbers(frame, **more):
        try:
            report = evaluate(frame, Design.from_dict(keys(method=method, **more)))
        except EngineError as refusal:
            return str(refusal)
        found = report.report()
        for key in ("design", "design_hash", "input_hash"):
            del found[key]
        for member in found["pairs"]:
            member.pop("entry", None)
        return found

    one_day = frame.assign(entry=DAYS[0])
    assert numbers(one_day, entry="entry") == numbers(frame)


@seldom
@given(stacked(), st.sampled_from(["nearest", "full"]), st.integers(0, 99))
def test_rows_in_another_order_change_no_byte(frame, method, seed):
    plan = design(method=method, seed=seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    one, other = (evaluate(f, plan).report() for f in (frame, shuffled))
    assert one == other


@seldom
@given(stacked(), st.sampled_from(["average", "seeded"]), st.integers(0, 99))
def test_keys_that_are_numbers_change_no_byte_of_what_their_texts_give(
    frame, ties, seed
):
    plan = design(ties=ties, seed=seed, replacement=True, reuse=2, cluster="school")
    number = frame["student"].str.extract(r"(\d+)$")[0].astype(np.int64)
    as_numbers, as_texts = (
        evaluate(frame.assign(student=keys), plan).report()
        for keys in (number, number.astype(str))
    )
    assert as_numbers.pop("input_hash") != as_texts.pop("input_hash")
    assert as_numbers == as_texts
