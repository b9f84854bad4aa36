"""Outside your scope is as if it were not there, by whichever way you ask."""

from datetime import date

import pytest
from rest_framework.viewsets import GenericViewSet

from api.scope import VisibleToUser, visible
from enrollment.models import RoleGrant, SchoolMembership, StudentYear
from outcomes.models import Score
from tests.api.test_permissions import canaries_in
from tests.api.world import ABSENT, CANARIES
from tests.factories import (
    EnrollmentFactory,
    OfferingFactory,
    SchoolMembershipFactory,
    StudentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

KINDS = ["students", "student-years", "memberships", "enrollments"]
LISTS = [*KINDS, "schools", "school-years", "programs", "offerings"]
SAME = {"X-Request-Id": "the-same"}


def bytes_of(response, pk: int) -> bytes:
    return response.content.replace(str(pk).encode(), b"N")


@pytest.mark.parametrize("kind", KINDS)
def test_foreign_and_absent_are_the_same_bytes(kind, coordinator, world):
    foreign = world.foreign[kind].pk
    answers = [
        bytes_of(coordinator.get(f"/api/v1/{kind}/{pk}/", headers=SAME), pk)
        for pk in (foreign, ABSENT)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("query", ["", "?page_size=500", "?format=csv"])
def test_a_list_never_shows_another_schools_child(kind, query, coordinator, world):
    response = coordinator.get(f"/api/v1/{kind}/{query}")
    assert response.status_code == 200
    assert not canaries_in(response)


@pytest.mark.parametrize("kind", KINDS)
def test_the_count_of_a_list_leaves_out_what_is_out_of_scope(kind, coordinator, world):
    assert coordinator.get(f"/api/v1/{kind}/").data["count"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "students/?search={canary}",
        "students/?school={school}",
        "student-years/?student={student}",
        "memberships/?school={school}",
        "enrollments/?student={student}&expand=student,offering,baseline",
        "enrollments/?school={school}",
    ],
)
def test_a_filter_finds_nothing_beyond_the_scope(query, coordinator, world):
    asked = query.format(
        canary=CANARIES[0],
        school=world.foreign["schools"].pk,
        student=world.foreign["students"].pk,
    )
    assert coordinator.get(f"/api/v1/{asked}").data["results"] == []


@pytest.mark.parametrize("name", ["student", "offering"])
def test_a_reference_cannot_probe_for_what_is_elsewhere(name, coordinator, world):
    body = {
        "student": world.own["students"].pk,
        "offering": world.own["offerings"].pk,
        "first_day": "2026-01-20",
    }
    answers = []
    for pk in (world.foreign[f"{name}s"].pk, ABSENT):
        response = coordinator.post(
            "/api/v1/enrollments/", {**body, name: pk}, headers=SAME
        )
        assert response.status_code == 400
        assert response.data["errors"][0]["pointer"] == f"/{name}"
        assert response.data["code"] == "not_found"
        answers.append(response.content)
    assert answers[0] == answers[1]


def test_a_natural_key_cannot_probe_either(coordinator, world):
    body = {"offering": world.own["offerings"].pk, "first_day": "2026-01-20"}
    for lasid in (world.foreign["students"].lasid, "no-such-number"):
        student = {"student": {"lasid": lasid}}
        response = coordinator.post("/api/v1/enrollments/", {**body, **student})
        assert response.data["code"] == "not_found"


def test_a_lookup_tells_foreign_numbers_from_absent_ones_in_no_way(coordinator, world):
    asked = {"lasids": ["001", CANARIES[2], "absent"], "sasids": [CANARIES[3]]}
    found = coordinator.post("/api/v1/students/lookup/", asked).data
    assert [student["lasid"] for student in found["found"]] == ["001"]
    assert found["not_found"] == {
        "lasids": [CANARIES[2], "absent"],
        "sasids": [CANARIES[3]],
    }


def test_a_batch_treats_a_foreign_item_as_an_absent_one(coordinator, world):
    item = {"offering": world.own["offerings"].pk, "first_day": "2026-01-20"}
    students = [world.foreign["students"].pk, ABSENT]
    response = coordinator.post(
        "/api/v1/enrollments/batch/",
        {"items": [{**item, "student": student} for student in students]},
    )
    codes = [entry["problems"][0]["code"] for entry in response.data["items"]]
    assert response.status_code == 422
    assert codes == ["not_found", "not_found"]


def test_who_left_the_school_stays_on_the_roster_without_a_name(
    coordinator, office, world
):
    SchoolMembership.objects.filter(student=world.own["students"]).update(
        last_day=date(2025, 12, 19)
    )
    address = f"/api/v1/offerings/{world.own['offerings'].pk}/roster/"
    for client, name in ((coordinator, None), (office, "Ada")):
        (entry,) = client.get(address, {"expand": "student"}).data["results"]
        assert (entry["student"] or {}).get("first_name") == name
    assert "001" not in coordinator.get(f"{address}?format=csv").getvalue().decode()
    assert "001" in office.get(f"{address}?format=csv").getvalue().decode()


def test_a_timeline_leaves_out_the_programs_of_other_schools(
    coordinator, office, world
):
    student = world.own["students"]
    before = {"first_day": date(2025, 9, 4), "last_day": date(2025, 10, 1)}
    elsewhere = EnrollmentFactory(
        student=student,
        offering=OfferingFactory(school=world.foreign["schools"]),
        status="exited",
        **before,
    )
    address = f"/api/v1/students/{student.pk}/timeline/"
    for client, is_shown in ((office, True), (coordinator, False)):
        entries = client.get(address).data["entries"]
        assert {e["kind"] for e in entries} >= {"snapshot", "spell_begins", "score"}
        assert (elsewhere.pk in {e["id"] for e in entries}) is is_shown


def test_a_coordinator_of_one_program_reaches_no_other(client_of, world):
    user = UserFactory(coordinator_of=world.own["schools"])
    RoleGrant.objects.filter(user=user).update(program=1)  # the first of the migrations
    client = client_of(user)
    assert client.get("/api/v1/enrollments/").data["results"] == []
    assert client.get("/api/v1/students/").data["count"] == 1
    created = client.post(
        "/api/v1/offerings/",
        {
            "program": world.own["programs"].pk,
            "school": world.own["schools"].pk,
            "school_year": 2026,
            "first_day": "2025-09-04",
            "last_day": "2026-06-18",
        },
    )
    assert created.status_code == 403


def test_a_grant_taken_away_counts_from_the_next_request(coordinator, world):
    assert coordinator.get("/api/v1/students/").data["count"] == 1
    RoleGrant.objects.all().delete()
    assert coordinator.get("/api/v1/students/").status_code == 403


def test_a_student_who_arrives_comes_into_sight_on_the_day(coordinator, world):
    newcomer = StudentFactory(first_name="New")
    SchoolMembershipFactory(
        student=newcomer, school=world.own["schools"], first_day=date(2026, 1, 16)
    )
    assert coordinator.get("/api/v1/students/").data["count"] == 1


def test_a_resource_cannot_replace_the_scope():
    with pytest.raises(TypeError, match="get_queryset"):
        type("Loose", (VisibleToUser, GenericViewSet), {"get_queryset": lambda it: 1})


@pytest.mark.parametrize("model", [SchoolMembership, StudentYear, Score])
def test_a_user_without_a_role_sees_no_row(model, world):
    nobody = UserFactory()
    assert not visible(model.objects.all(), nobody, on=date(2026, 1, 15)).exists()
