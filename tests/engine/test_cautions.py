"""What is said beside a result: thin groups, and who is left."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
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
