"""From a table to a report: one question, one answer, and every promise kept."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import PromiseBroken
from outcomes.engine.evaluate import diagnose, evaluate
from outcomes.engine.findings import ENGINE_VERSION
from outcomes.engine.promises import check_promises
from tests.engine import lalonde
from tests.engine.random_studies import kept_promises, keys, match_on, tables

near = pytest.approx
often = settings(max_examples=200, deadline=None)
seldom = settings(max_examples=40, deadline=None)


def dumped(report):
    return json.dumps(report, allow_nan=False)


PROMISED = {
    "design_hash", "input_hash", "engine", "estimand", "sample", "balance", "verdict",
    "effects", "gaps", "power", "sensitivity", "warnings", "pairs",
}  # fmt: skip
EFFECT = {
    "outcome", "group", "estimator", "estimate", "std_error", "se_kind", "df", "ci_low",
    "ci_high", "p", "hedges_g", "improvement_index", "e_value",
}  # fmt: skip
GAP = {
    "dimension", "focal", "reference", "outcome", "metric", "as_delivered",
    "without_program", "closed", "share_closed", "std_error", "ci_low", "ci_high",
    "agree",
}  # fmt: skip
RICH = {
    "subgroups": ["race"],
    "gaps": [{"dimension": "race", "focal": "black", "reference": "white"}],
    "pretests": ["re74", "re75"],
}


def test_the_report_has_the_parts_that_were_promised():
    report = lalonde.report(**RICH)
    assert set(report) >= PROMISED
    assert report["engine"] == ENGINE_VERSION
    assert report["design"]["ratio"] == 1
    assert all(set(row) >= EFFECT for row in report["effects"])
    assert all(set(row) >= GAP for row in report["gaps"])
    assert {row["group"] for row in report["effects"]} == {
        None, "race=black", "race=hispan", "race=white"
    }  # fmt: skip
    balance = {row["covariate"] for row in report["balance"]}
    assert balance >= {"age", "race=black", "race=white", "re74"}
    assert set(report["pairs"][0]) >= {"set", "unit", "weight"}


def test_the_report_does_not_know_the_order_of_rows_or_columns():
    design = lalonde.design(**RICH, caliper=lalonde.caliper(0.2))
    report = dumped(evaluate(lalonde.FRAME, design).report())
    for seed in range(3):
        shuffled = lalonde.FRAME.sample(frac=1, random_state=seed)
        shuffled = shuffled[shuffled.columns[::-1]]
        assert dumped(evaluate(shuffled, design).report()) == report


@seldom
@given(tables(), st.integers(0, 2**16))
def test_a_shuffle_changes_no_byte(frame, seed):
    design = Design.from_dict(keys(estimator="g_computation", exact=["school"]))
    shuffled = frame.sample(frac=1, random_state=seed)
    one, other = (evaluate(f, design).report() for f in (frame, shuffled))
    assert dumped(one) == dumped(other)


def test_seeded_ties_hang_on_the_seed():
    reports = [lalonde.report(ties="seeded", seed=seed) for seed in (1, 1, 2)]
    pairs = [dumped(report["pairs"]) for report in reports]
    assert pairs[0] == pairs[1] != pairs[2]
    totals = [report["sample"]["total_distance"] for report in reports]
    assert totals == [near(39.692798721, rel=1e-8)] * 3


@seldom
@given(tables(), st.sampled_from(["difference", "g_computation"]))
def test_points_move_and_scale_the_estimate_as_they_should(frame, estimator):
    design = Design.from_dict(keys(estimator=estimator))
    moved = frame.assign(score=frame["score"] * 10 + 500)
    one, other = (evaluate(f, design).report()["effects"][0] for f in (frame, moved))
    for name, factor in (("estimate", 10), ("std_error", 10), ("hedges_g", 1)):
        if one[name] is None:
            assert other[name] is None
        else:
            assert other[name] == near(factor * one[name], rel=1e-6, abs=1e-8)


@st.composite
def designs(draw):
    """Any nearest neighbour design on the random tables."""
    caliper = {}
    if draw(st.booleans()):
        width, unit = draw(st.sampled_from([(0.2, "sd"), (1.0, "sd"), (0.3, "raw")]))
        caliper["distance"] = {"width": width, "unit": unit}
    if draw(st.booleans()):
        unit = draw(st.sampled_from(["sd", "raw"]))
        caliper["absence"] = {"width": draw(st.sampled_from([0, 0.5, 2])), "unit": unit}
    exact = draw(st.sampled_from([[], ["school"], ["school", "grade"]]))
    apart = [] if "grade" in exact else draw(st.sampled_from([[], ["grade"]]))
    return keys(
        caliper=caliper,
        exact=exact,
        anti_exact=apart,
        ratio=draw(st.integers(1, 3)),
        replacement=draw(st.booleans()),
        ties=draw(st.sampled_from(["average", "seeded"])),
        order=draw(st.sampled_from(["largest", "smallest", "closest", "random"])),
        distance=draw(st.sampled_from(["propensity", "logit", "mahalanobis"])),
    )


def no_promise_is_broken(frame, plain):
    design = Design.from_dict(plain)
    study, arranged = match_on(frame, design)
    assert kept_promises(frame, raw_widths(frame, design), study, arranged.matched)


def raw_widths(frame, design):
    """The same design with calipers in the units of the columns."""
    plain = design.to_dict()
    for name in design.caliper_columns:
        if plain["caliper"][name]["unit"] == "sd":
            sd = float(frame[name].std())
            plain["caliper"][name] = {
                "width": plain["caliper"][name]["width"] * sd * (1 + 1e-12),
                "unit": "raw",
            }
    return Design.from_dict(plain)


@often
@given(tables(), designs())
def test_no_random_design_breaks_a_promise(frame, plain):
    no_promise_is_broken(frame, plain)


@pytest.mark.nightly
@settings(max_examples=10_000, deadline=None)
@given(tables(), designs())
def test_not_one_of_ten_thousand_designs_breaks_a_promise(frame, plain):
    no_promise_is_broken(frame, plain)


def test_nobody_is_paired_beyond_a_caliper_that_a_score_would_cross():
    """MatchIt's issue 236: the score is equal, the ages are 29 years apart."""
    frame = pd.DataFrame(
        {
            "student": ["t", "far", "other", "last"],
            "treated": [1, 0, 1, 0],
            "age": [20, 49, 60, 61],
            "lunch": [1, 1, 0, 0],
            "read": [1.0, 2.0, 3.0, 4.0],
        }
    )
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    caliper = {"age": {"width": 10, "unit": "raw"}}
    design = Design.from_dict(plain | {"covariates": ["lunch"], "caliper": caliper})
    found = evaluate(frame, design)
    assert {pair["unit"] for pair in found.pairs} == {"other", "last"}
    assert found.report()["sample"]["unmatched"] == [{"reason": "caliper", "n": 1}]
    assert found.report()["estimand"] == "ATM"


def test_a_broken_promise_is_not_reported():
    study, arranged = lalonde.arranged(caliper={"age": {"width": 10, "unit": "raw"}})
    design = lalonde.design(caliper={"age": {"width": 1, "unit": "raw"}})
    narrow = arranged.limits.within[0].__class__("age", study.calipers["age"], 1.0)
    limits = type(arranged.limits)(arranged.limits.cell, (), float("inf"), (narrow,))
    with pytest.raises(PromiseBroken, match="caliper: age"):
        check_promises(study, design, limits, arranged.matched)


@pytest.mark.parametrize(
    ("keys", "reasons"),
    [
        ({"exact": ["race"], "caliper": lalonde.caliper(0.2)}, {"caliper": 72}),
        ({"exact": ["race"]}, {"pool_exhausted": 69}),
        ({"caliper": lalonde.caliper(1e-9, re74=0)}, None),
    ],
)
def test_each_participant_without_a_match_has_a_reason(keys, reasons):
    sample = lalonde.report(**keys)["sample"]
    found = {row["reason"]: row["n"] for row in sample["unmatched"]}
    assert sum(found.values()) == sample["treated"] - sample["matched_treated"]
    assert reasons is None or found == reasons


def test_a_pair_is_broken_when_one_of_them_has_no_outcome():
    design = lalonde.design()
    pairs = evaluate(lalonde.FRAME, design).pairs
    left = pairs[1]["unit"]
    holes = lalonde.FRAME.assign(re78=lambda t: t["re78"].where(t["unit_id"] != left))
    report = evaluate(holes, design).report()
    assert report["sample"]["matched_treated"] == 185
    assert report["effects"][0]["n_treated"] == 184
    assert "outcome_missing" in {row["code"] for row in report["warnings"]}


def test_a_diagnosis_reads_no_outcome():
    design = lalonde.design(**RICH)
    blind = diagnose(lalonde.FRAME.drop(columns="re78"), design)
    seen = evaluate(lalonde.FRAME, design).report()
    for part in ("sample", "balance", "overlap", "verdict", "estimand"):
        assert blind[part] == seen[part]
    assert not {"effects", "gaps", "naive"} & set(blind)
    counts = blind["overlap"]["treated"]["counts"]
    assert sum(counts) == 185


def test_progress_is_told_from_nothing_to_all():
    told = []
    evaluate(lalonde.FRAME, lalonde.design(), lambda stage, share: told.append(share))
    assert told[0] == 0
    assert told[-1] == 1
    assert told == sorted(told)


def test_a_metric_takes_its_caliper_in_sds_of_the_score():
    report = lalonde.report(distance="mahalanobis", caliper=lalonde.caliper(0.2))
    assert "caliper_on_score" in {row["code"] for row in report["warnings"]}
    assert report["sample"]["calipers"] == [
        {"on": "propensity", "width": near(0.2 * 0.29031337204, rel=1e-7)}
    ]


def test_a_caliper_may_be_on_the_score_by_name():
    on_logit = {"logit": {"width": 0.2, "unit": "sd"}}
    named = lalonde.report(distance="logit", caliper=on_logit)["sample"]
    plain = lalonde.report(distance="logit", caliper=lalonde.caliper(0.2))["sample"]
    assert named["matched_treated"] == plain["matched_treated"] == 117
