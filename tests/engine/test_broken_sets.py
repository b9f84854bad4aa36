"""What becomes of a set one of whose members has no outcome, and that it is told."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, PromiseBroken
from outcomes.engine import broken_sets
from outcomes.engine.balance import balance_table
from outcomes.engine.broken_sets import broken_sets_row, mended
from outcomes.engine.effect import effect
from outcomes.engine.evaluate import evaluate
from outcomes.engine.matched import Matched
from outcomes.engine.sample import matched_sample
from outcomes.engine.study import Study
from outcomes.terms import BrokenSets
from tests.engine import lalonde, oracles_broken_sets
from tests.engine.random_studies import keys, match_on, tables

near = pytest.approx
SETS = pd.read_csv(lalonde.REFERENCE / "broken_sets.csv", index_col="unit_id")
ORACLES = pd.read_csv(
    lalonde.REFERENCE / "broken_sets_oracles.csv", index_col="rule"
).to_dict("index")
FATES = ("whole", "dropped", "reweighted")


def of_r():
    """R's sets as ours, and lalonde with the outcomes that R took away."""
    gone = SETS["gone"].reindex(lalonde.FRAME["unit_id"]).eq(True).to_numpy()
    frame = lalonde.FRAME.assign(re78=lalonde.FRAME["re78"].mask(gone))
    design = lalonde.design()
    study = Study.from_frame(frame, design)
    of_unit = SETS["set"].reindex(study.units)
    rows = np.flatnonzero(of_unit.notna())
    sets = of_unit.iloc[rows].astype(int).to_numpy() - 1
    others = np.bincount(sets, ~study.treated[rows])
    shares = np.where(study.treated[rows], 1.0, 1 / others[sets])
    return study, design, Matched(study.treated, sets, rows, shares, is_paired=True)


@pytest.mark.parametrize("rule", BrokenSets)
def test_the_effect_and_the_balance_on_what_is_left_are_those_of_r(rule):
    study, design, matched = of_r()
    y = study.outcomes["re78"]
    whole = mended(matched, np.isnan(y), rule)
    sample = matched_sample(study, whole, y)
    found = effect(sample, design, design.outcomes[0], 1.0)
    of = ORACLES[rule]
    assert whole.n_sets == of["sets"]
    assert sample.counts == (of["n_treated"], of["n_comparison"])
    assert found.estimate == near(of["estimate"], rel=1e-9)
    assert found.inference.std_error == near(of["std_error"], rel=1e-9)
    rows = {r.covariate: r for r in balance_table(study, whole.weights())}
    for name in ("age", "re75"):
        assert rows[name].mean_treated == near(of[f"{name}_treated"], rel=1e-9)
        assert rows[name].mean_comparison == near(of[f"{name}_comparison"], rel=1e-9)


METHODS = [
    {"ratio": 1},
    {"ratio": 3},
    {"ratio": 2, "replacement": True},
    {"method": "optimal", "ratio": 2},
    {"method": "full", "distance": "euclidean"},
]


@given(tables(), st.sampled_from(METHODS), st.sampled_from(BrokenSets), st.data())
def test_each_set_fares_as_the_rule_says_it_in_loops(frame, method, rule, data):
    holes = data.draw(st.lists(st.booleans(), min_size=24, max_size=24))
    design = Design.from_dict(
        keys(**{"distance": "mahalanobis", **method, "broken_sets": rule})
    )
    study, arranged = match_on(frame, design)
    gone = np.array(holes[: study.n])
    members = {}
    matched = arranged.matched
    for number, row, share in zip(
        matched.sets.tolist(),
        matched.rows.tolist(),
        matched.shares.tolist(),
        strict=True,
    ):
        members.setdefault(number, {})[row] = share
    weights, fates = oracles_broken_sets.left_of(members, study.treated, gone, rule)
    whole = mended(matched, gone, rule)
    row = broken_sets_row("score", matched, gone, whole, rule)
    expected = Counter(fates.values())
    assert row.sets == len(members)
    assert (row.dropped, row.reweighted) == tuple(expected[f] for f in FATES[1:])
    assert row.broken == row.dropped + row.reweighted
    aside = {r for r in matched.rows.tolist() if not gone[r]} - set(weights)
    assert row.n_treated_set_aside == sum(study.treated[r] for r in aside)
    assert row.n_treated_set_aside + row.n_comparison_set_aside == len(aside)
    scaled = oracles_broken_sets.scaled(weights, study.treated)
    dense = [scaled.get(r, 0.0) for r in range(study.n)]
    assert whole.weights().tolist() == near(dense, abs=1e-9)


def test_weights_are_made_once_for_all_to_read_and_anew_for_what_is_left():
    _, _, matched = of_r()
    weights = matched.weights()
    assert matched.weights() is weights
    with pytest.raises(ValueError, match="read-only"):
        weights[0] = 2.0
    first = matched.sets[0]
    gone = np.isin(np.arange(len(weights)), matched.rows[matched.sets == first])
    left = matched.without(gone).weights()
    assert weights[gone].all()
    assert not left[gone].any()


def report(frame, **more):
    return evaluate(frame, lalonde.design(ratio=2, **more)).report()


def lalonde_with_holes(every=9):
    gone = np.arange(len(lalonde.FRAME)) % every == 4
    return lalonde.FRAME.assign(re78=lalonde.FRAME["re78"].mask(gone))


def test_a_report_counts_the_sets_and_judges_what_is_left():
    frame = lalonde_with_holes()
    kept, dropped = (report(frame, broken_sets=rule) for rule in BrokenSets)
    (soft,), (hard,) = (f["broken_sets"] for f in (kept, dropped))
    assert soft["sets"] == hard["sets"] == kept["sample"]["sets"] == 185
    assert soft["broken"] == hard["broken"] == hard["dropped"] > soft["dropped"] > 0
    assert soft["reweighted"] > hard["reweighted"] == 0
    assert hard["n_treated_set_aside"] > soft["n_treated_set_aside"]
    for found, row in ((kept, soft), (dropped, hard)):
        assert found["effects"][0]["n_treated"] == 185 - row["dropped"]
    assert kept["balance"] == dropped["balance"]
    assert kept["balance_analytic"] != dropped["balance_analytic"]


def test_the_verdict_is_of_the_table_on_the_analytic_sample():
    keys = {"broken_sets": "drop", "pretests": ["re75"]}
    found = report(lalonde_with_holes(6), **keys)
    (table,) = found["balance_analytic"]
    worst = max(table["balance"], key=lambda row: abs(row["judged"]))
    assert table["outcome"] == "re78"
    assert found["verdict"]["decided_by"] == worst["covariate"]
    assert found["verdict"]["value"] == worst["judged"]
    at_matching = {row["covariate"]: row for row in found["balance"]}
    assert worst["judged"] != at_matching[worst["covariate"]]["judged"]


def test_with_every_outcome_both_tables_and_both_rules_agree():
    soft, hard = (report(lalonde.FRAME, broken_sets=rule) for rule in BrokenSets)
    (table,) = soft["balance_analytic"]
    assert table["balance"] == soft["balance"]
    assert soft["effects"] == hard["effects"]
    assert soft["broken_sets"][0]["broken"] == 0


@pytest.mark.parametrize("method", ["exact", "cem", "subclass", "entropy", "ipw"])
def test_a_method_whose_sets_are_cells_has_no_use_for_dropping_them(method):
    with pytest.raises(DesignError, match="broken_sets"):
        lalonde.report(method=method, broken_sets="drop")


def test_a_result_that_breaks_the_rule_is_not_reported(monkeypatch):
    monkeypatch.setattr(Matched, "without_sets", lambda self, gone: self)
    with pytest.raises(PromiseBroken, match="broken_sets: drop"):
        report(lalonde_with_holes(), broken_sets="drop")
    monkeypatch.setattr(broken_sets, "mended", lambda matched, gone, rule: matched)
    study, _, matched = of_r()
    with pytest.raises(PromiseBroken, match="without the outcome"):
        matched_sample(study, matched, study.outcomes["re78"])


def test_leaving_a_pretest_out_mends_by_the_same_rule():
    frame = lalonde_with_holes(5)
    keys_ = {"pretests": ["re75"], "broken_sets": "drop"}
    less = [c for c in lalonde.COVARIATES if c != "re75"]
    (row,) = report(frame, **keys_)["sensitivity"]["re78"]["omitted_pretests"]
    fewer = report(frame, covariates=less, broken_sets="drop")
    assert row["estimate_without"] == near(fewer["effects"][0]["estimate"], rel=1e-9)
