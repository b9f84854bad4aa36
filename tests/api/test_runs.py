"""A run is queued, watched, and read when it is done."""

import json

import pytest

from outcomes.models import Run
from tests.api.contract import refuse_undocumented
from tests.api.evaluating import EVALUATIONS, RUNS, work
from tests.factories import UserFactory


def test_a_locked_plan_is_run_by_a_worker(locked, eva):
    plan = locked()
    queued = eva.post(f"{EVALUATIONS}{plan['id']}/runs/")
    assert (queued.status_code, queued.json()["state"]) == (202, "queued")
    assert queued.headers["Location"] == f"{RUNS}{queued.json()['id']}/"
    assert queued.json()["design_hash"] == plan["design_hash"]
    work()
    done = eva.get(queued.headers["Location"]).json()
    assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, "")
    assert (done["evaluation"], done["requested_by"]) == (plan["id"], "eva")


def test_who_asks_twice_gets_one_run(locked, eva):
    where = f"{EVALUATIONS}{locked()['id']}/runs/"
    first, second = eva.post(where), eva.post(where)
    assert first.json()["id"] == second.json()["id"]
    assert eva.get(where).json()["count"] == 1


def test_an_idempotency_key_makes_one_run(locked, eva):
    where = f"{EVALUATIONS}{locked()['id']}/runs/"
    key = {"Idempotency-Key": "once"}
    first = eva.post(where, headers=key)
    work()
    again = eva.post(where, headers=key)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again.headers["Location"] == first.headers["Location"]
    assert Run.objects.count() == 1


def test_the_report_is_whole_and_says_nothing_of_sets(answered, eva):
    answer = eva.get(f"{answered}report/")
    refuse_undocumented(answer)
    report = answer.json()
    assert report["effects"][0]["n_treated"] == 8
    assert report["gaps"][0]["focal"] == "black"
    assert report["design"]["covariates"] == ["low_income"]
    assert "pairs" not in report
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("part", ["balance", "effects", "gaps"])
def test_a_section_is_that_part_of_the_report(answered, eva, part):
    section = eva.get(f"{answered}{part}/")
    refuse_undocumented(section)
    assert section.json() == eva.get(f"{answered}report/").json()[part]
    held = {"If-None-Match": section.headers["ETag"]}
    assert eva.get(f"{answered}{part}/", headers=held).status_code == 304


def test_the_love_plot_comes_in_three_forms(answered, eva):
    spec = eva.get(f"{answered}love-plot/")
    assert spec.json()["$schema"].endswith("/v6.json")
    for form in ("vega-lite", "json"):
        assert spec.json() == eva.get(f"{answered}love-plot/?format={form}").json()
    svg = eva.get(f"{answered}love-plot/?format=svg")
    assert (svg["Content-Type"], svg.content[:4]) == ("image/svg+xml", b"<svg")
    png = eva.get(f"{answered}love-plot/?format=png")
    assert (png["Content-Type"], png.content[1:4]) == ("image/png", b"PNG")
    pdf = eva.get(f"{answered}love-plot/?format=pdf")
    assert (pdf.status_code, pdf.json()["code"]) == (400, "unknown_format")


@pytest.mark.parametrize("part", ["report", "balance", "effects", "gaps", "love-plot"])
def test_before_it_is_done_nothing_is_shown(locked, eva, part):
    run = eva.post(f"{EVALUATIONS}{locked()['id']}/runs/").headers["Location"]
    early = eva.get(f"{run}{part}/")
    refuse_undocumented(early)
    assert (early.status_code, early.json()["code"]) == (409, "not_done")
    assert "queued" in early.json()["detail"]


def test_a_run_is_cancelled_and_then_stays_so(locked, eva):
    run = eva.post(f"{EVALUATIONS}{locked()['id']}/runs/").headers["Location"]
    assert eva.post(f"{run}cancel/").json()["state"] == "cancelled"
    again = eva.post(f"{run}cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "run_finished")
    work()
    assert eva.get(run).json()["state"] == "cancelled"


def test_runs_are_found_by_evaluation_and_state(answered, eva):
    run = eva.get(answered).json()
    for query in (f"evaluation={run['evaluation']}", "state=done", "purpose=impact"):
        assert eva.get(f"{RUNS}?{query}").json()["count"] == 1
    assert eva.get(f"{RUNS}?state=failed").json()["count"] == 0
    shown = eva.get(f"{answered}?expand=evaluation&fields=state,evaluation").json()
    assert set(shown) == {"state", "evaluation"}
    assert shown["evaluation"]["name"] == "Did it help?"


def test_who_may_not_see_evaluations_sees_no_run(answered, client_of, district):
    cora = client_of(UserFactory(username="cora", coordinator_of=district.school))
    for part in ("", "report/", "effects/"):
        assert cora.get(f"{answered}{part}").status_code == 403


def test_no_answer_names_a_student(answered, eva, district):
    """An evaluator plans and reads comparisons, and never sees a child."""
    said = "".join(
        eva.get(f"{answered}{part}").text
        for part in ("", "report/", "balance/", "effects/", "gaps/", "love-plot/")
    )
    for student in district.ela.scores.values_list("student__lasid", flat=True):
        assert json.dumps(student) not in said
