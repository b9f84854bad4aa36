"""Data that cannot bear an answer get a reason, never a number that looks right."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from outcomes.designs.errors import InputError
from tests.engine.degenerate import codes, run, school_table

near = pytest.approx


def test_reasons_name_the_constraint():
    apart = school_table(school=["a"] * 40)
    assert run(school_table(), exact=["grade"])["sample"]["unmatched"] == [
        {"reason": "exact", "n": 1}
    ]
    assert run(apart, anti_exact=["school"])["sample"]["unmatched"] == [
        {"reason": "anti_exact", "n": 12}
    ]
    holes = school_table(grade=[None, *["4"] * 39])
    assert run(holes, exact=["grade"])["sample"]["unmatched"] == [
        {"reason": "exact_missing", "n": 1}
    ]


@pytest.mark.parametrize("estimator", ["difference", "g_computation"])
def test_separated_groups_have_no_effect(estimator):
    frame = school_table(
        pre=[5.0 + i for i in range(12)] + [0.1 * i for i in range(28)]
    )
    report = run(frame, estimator=estimator)
    effect = report["effects"][0]
    assert report["verdict"]["code"] == "no_overlap"
    assert report["sample"]["unmatched"] == [{"reason": "no_overlap", "n": 12}]
    assert effect["estimate"] is effect["std_error"] is effect["p"] is None
    assert effect["not_estimable"]
    assert report["power"]["mdes"] is None


def test_a_caliper_that_nobody_meets_leaves_no_effect():
    report = run(school_table(), caliper={"pre": {"width": 0, "unit": "raw"}})
    assert report["sample"]["matched_treated"] == 0
    assert report["verdict"]["code"] == "no_overlap"
    assert report["effects"][0]["estimate"] is None


def test_an_outcome_that_never_varies_has_an_estimate_and_no_interval():
    same = run(school_table(read=[3.0] * 40))["effects"][0]
    assert same["estimate"] == 0
    assert same["ci_low"] is same["p"] is same["hedges_g"] is None
    assert "zero variance" in same["not_estimable"]
    apart = run(school_table(read=[3.0] * 12 + [1.0] * 28))["effects"][0]
    assert apart["estimate"] == 2
    assert apart["p"] is apart["hedges_g"] is apart["estimate_sd"] is None


def test_an_outcome_nobody_has_is_null_beside_one_that_all_have():
    frame = school_table(math=[np.nan] * 40)
    rows = run(frame, outcomes=["read", "math"])["effects"]
    assert rows[0]["estimate"] is not None
    assert rows[1]["estimate"] is None
    with pytest.raises(InputError, match="no outcome"):
        run(frame, outcomes=["math"])


def test_columns_that_repeat_each_other_are_named_and_harmless():
    frame = school_table().assign(again=lambda t: 2 * t["pre"] - 1)
    for distance in ("propensity", "mahalanobis"):
        one = run(frame, distance=distance)
        two = run(frame, distance=distance, covariates=["pre", "again"])
        assert "collinear" in codes(two)
        assert one["effects"][0]["estimate"] == near(two["effects"][0]["estimate"])


def test_large_numbers_with_small_differences_lose_nothing():
    plain, huge = school_table(), school_table()
    huge[["pre", "read"]] += 1e9
    one, other = (
        run(frame, estimator="g_computation")["effects"][0] for frame in (plain, huge)
    )
    assert other["estimate"] == near(one["estimate"], rel=1e-5)
    assert other["std_error"] == near(one["std_error"], rel=1e-5)


@pytest.mark.parametrize("shares", [(0, 0), (1, 1), (0, 1)])
def test_a_binary_outcome_of_none_or_all(shares):
    frame = school_table(read=[shares[0]] * 12 + [shares[1]] * 28)
    effect = run(frame, outcomes=[{"name": "read", "kind": "binary"}])["effects"][0]
    assert effect["estimate"] == shares[0] - shares[1]
    assert (effect["hedges_g"] is None) == (shares[0] != shares[1])


def test_one_school_in_an_arm_is_a_confound():
    frame = school_table(school=["a"] * 12 + ["b", "c"] * 14)
    report = run(frame, cluster="school", assignment="school", pretests=["pre"])
    assert report["verdict"]["code"] == "confound_n1"


def test_few_schools_are_said_and_nothing_is_called_significant():
    frame = school_table(
        read=[9.0 + i / 9 for i in range(12)] + [i / 9 for i in range(28)]
    )
    outcome = {"name": "read", "confirmatory": True}
    loose = run(frame, outcomes=[outcome], pretests=["pre"], estimator="g_computation")
    tight = run(
        frame, outcomes=[outcome], pretests=["pre"], estimator="g_computation",
        cluster="school",
    )  # fmt: skip
    assert "few_clusters" in codes(tight)
    assert tight["effects"][0]["se_kind"] == "CR3 by school"  # the wider one
    assert not tight["effects"][0]["significant"]
    assert loose["effects"][0]["p_adjusted"] == near(loose["effects"][0]["p"])


def test_with_few_schools_the_widest_answer_is_reported():
    random = np.random.default_rng(2)
    schools = np.repeat(list("abcdefghij"), 6)
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(60)],
            "school": schools,
            "treated": np.isin(schools, list("abcd")).astype(int),
            "pre": random.normal(size=60),
            "read": random.normal(size=60) + np.repeat(random.normal(size=10), 6),
        }
    )
    row = run(frame, cluster="school", assignment="school")["effects"][0]
    by_kind = {error["se_kind"]: error for error in (row, *row["alternatives"])}
    halves = {
        kind: student.ppf(0.975, by_kind[kind]["df"]) * by_kind[kind]["std_error"]
        for kind in ("CR2 by school", "CR3 by school")
    }
    assert row["few_clusters"]
    assert row["se_kind"] == max(halves, key=halves.get)
    assert row["ci_high"] - row["estimate"] == near(max(halves.values()))
    ps = [
        2 * student.sf(abs(row["estimate"]) / error["std_error"], error["df"])
        for error in (by_kind["CR2 by school"], by_kind["CR3 by school"])
    ]
    assert row["p"] >= max(ps) * (1 - 1e-9)


def test_a_student_alone_in_a_level_does_not_cost_the_error():
    frame = school_table(level=["only", *["a", "b"] * 19, "a"])
    keys = {"covariates": ["pre", "level"], "distance": "mahalanobis"}
    row = run(frame, estimator="g_computation", cluster=None, **keys)["effects"][0]
    by_kind = {other["se_kind"]: other for other in row["alternatives"]}
    assert by_kind["HC3"]["std_error"] > 0


def test_only_planned_outcomes_on_a_sound_baseline_are_called_significant():
    random = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(400)],
            "treated": np.arange(400) % 2,
            "pre": np.repeat(random.normal(size=200), 2),
            "read": random.normal(size=400) + np.arange(400) % 2,
            "math": random.normal(size=400) + np.arange(400) % 2,
        }
    )
    planned = [{"name": "read", "confirmatory": True}, {"name": "math"}]
    with_pretest = run(frame, outcomes=planned, covariates=[], pretests=["pre"])
    assert [r["significant"] for r in with_pretest["effects"]] == [True, False]
    without = run(frame, outcomes=planned)
    assert without["verdict"]["code"] == "no_pretest"
    assert [r["significant"] for r in without["effects"]] == [False, False]
    assert without["effects"][0]["estimate"] is not None


def test_an_empty_group_has_no_gap():
    gap = {"dimension": "school", "focal": "a", "reference": "nobody"}
    rows = run(school_table(), gaps=[gap])["gaps"]
    assert all(row["closed"] is None and row["not_estimable"] for row in rows)


GROUPS = ["f"] * 6 + ["r"] * 6 + ["f"] * 14 + ["r"] * 14
GAP = {"dimension": "group", "focal": "f", "reference": "r", "sd": 1.0}


BACK = GAP | {"focal": "r", "reference": "f"}
ALIKE = [1.0, 3.0] * 14


@pytest.mark.parametrize(
    ("others", "gap"),
    [([5.0] * 14 + [1.0, 2.0] * 7, GAP), (ALIKE, GAP), (ALIKE, BACK)],
)
def test_a_gap_that_the_focal_group_is_not_behind_by_has_no_share(others, gap):
    """Nor does one of nothing but rounding, in whichever direction."""
    frame = school_table(read=[1.0] * 6 + [2.0] * 6 + others, group=GROUPS)
    row = run(frame, method="exact", covariates=[], gaps=[gap])["gaps"][0]
    assert row["share_closed"] is None
    assert "the focal group is not behind" in row["not_estimable"]
    assert row["closed"] == near(row["without_program"] - row["as_delivered"])


def test_one_way_to_measure_a_gap_agrees_with_no_other():
    frame = school_table(read=[0.0, 1.0] * 20, group=GROUPS)
    outcomes = [{"name": "read", "kind": "binary"}]
    plan = {"method": "exact", "covariates": [], "outcomes": outcomes, "gaps": [GAP]}
    (row,) = run(frame, **plan)["gaps"]
    assert row["agree"] is None
    assert "agree: one metric only" in row["not_estimable"]


def test_whole_schools_without_a_cluster_are_warned_of():
    report = run(school_table(), assignment="school")
    assert "not_clustered" in codes(report)
    clustered = run(school_table(), assignment="school", cluster="school")
    assert "not_clustered" not in codes(clustered)
    assert clustered["power"]["mdes"] > report["power"]["mdes"]


def test_a_score_without_end_stays_a_number():
    """All but two alike students are separated: a maximum lies at infinity."""
    frame = pd.DataFrame(
        {
            "student": ["S2", "S1", "S0", "S3", "S4", "S5"],
            "treated": [1, 1, 0, 1, 1, 1],
            "pre": [20 / 3, 10 / 3, 10 / 3, 10 / 3, 10 / 3, 0],
            "absence": [8 / 3, 4 / 3, 8 / 3, 8 / 3, 8 / 3, 0],
            "lunch": [0, 1, 1, 0, 1, 1],
            "read": [1.0, 2, 3, 4, 5, 6],
        }
    )
    caliper = {"distance": {"width": 0.2, "unit": "sd"}}
    keys = {"covariates": ["pre", "absence", "lunch"], "caliper": caliper}
    report = run(frame, distance="logit", **keys)
    assert report["sample"]["calipers"][0]["width"] < 1000
    assert {"quasi_separation", "no_overlap"} & codes(report)
