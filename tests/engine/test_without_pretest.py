"""What leaving a pretest out would have done, and the words for it."""

import pytest

from outcomes.engine.evaluate import evaluate
from tests.engine import lalonde
from tests.engine.lalonde import COVARIATES

near = pytest.approx
LESS = [name for name in COVARIATES if not name.startswith("re7")]


@pytest.mark.parametrize("estimator", ["difference", "g_computation", "aipw"])
def test_the_move_is_that_of_the_design_written_without_the_pretest(estimator):
    keys = {"covariates": LESS, "estimator": estimator}
    full = lalonde.report(**keys, pretests=["re75", "re74"])
    fewer = lalonde.report(**keys, pretests=["re74"])
    rows = full["sensitivity"]["re78"]["omitted_pretests"]
    row = rows[0]
    with_it, without = (f["effects"][0]["estimate"] for f in (full, fewer))
    assert [r["pretest"] for r in rows] == ["re75", "re74"]
    assert row["estimate_without"] == near(without, rel=1e-9) != with_it
    assert row["moved_by"] == near(without - with_it, rel=1e-9)
    assert row["times_needed"] == near(abs(with_it / (without - with_it)), rel=1e-9)
    assert 'Leaving out "re75" would have moved' in row["text"]


def test_the_caliper_of_a_pretest_goes_with_it():
    keys = {"covariates": LESS, "caliper": lalonde.caliper(0.5)}
    tight = lalonde.caliper(0.5, re75=500)
    found = lalonde.report(**keys | {"caliper": tight}, pretests=["re75"])
    fewer = lalonde.report(**keys)
    (row,) = found["sensitivity"]["re78"]["omitted_pretests"]
    assert row["estimate_without"] == near(fewer["effects"][0]["estimate"], rel=1e-9)


@pytest.mark.parametrize("key", ["exact", "anti_exact"])
def test_nobody_must_be_alike_in_it_or_differ_any_more(key):
    keys = {"covariates": ["age", "educ"], "estimator": "difference"}
    found = lalonde.report(**keys, pretests=["married"], **{key: ["married"]})
    fewer = lalonde.report(**keys)
    (row,) = found["sensitivity"]["re78"]["omitted_pretests"]
    assert row["estimate_without"] == near(fewer["effects"][0]["estimate"], rel=1e-9)
    assert row["estimate_without"] != found["effects"][0]["estimate"]


def test_the_model_adjusts_for_what_is_left_of_the_pretests():
    keys = {"covariates": ["age", "race"], "estimator": "g_computation"}
    found = lalonde.report(**keys, pretests=["re75", "re74"], exact=["race"])
    fewer = lalonde.report(**keys, pretests=["re74"], exact=["race"])
    row, _ = found["sensitivity"]["re78"]["omitted_pretests"]
    assert row["estimate_without"] == near(fewer["effects"][0]["estimate"], rel=1e-9)


@pytest.mark.parametrize("estimand", ["ATC", "ATE"])
def test_aipw_without_a_pretest_is_on_the_same_students(estimand):
    keys = {"covariates": LESS, "estimator": "aipw", "estimand": estimand}
    keys["method"] = "ipw"
    found = lalonde.report(**keys, pretests=["re75"])
    fewer = lalonde.report(**keys)
    (row,) = found["sensitivity"]["re78"]["omitted_pretests"]
    assert row["estimate_without"] == near(fewer["effects"][0]["estimate"], rel=1e-9)


def test_nor_is_anyone_preferred_for_it():
    keys = {"covariates": ["age"], "caliper": lalonde.caliper(0.5)}
    prefer = [["nodegree"], ["race"]]
    found = lalonde.report(**keys, pretests=["nodegree"], prefer=prefer)
    fewer = lalonde.report(**keys, prefer=[["race"]])
    (row,) = found["sensitivity"]["re78"]["omitted_pretests"]
    assert row["estimate_without"] == near(fewer["effects"][0]["estimate"], rel=1e-9)


def test_the_only_covariate_cannot_be_left_out():
    found = lalonde.report(covariates=[], pretests=["re75"])
    (row,) = found["sensitivity"]["re78"]["omitted_pretests"]
    assert row["moved_by"] is row["estimate_without"] is row["text"] is None
    assert 'without "re75" there is no match: ' in row["not_estimable"]


def test_the_words_carry_the_e_value_of_the_effect():
    report = lalonde.report(covariates=["age"])
    effect = report["effects"][0]
    text = report["sensitivity"]["re78"]["text"]
    assert f"by {effect['e_value']:.2f}." in text
    flat = evaluate(lalonde.FRAME.assign(re78=1.0), lalonde.design()).report()
    assert "nobody differs" in flat["sensitivity"]["re78"]["text"]
