"""An evaluator's question: drafted, looked at without outcomes, locked, and run."""

import pytest

from outcomes.models import Run
from tests.api.contract import refuse_undocumented
from tests.api.evaluating import DESIGN, EVALUATIONS, QUESTION, work
from tests.factories import SchoolFactory, SchoolYearFactory


def test_a_draft_shows_every_default(drafted):
    shown = drafted()
    assert (shown["state"], shown["version"], shown["created_by"]) == (
        "draft",
        1,
        "eva",
    )
    assert (shown["outcome_year"], shown["rivals"]) == (2026, ["ten-girls"])
    assert shown["design"]["method"] == "nearest"
    assert shown["design"]["pretests"] == [
        {"name": "ela_before", "domain": "ela", "same_as": "ela"}
    ]
    assert (shown["design_hash"], shown["locked_by"]) == ("", None)


def test_an_answer_is_what_the_document_says(district, eva):
    made = eva.post(EVALUATIONS, QUESTION)
    refuse_undocumented(made)
    refuse_undocumented(eva.get(made.headers["Location"]))
    refuse_undocumented(eva.get(f"{EVALUATIONS}?expand=program,outcome_year"))


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"design": DESIGN | {"ratioo": 2}}, "/design/ratioo", 'did you mean "ratio"'),
        ({"design": {"outcomes": ["elo"]}}, "/design/outcomes/0/name", '"ela"'),
        ({"design": DESIGN | {"exact": ["schol"]}}, "/design/exact/0", '"school"'),
        ({"design": DESIGN | {"ratio": 0}}, "/design/ratio", "1 or more"),
        ({"design": {}}, "/design/outcomes", "is missing"),
        ({"design": []}, "/design", "an object"),
        ({"rivals": ["ten-boys"]}, "/rivals", "not its own rival"),
        ({"rivals": ["ten-boy"]}, "/rivals/0", "no such program"),
        ({"last_day": "2025-10-14"}, "/last_day", "before the first"),
        ({"parent": 1}, "/parent", "no such evaluation"),
        ({"state": "locked"}, "/state", "server keeps"),
    ],
)
def test_a_wrong_plan_is_refused_where_it_is_wrong(
    district, eva, change, pointer, words
):
    answer = eva.post(EVALUATIONS, QUESTION | change)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]


def test_a_baseline_after_the_start_is_refused_by_name(district, eva):
    design = DESIGN | {"covariates": ["ela@2026"]}
    answer = eva.post(EVALUATIONS, QUESTION | {"design": design})
    assert (answer.status_code, answer.json()["code"]) == (400, "covariate_after_start")
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/design/covariates/0"
    assert "ela@2026" in error["detail"]


def test_a_window_that_no_year_reaches_is_refused(district, eva):
    late = {"first_day": "2030-10-15", "last_day": "2030-12-19"}
    answer = eva.post(EVALUATIONS, QUESTION | late)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_outcome_year")
    SchoolYearFactory(year=2031)
    assert eva.post(EVALUATIONS, QUESTION | late).json()["outcome_year"] == 2031


def test_a_draft_is_amended_from_the_version_that_was_read(drafted, eva):
    where = f"{EVALUATIONS}{drafted()['id']}/"
    design = DESIGN | {"ratio": 2}
    assert eva.patch(where, {"design": design}).status_code == 428
    amended = eva.patch(where, {"design": design}, headers={"If-Match": '"v1"'})
    assert (amended.json()["design"]["ratio"], amended.json()["version"]) == (2, 2)
    stale = eva.patch(where, {"name": "X"}, headers={"If-Match": '"v1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


def test_a_plan_is_locked_once_and_then_stays(drafted, eva):
    where = f"{EVALUATIONS}{drafted()['id']}/"
    held = eva.post(f"{where}lock/", headers={"If-Match": '"v1"'})
    assert (held.status_code, held.json()["state"]) == (200, "locked")
    assert held.headers["ETag"] == '"v2"'
    assert (held.json()["locked_by"], len(held.json()["design_hash"])) == ("eva", 64)
    for attempt in (
        eva.post(f"{where}lock/"),
        eva.patch(where, {"name": "X"}, headers={"If-Match": '"v2"'}),
    ):
        assert (attempt.status_code, attempt.json()["code"]) == (409, "locked")


def test_a_lock_may_name_the_version_and_a_stale_one_is_refused(drafted, eva):
    where = f"{EVALUATIONS}{drafted()['id']}/"
    eva.patch(where, {"name": "Changed"}, headers={"If-Match": '"v1"'})
    stale = eva.post(f"{where}lock/", headers={"If-Match": '"v1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert eva.post(f"{where}lock/").json()["state"] == "locked"


def test_a_changed_plan_names_its_parent(locked, drafted):
    parent = locked()["id"]
    child = drafted(parent=parent, design=DESIGN | {"seed": 2})
    assert child["parent"] == parent


def test_a_lock_takes_no_keys(drafted, eva):
    answer = eva.post(f"{EVALUATIONS}{drafted()['id']}/lock/", {"now": True})
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/now", "unknown_key")
    assert error["detail"] == "Nothing is said here: send no key."


def test_a_draft_is_nobodys_parent(drafted, eva):
    parent = drafted()["id"]
    answer = eva.post(EVALUATIONS, QUESTION | {"parent": parent})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_locked")
    assert f"Evaluation {parent} is a draft" in answer.json()["detail"]
    assert eva.get(EVALUATIONS).json()["count"] == 1


def test_evaluations_are_found_by_program_and_state(locked, drafted, eva):
    kept, draft = locked()["id"], drafted()["id"]
    found = eva.get(f"{EVALUATIONS}?state=locked&program__code=ten-boys").json()
    assert [row["id"] for row in found["results"]] == [kept]
    assert eva.get(f"{EVALUATIONS}?ordering=-created_at").json()["count"] == 2
    lines = b"".join(eva.get(f"{EVALUATIONS}?format=csv")).decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["id", str(kept), str(draft)]


# --- Diagnostics: before any outcome.


def test_diagnostics_are_made_by_a_worker_and_then_shown(drafted, eva):
    where = f"{EVALUATIONS}{drafted()['id']}/diagnostics/"
    first = eva.get(where)
    assert (first.status_code, first.json()["state"]) == (202, "queued")
    assert first.headers["Retry-After"] == "1"
    assert eva.get(where).json()["id"] == first.json()["id"]
    assert eva.get(first.headers["Location"]).json()["purpose"] == "diagnostics"
    work()
    shown = eva.get(where)
    refuse_undocumented(shown)
    assert shown.json()["sample"]["matched_treated"] == 8
    assert not {"effects", "gaps", "naive", "pairs"} & set(shown.json())
    held = {"If-None-Match": shown.headers["ETag"]}
    assert eva.get(where, headers=held).status_code == 304


def test_diagnostics_show_which_schools_stand_together(district, drafted, eva):
    for i, code in enumerate(["00350002", "00350003"]):
        school = SchoolFactory(code=code)
        for j in range(6):
            known = {"school": school, "low_income": j % 2 == 0}
            district.student(snapshot=known, before=480 + 20 * i + j)
    first = {"cluster": "school", "match_clusters": {}, "method": "full", "gaps": []}
    where = f"{EVALUATIONS}{drafted(design=DESIGN | first)['id']}/diagnostics/"
    eva.get(where)
    work()
    shown = eva.get(where)
    refuse_undocumented(shown)
    found = shown.json()["clusters"]
    assert found["matched_treated"] == found["matched_comparison"] == 1
    assert found["sets"][0]["treated"]["cluster"] == {"school": "00350001"}
    assert found["sets"][0]["comparison"][0]["cluster"]["school"] == "00350003"
    assert shown.json()["verdict"]["code"] == "confound_n1"


def test_diagnostics_of_data_that_cannot_carry_the_plan_say_so(drafted, eva):
    earlier = {"first_day": "2025-10-02", "last_day": "2025-10-03"}
    where = f"{EVALUATIONS}{drafted(**earlier)['id']}/diagnostics/"
    eva.get(where)
    work()
    failed = eva.get(where)
    assert (failed.status_code, failed.json()["code"]) == (409, "not_done")
    assert "began ten-boys" in failed.json()["detail"]
    assert eva.post(where).status_code == 202  # once the data are mended


def test_until_it_is_locked_nothing_shows_an_outcome(drafted, eva):
    plan = drafted()
    queued = eva.post(f"{EVALUATIONS}{plan['id']}/runs/")
    assert (queued.status_code, queued.json()["code"]) == (409, "not_locked")
    run = eva.get(f"{EVALUATIONS}{plan['id']}/diagnostics/").headers["Location"]
    work()
    for part in ("effects", "gaps"):
        refused = eva.get(f"{run}{part}/")
        assert (refused.status_code, refused.json()["code"]) == (
            409,
            "shows_no_outcome",
        )
    report = eva.get(f"{run}report/").json()
    assert not {"effects", "gaps", "naive"} & set(report)
    assert not Run.objects.filter(purpose="impact").exists()
