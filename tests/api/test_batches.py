import pytest

from enrollment.models import Enrollment
from tests.api.contract import refuse_undocumented
from tests.factories import SchoolMembershipFactory, StudentFactory

pytestmark = pytest.mark.django_db
BATCH = "/api/v1/enrollments/batch/"


@pytest.fixture
def items(world):
    """Three students of the school, and one number that nobody has."""
    offering = world.own["offerings"].pk
    lasids = ["a1", "a2", "a3"]
    for lasid in lasids:
        student = StudentFactory(lasid=lasid)
        SchoolMembershipFactory(student=student, school=world.own["schools"])
    return [
        {"student": {"lasid": lasid}, "offering": offering, "first_day": "2026-01-20"}
        for lasid in [*lasids, "nobody"]
    ]


def send(client, items, query="", **body):
    response = client.post(f"{BATCH}{query}", {"items": items, **body})
    refuse_undocumented(response)
    return response


def made() -> int:
    return Enrollment.objects.filter(student__lasid__startswith="a").count()


def test_all_or_nothing_is_the_default(coordinator, items):
    response = send(coordinator, items)
    assert response.status_code == 422
    assert response.data["outcome"] == "rejected"
    actions = [item["action"] for item in response.data["items"]]
    assert actions == ["skipped", "skipped", "skipped", "refused"]
    assert response.data["items"][3]["problems"][0] == {
        "pointer": "/items/3/student",
        "code": "not_found",
        "detail": "There is no such student.",
    }
    assert made() == 0


def test_row_by_row_writes_the_good_ones_and_says_so(coordinator, items):
    response = send(coordinator, items, atomic="row")
    assert response.status_code == 200
    assert response.data["outcome"] == "partly_applied"
    assert response.data["summary"]["created"] == 3
    for item in response.data["items"][:3]:
        assert Enrollment.objects.get(pk=item["id"]).status == "enrolled"
    assert made() == 3


def test_what_was_sent_twice_is_unchanged(coordinator, items):
    good = items[:3]
    assert send(coordinator, good).data["summary"]["created"] == 3
    again = send(coordinator, good)
    assert again.data["outcome"] == "applied"
    assert again.data["summary"]["unchanged"] == 3
    assert made() == 3


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_a_rehearsal_tells_all_and_writes_nothing(coordinator, items, query):
    mode = {} if query else {"mode": "validate"}
    response = send(coordinator, items, query, atomic="row", **mode)
    assert response.status_code == 200
    assert response.data["dry_run"] is True
    assert response.data["summary"]["created"] == 3
    assert {item["id"] for item in response.data["items"]} == {None}
    assert made() == 0


def test_when_every_item_is_wrong_nothing_was_written(coordinator, items):
    response = send(coordinator, items[3:], atomic="row")
    assert (response.status_code, response.data["outcome"]) == (422, "rejected")


def test_each_item_is_refused_with_every_reason(coordinator, items):
    wrong = [
        {"student": {"lasid": "a1"}, "first_day": "soon", "colour": "red"},
        "not an object",
        {**items[0], "first_day": "2031-01-01"},
    ]
    response = send(coordinator, wrong)
    told = [
        {problem["pointer"]: problem["code"] for problem in item["problems"]}
        for item in response.data["items"]
    ]
    assert told == [
        {
            "/items/0/offering": "required",
            "/items/0/first_day": "not_a_day",
            "/items/0/colour": "unknown_key",
        },
        {"/items/1": "invalid"},
        {"/items/2": "outside_offering"},
    ]


def test_the_seats_of_a_batch_run_out_in_its_order(coordinator, items, world):
    offering = world.own["offerings"]
    type(offering).objects.filter(pk=offering.pk).update(capacity=3)
    response = send(coordinator, items[:3], atomic="row")
    assert [item["action"] for item in response.data["items"]] == [
        "created",
        "created",
        "refused",
    ]
    assert response.data["items"][2]["problems"][0]["code"] == "offering_full"


def test_a_spell_that_is_over_comes_in_whole(coordinator, items):
    over = {**items[0], "last_day": "2026-02-02", "exit_reason": "completed"}
    response = send(coordinator, [over])
    row = Enrollment.objects.get(pk=response.data["items"][0]["id"])
    assert (row.status, row.exit_reason, row.source) == (
        "exited",
        "completed",
        "nominated",
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/items"),
        ({"items": []}, "/items"),
        ({"items": [{}] * 1001}, "/items"),
        ({"items": [{}], "atomic": "some"}, "/atomic"),
        ({"items": [{}], "mode": "guess"}, "/mode"),
        ({"items": [{}], "dryRun": True}, "/dryRun"),
    ],
)
def test_a_batch_that_is_none_is_refused(coordinator, body, pointer):
    response = coordinator.post(BATCH, body)
    assert response.status_code == 400
    assert response.data["errors"][0]["pointer"] == pointer


def test_the_number_of_questions_to_the_database_does_not_grow(
    coordinator, items, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40):
        send(coordinator, items * 100, atomic="row")
