"""Over HTTP: who tried what, who looked, and one line of it beside every report."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcomes.models import Look, Run
from tests.api.contract import refuse_undocumented
from tests.api.evaluating import DESIGN, EVALUATIONS, work
from tests.factories import UserFactory


@pytest.fixture
def olga(client_of):
    return client_of(UserFactory(username="olga", admin=True))


def history_of(client, plan: dict) -> dict:
    answer = client.get(f"{EVALUATIONS}{plan['id']}/history/")
    refuse_undocumented(answer)
    return answer.json()


def test_the_history_tells_every_version_run_and_look(drafted, eva, olga):
    plan = drafted()
    where = f"{EVALUATIONS}{plan['id']}/"
    change = {"design": {**DESIGN, "ratio": 2}}
    assert olga.patch(where, change, headers={"If-Match": '"v1"'}).status_code == 200
    locked = eva.post(f"{where}lock/").json()
    run = eva.post(f"{where}runs/").headers["Location"]
    work()
    for _ in range(2):
        olga.get(f"{run}report/")
    olga.get(f"{run}gaps/?format=csv")
    told = history_of(eva, plan)
    assert [(v["number"], v["step"], v["by"]) for v in told["designs"]] == [
        (1, "drafted", "eva"), (2, "amended", "olga"), (2, "locked", "eva")
    ]  # fmt: skip
    assert told["designs"][1]["design"]["ratio"] == 2
    assert told["designs"][2]["design_hash"] == locked["design_hash"]
    assert [(r["number"], r["purpose"], r["state"]) for r in told["runs"]] == [
        (2, "impact", "done")
    ]
    looks = [(x["part"], x["viewer"], x["times"]) for x in told["looks"]]
    assert looks == [("report", "olga", 2), ("gaps", "olga", 1)]
    assert {x["purpose"] for x in told["looks"]} == {"impact"}


def test_a_childs_history_is_that_of_the_whole_line(locked, drafted, eva):
    first = locked()
    child = drafted(parent=first["id"], design={**DESIGN, "ratio": 2})
    told = history_of(eva, child)
    assert told == history_of(eva, first)
    assert [v["evaluation"] for v in told["designs"]] == [first["id"]] * 2 + [
        child["id"]
    ]


@pytest.mark.parametrize(
    "part", ["report", "effects", "balance", "gaps", "love-plot", "methods"]
)
def test_a_form_that_does_not_exist_is_no_look(answered, eva, part):
    assert eva.get(f"{answered}{part}/?format=xml").status_code == 400
    assert not Look.objects.exists()


def test_moments_are_told_in_utc_as_everywhere(drafted, eva):
    (first,) = history_of(eva, drafted())["designs"]
    assert first["at"].endswith("Z")


@pytest.mark.parametrize(
    "part",
    ["report/", "report/?format=html", "effects/", "gaps/?format=csv", "methods/"],
)
def test_a_head_is_answered_as_a_get_and_is_no_look(answered, eva, part):
    headed = eva.head(f"{answered}{part}")
    assert not Look.objects.exists()
    shown = eva.get(f"{answered}{part}")
    assert Look.objects.count() == 1
    assert headed.status_code == shown.status_code == 200
    assert headed.headers["Content-Type"] == shown.headers["Content-Type"]
    assert b"".join(headed) == b""
    assert b"".join(shown) != b""


def test_a_head_queues_no_diagnostics(drafted, eva):
    where = f"{EVALUATIONS}{drafted()['id']}/diagnostics/"
    assert eva.head(where).status_code == 202
    assert not Run.objects.exists()


def test_diagnostics_that_are_read_are_a_look(drafted, eva):
    where = f"{EVALUATIONS}{drafted()['id']}/diagnostics/"
    assert eva.get(where).status_code == 202
    assert not Look.objects.exists()
    work()
    assert eva.get(where).status_code == 200
    assert [*Look.objects.values_list("run__purpose", "viewer__username")] == [
        ("diagnostics", "eva")
    ]


def test_the_report_carries_its_process_and_is_known_the_second_time(
    answered, eva, olga
):
    first = eva.get(f"{answered}report/")
    refuse_undocumented(first)
    process = first.json()["process"]
    assert (process["place"], process["designs_tried"]) == (1, 1)
    assert process["viewers"] == 1
    assert process["first_outcome_look_at"] > process["locked_at"]
    held = {"If-None-Match": first.headers["ETag"]}
    assert eva.get(f"{answered}report/", headers=held).status_code == 304
    assert olga.get(f"{answered}report/").json()["process"]["viewers"] == 2


def test_the_page_says_it_in_one_line(answered, eva):
    page = eva.get(f"{answered}report/?format=html").text
    assert "The only design tried; locked on" in page
    assert "before any outcome was seen here." in page


def test_who_may_not_see_evaluations_sees_no_history(drafted, client_of, district):
    cora = client_of(UserFactory(username="cora", coordinator_of=district.school))
    where = f"{EVALUATIONS}{drafted()['id']}/history/"
    assert cora.get(where).status_code == 403


def test_a_long_history_takes_no_more_queries(answered, drafted, eva, client_of):
    plan = eva.get(answered).json()["evaluation"]
    addresses = [f"{answered}report/", f"{EVALUATIONS}{plan}/history/"]
    few = [questions(eva, address) for address in addresses]
    for ratio in (2, 3, 4):
        child = drafted(parent=plan, design={**DESIGN, "ratio": ratio})
        eva.get(f"{EVALUATIONS}{child['id']}/diagnostics/")
        work()
        reader = client_of(UserFactory(username=f"reader{ratio}", admin=True))
        reader.get(f"{EVALUATIONS}{child['id']}/diagnostics/")
        reader.get(f"{answered}report/")
    assert [questions(eva, address) for address in addresses] == few
    assert max(few) <= 15


def questions(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
