"""What is said beside a result: thin groups, and who is left."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.clauses import GapSpec
from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine import cautions
from outcomes.engine.evaluate import evaluate
from outcomes.engine.notices import Notices
from outcomes.engine.study import Excluded
from outcomes.engine.whole_clusters import CLASSMATE
from tests.engine import lalonde


def thin_groups(**design):
    found = lalonde.report(subgroups=["race"], **design)["warnings"]
    return [w["text"] for w in found if w["code"] == "thin_groups"]


def test_a_group_with_few_students_a_coefficient_is_named():
    (text,) = thin_groups(estimator="g_computation")
    assert "race=hispan" in text
    assert "race=black" not in text
    assert "fewer than 27 students in an arm are too few for its model of 9" in text


def test_three_students_a_coefficient_are_enough_for_a_model():
    design = lalonde.design(estimator="g_computation")
    warn = Notices()
    cautions.of_groups({"just": 30, "less": 29, "none": 0}, 10, design, warn)
    (notice,) = warn.found
    assert notice.text.startswith("less: ")


def test_a_difference_of_means_needs_no_model():
    assert thin_groups(estimator="difference") == []


@pytest.mark.parametrize(
    ("estimand", "words"),
    [
        ("ATT", "Less than 70% of participants are left; they may not be those the"),
        ("ATC", "Less than 70% of comparison students are left; they may not be like"),
        ("ATE", "Less than 70% of students are left; they may not be like all"),
    ],
)
def test_who_is_left_is_told_of_whom_the_effect_is_on(estimand, words):
    found = lalonde.report(method="exact", estimand=estimand)["warnings"]
    (text,) = [w["text"] for w in found if w["code"] == "few_kept"]
    assert text.startswith(words)


def told(caution, *args) -> dict[str, str]:
    """What a caution says, by code."""
    warn = Notices()
    caution(*args, warn)
    return {notice.code: notice.text for notice in warn.found}


def of_weights(treated, others, **design) -> dict[str, str]:
    weights = np.array([*treated, *others], dtype=float)
    study = SimpleNamespace(
        treated=np.arange(len(weights)) < len(treated),
        repeats=None,
        covariates=SimpleNamespace(model=np.zeros((len(weights), 0))),
    )
    matched = SimpleNamespace(weights=lambda: weights)
    arranged = SimpleNamespace(matched=matched, space=None)
    return told(cautions.of_match, study, lalonde.design(**design), arranged)


@pytest.mark.parametrize(
    ("kept", "everyone", "said"),
    [
        (20, 20, set()),
        (14, 20, {"participants_unmatched"}),
        (13, 20, {"participants_unmatched", "few_kept"}),
        (9, 12, {"participants_unmatched", "below_minimum"}),
        (0, 20, set()),  # what is said of nobody is the verdict
        (0, 9, {"below_minimum"}),
        (9, 9, {"below_minimum"}),
        (10, 10, set()),
    ],
)
def test_who_was_lost_is_told_by_how_many(kept, everyone, said):
    found = of_weights([1] * kept + [0] * (everyone - kept), [1] * 10 * (kept > 0))
    assert {*found} == said
    if "participants_unmatched" in said:
        lost = f"{everyone - kept} of {everyone} participants found no match"
        assert found["participants_unmatched"].startswith(lost)


@pytest.mark.parametrize(
    ("arms", "estimand", "people"),
    [
        (([1] * 20, [6, *[1] * 10, 0]), "ATT", "comparison students"),
        (([6, *[1] * 10, 0], [1] * 20), "ATC", "participants"),
    ],
)
def test_what_the_weighted_are_worth_is_told_and_of_no_others(arms, estimand, people):
    found = of_weights(*arms, estimand=estimand)
    worth = (6 + 10) ** 2 / (36 + 10)
    said = f"Once weighted, 11 {people} count for {worth:.1f}."
    assert found["few_comparisons"] == said


@pytest.mark.parametrize(
    ("before", "after", "is_said"),
    [
        ([0.3, -0.4], [0.2, -0.39], False),
        ([0.3], [0.3], True),
        ([0.1, 0.2], [0.0, -0.3], True),
        ([0.01], [0.05], False),
        ([0.1], [NotEstimable("no spread")], False),
    ],
)
def test_a_match_that_did_not_help_is_told(before, after, is_said):
    rows = [
        SimpleNamespace(smd_before=b, smd_after=a)
        for b, a in zip(before, after, strict=True)
    ]
    assert ("no_better" in told(cautions.of_balance, rows)) == is_said


def test_what_is_not_judged_is_told_where_it_is_far_apart_either_way():
    sizes = {"age": 0.25, "race": -0.3, "lunch": 0.26, "grade": NotEstimable("none")}
    rows = [SimpleNamespace(covariate=name, judged=d) for name, d in sizes.items()]
    text = told(cautions.of_others, rows)["imbalance"]
    assert text.endswith("on race (-0.3 SD), lunch (0.26 SD).")
    assert told(cautions.of_others, rows[:1]) == {}


@pytest.mark.parametrize("assignment", ["school", "school_grade"])
def test_whole_schools_without_a_cluster_and_groups_across_are_told(assignment):
    study = SimpleNamespace(groups={"race": None, "married": None})
    loose = lalonde.design(exact=["married"], assignment=assignment)
    found = told(cautions.of_design, study, loose)
    assert {"not_clustered", "groups_not_exact"} <= {*found}
    assert "not matched within race: effects" in found["groups_not_exact"]
    whole = lalonde.design(exact=["married", "race"], assignment=assignment)
    found = told(cautions.of_design, study, replace(whole, cluster="educ"))
    assert {"not_clustered", "groups_not_exact"}.isdisjoint(found)


def test_a_group_of_nine_is_small_and_one_of_ten_is_not():
    spec = GapSpec("race", "black", "white", "re78")
    assert "reference_unavailable" in told(cautions.of_gap, spec, 9)
    assert told(cautions.of_gap, spec, 10) == {}
    sizes, plain = {"ten": 10, "nine": 9, "none": 0}, lalonde.design()
    text = told(cautions.of_groups, sizes, 0, plain)["small_groups"]
    assert text.startswith("nine: fewer than 10")


@pytest.mark.parametrize(
    ("counts", "worth", "said", "expected"),
    [
        ((10, 10), 10.0, {"no_better"}, ()),
        ((9, 30), 30.0, set(), ("below_minimum",)),
        ((30, 9), 30.0, set(), ("below_minimum",)),
        ((30, 30), 9.9, set(), ("few_comparisons",)),
        ((30, 30), 30.0, {"not_clustered", "few_kept"}, ("few_kept", "not_clustered")),
    ],
)
def test_a_claim_is_held_back_by_its_sample_and_by_its_match(
    counts, worth, said, expected
):
    sample = SimpleNamespace(counts=counts, ess_comparison=worth, clusters=None)
    inference = SimpleNamespace(df=5.0, is_widest=False)
    found = SimpleNamespace(sample=sample, inference=inference)
    assert cautions.held_back(found, said) == expected


@pytest.mark.parametrize(
    ("clusters", "df", "is_widest", "expected"),
    [
        (20, 10.0, False, ()),
        (19, 30.0, False, ("few_clusters",)),
        (20, 9.9, False, ("few_clusters",)),
        (20, 30.0, True, ("few_clusters",)),
        (19, NotEstimable("no spread"), False, ()),
    ],
)
def test_a_claim_is_held_back_by_few_clusters(clusters, df, is_widest, expected):
    sizes = {"counts": (30, 30), "ess_comparison": 30.0}
    sample = SimpleNamespace(**sizes, clusters=[], treated_clusters=clusters)
    inference = SimpleNamespace(df=df, is_widest=is_widest)
    found = SimpleNamespace(sample=sample, inference=inference)
    assert cautions.held_back(found, set()) == expected


def test_only_the_matched_are_missed_and_only_arms_that_are_there_are_alike():
    study = SimpleNamespace(treated=np.array([True, True, False, False]))
    y, weights = np.array([np.nan, np.nan, 1.0, np.nan]), np.array([1, 0, 1, 0])
    text = told(cautions.of_outcome, study, "ela", y, weights)["outcome_missing"]
    assert text.startswith("1 matched participant and 0 matched comparison")
    assert told(cautions.of_outcome, study, "ela", y, np.array([0, 0, 1, 0])) == {}
    for values, is_said in (([3, 3, 5, 5], True), ([3, 3, 5, 4], False)):
        sample = SimpleNamespace(y=np.array(values), treated=study.treated)
        assert bool(told(cautions.of_spread, "ela", sample)) == is_said
    nobody = SimpleNamespace(y=np.array([3, 3]), treated=np.array([True, True]))
    assert told(cautions.of_spread, "ela", nobody) == {}


def test_who_stands_in_two_clusters_counts_where_both_rows_are_used():
    weights = np.ones(4)
    study = SimpleNamespace(
        treated=np.array([True, True, False, False]),
        repeats=SimpleNamespace(persons=np.array([0, 1, 0, 2])),
        clusters=np.array([0, 0, 1, 1]),
        covariates=SimpleNamespace(model=np.zeros((4, 0))),
    )
    matched = SimpleNamespace(weights=lambda: weights)
    arranged = SimpleNamespace(matched=matched, space=None)
    found = told(cautions.of_match, study, lalonde.design(), arranged)
    assert found["student_in_two_clusters"].startswith("1 students stand")
    weights[2] = 0
    found = told(cautions.of_match, study, lalonde.design(), arranged)
    assert "student_in_two_clusters" not in found


@pytest.mark.parametrize(
    ("keys", "is_said"),
    [({}, True), ({"distance": "mahalanobis"}, False), ({"method": "exact"}, False)],
)
def test_only_a_score_may_have_too_many_covariates(keys, is_said):
    few = lalonde.FRAME.groupby("treat").head(15)
    found = lalonde.report(few, covariates=["married", "race", "nodegree"], **keys)
    assert ("many_covariates" in {w["code"] for w in found["warnings"]}) == is_said


def of_few(n: int) -> dict:
    """A report on n participants and as many others, alike in pairs."""
    random = np.random.default_rng(3)
    x = random.normal(size=(n, 2))
    frame = pd.DataFrame(np.vstack([x, x + 1e-3]), columns=["x1", "x2"])
    frame["treat"] = np.repeat([1, 0], n)
    frame["unit"] = [f"s{i}" for i in range(2 * n)]
    frame["y"] = random.normal(size=2 * n)
    design = {"unit": "unit", "treatment": "treat", "covariates": ["x1", "x2"]}
    outcomes = [{"name": "y", "confirmatory": True}]
    return evaluate(frame, Design.from_dict({**design, "outcomes": outcomes})).report()


def test_ten_students_are_enough_to_speak_of_and_nine_are_not():
    """Ten also carry two covariates, and are worth ten where all weigh the same."""
    too_few = {"below_minimum", "few_comparisons", "many_covariates"}
    for n, said in ((10, set()), (9, too_few)):
        report = of_few(n)
        assert {w["code"] for w in report["warnings"]} & too_few == said
        held_back = {*report["effects"][0]["held_back"]}
        assert held_back == said - {"many_covariates"}


@pytest.mark.parametrize(("mates", "is_said"), [(20, False), (21, True)])
def test_more_than_a_fifth_who_stay_out_say_that_clusters_are_not_whole(mates, is_said):
    treated = np.ones(101 - mates, dtype=bool)[1:]
    study = SimpleNamespace(
        whole=SimpleNamespace(treated=np.array([True])),
        excluded=[Excluded(CLASSMATE, 0, mates), Excluded("apart", 0, 50)],
        treated=treated,
    )
    warn = Notices()
    cautions.of_cluster_sets(study, SimpleNamespace(number=np.array([0])), warn)
    assert warn.codes() == ({"clusters_not_whole"} if is_said else set())


def test_one_is_not_many():
    frame = lalonde.FRAME.assign(educ=lalonde.FRAME["educ"].astype(float))
    first = frame["treat"].eq(1).idxmax()
    frame.loc[first, ["re78", "educ"]] = float("nan")
    found = lalonde.report(frame, covariates=["age", "educ"])["warnings"]
    said = {w["code"]: w["text"] for w in found}
    assert '"educ" is missing for 1 student; they' in said["missing_covariate"]
    assert said["outcome_missing"].startswith(
        '1 matched participant and 0 matched comparison students have no "re78"'
    )
