"""Keys of a design over HTTP, from the plan that is posted to what its report says."""

import pytest

from outcomes.models.findings import MatchedStudent
from tests.api.contract import refuse_undocumented
from tests.api.evaluating import DESIGN, EVALUATIONS, QUESTION, work
from tests.factories import SchoolYearFactory


@pytest.fixture
def report(locked, eva):
    """The report on a plan with these keys, and the design that was locked."""

    def report(**keys) -> tuple[dict, dict]:
        plan = locked(design={**DESIGN, **keys})
        run = eva.post(f"{EVALUATIONS}{plan['id']}/runs/").headers["Location"]
        work()
        answer = eva.get(f"{run}report/")
        refuse_undocumented(answer)
        return answer.json(), plan["design"]

    return report


def test_prefer_is_told_in_tiers_and_kept_with_each_pair(report):
    found, design = report(prefer=[["school", "low_income"], ["low_income"]])
    assert design["prefer"] == [["school", "low_income"], ["low_income"]]
    tiers = found["sample"]["tiers"]
    assert [t["alike"] for t in tiers] == [*design["prefer"], []]
    assert sum(t["pairs"] for t in tiers) == 8 == tiers[0]["pairs"]
    kept = MatchedStudent.objects.filter(is_participant=False)
    assert set(kept.values_list("tier", flat=True)) == {1}


def test_prefer_names_the_column_that_it_does_not_know(eva, district):
    wrong = {**DESIGN, "prefer": [["school"], ["scool_level"]]}
    refused = eva.post(EVALUATIONS, QUESTION | {"design": wrong})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_design")
    assert "prefer[1][0]" in refused.text
    assert "school_level" in refused.text


@pytest.mark.parametrize(("rule", "reweighted"), [("reweight", 1), ("drop", 0)])
def test_a_broken_set_is_told_with_who_has_no_outcome(
    report, district, rule, reweighted
):
    lost = district.ela.scores.filter(school_year=district.year).order_by("-pk")
    matched_to = 24 // 2  # of 24 comparison students, those of the last scores
    for score in lost[:matched_to]:
        score.delete()
    found, design = report(broken_sets=rule, ratio=3)
    assert design["broken_sets"] == rule
    (row,) = found["broken_sets"]
    assert (row["outcome"], row["rule"], row["sets"]) == ("ela", rule, 8)
    assert row["broken"] > 0
    assert (row["reweighted"] > 0) == bool(reweighted)
    assert row["dropped"] + row["reweighted"] == row["broken"]
    (table,) = found["balance_analytic"]
    names = {r["covariate"] for r in found["balance"]}
    assert {r["covariate"] for r in table["balance"]} == names
    everyone = found["attrition"][0]
    assert everyone["n_comparison"] - everyone["with_comparison"] == matched_to
    assert everyone["differential"] == -0.5
    groups = {r["group"] for r in found["attrition"] if r["dimension"]}
    assert groups == {"black", "white"}


def test_drop_is_refused_where_sets_are_cells(eva, district):
    design = {**DESIGN, "method": "entropy", "broken_sets": "drop"}
    refused = eva.post(EVALUATIONS, QUESTION | {"design": design})
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/design/broken_sets", "bad_design")
    assert "has no use for it" in error["detail"]


def test_a_key_without_a_use_is_told_with_the_draft_and_in_the_report(
    report, drafted, eva
):
    keys = {"method": "exact", "ratio": 2, "cutpoints": {"ela": [480]}}
    plan = drafted(design={**DESIGN, **keys})
    said = plan["warnings"]
    pointers = [w["pointer"] for w in said]
    assert pointers == ["/design/ratio", "/design/cutpoints"]
    assert {w["code"] for w in said} == {"unused_key"}
    assert drafted()["warnings"] == []
    found, _ = report(**keys)
    told = [w["text"] for w in found["warnings"] if w["code"] == "unused_key"]
    assert told == [w["detail"] for w in said]


def test_a_placebo_stands_in_the_plan_the_diagnostics_and_the_report(
    report, drafted, district, eva
):
    before = SchoolYearFactory(year=2024)
    for i, score in enumerate([*district.ela.scores.filter(school_year=2025)]):
        district.score(score.student, before, score.value - i * i % 11)
    plan = drafted()
    (placebo,) = plan["design"]["placebo"]
    assert (placebo["name"], placebo["pretests"]) == ("ela@2025", ["ela@2024"])
    where = f"{EVALUATIONS}{plan['id']}/diagnostics/"
    eva.get(where)
    work()
    shown = eva.get(where)
    refuse_undocumented(shown)
    found, _ = report()
    assert shown.json()["placebo"] == found["placebo"]
    assert found["placebo"][0]["outcome"] == "ela@2025"
