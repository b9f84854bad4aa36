"""A coordinator's work, step by step, as a front end would do it."""

import pytest

from enrollment.models import Enrollment
from tests.factories import SchoolMembershipFactory, StudentFactory

pytestmark = pytest.mark.django_db
ENROLLMENTS = "/api/v1/enrollments/"


@pytest.fixture
def newcomer(world):
    student = StudentFactory(lasid="0042")
    SchoolMembershipFactory(student=student, school=world.own["schools"])
    return student


@pytest.fixture
def enroll(coordinator, world):
    def enroll(student, **values):
        body = {"student": {"lasid": student.lasid}, **values}
        return coordinator.post(
            ENROLLMENTS, {"offering": world.own["offerings"].pk, **body}
        )

    return enroll


def step(client, enrollment: dict, **body):
    return client.post(
        f"{ENROLLMENTS}{enrollment['id']}/transitions/",
        body,
        headers={"If-Match": f'"v{enrollment["version"]}"'},
    )


def test_with_a_first_day_the_student_takes_a_seat(enroll, coordinator, newcomer):
    made = enroll(newcomer, first_day="2026-01-20")
    assert made.status_code == 201
    assert (made.data["status"], made.data["seat"]) == ("enrolled", 2)
    assert coordinator.get(made["Location"]).data == made.data


def test_without_one_the_student_is_referred_and_begins_later(
    enroll, coordinator, newcomer
):
    referred = enroll(newcomer, reason="asks for it").data
    assert (referred["status"], referred["seat"]) == ("referred", None)
    begun = step(coordinator, referred, action="enroll", effective_on="2026-01-20").data
    assert (begun["status"], begun["first_day"]) == ("enrolled", "2026-01-20")


def test_every_step_is_told_with_who_and_why(enroll, coordinator, newcomer):
    made = enroll(newcomer, first_day="2026-01-20", reason="began").data
    step(coordinator, made, action="exit", effective_on="2026-02-02", reason="moved")
    steps = coordinator.get(f"{ENROLLMENTS}{made['id']}/transitions/").data["results"]
    assert [(s["action"], s["actor"], s["reason"]) for s in steps] == [
        ("enroll", "cora", "began"),
        ("exit", "cora", "moved"),
    ]
    assert steps[0]["recorded_at"].endswith("Z")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"reason": "moved away"}, "withdrawn"),
        ({"reason": "completed"}, "completed"),
        ({"reason": "moved away", "exit_reason": "left_district"}, "left_district"),
    ],
)
def test_an_exit_keeps_its_reason(enroll, coordinator, newcomer, said, kept):
    made = enroll(newcomer, first_day="2026-01-20").data
    left = step(coordinator, made, action="exit", effective_on="2026-02-02", **said)
    assert left.status_code == 201
    assert left["ETag"] == '"v2"'
    assert (left.data["status"], left.data["exit_reason"]) == ("exited", kept)
    assert left.data["last_day"] == "2026-02-02"


def test_a_step_takes_effect_today_unless_told(enroll, coordinator, newcomer):
    made = enroll(newcomer, first_day="2026-01-05").data
    left = step(coordinator, made, action="exit", reason="moved").data
    assert left["last_day"] == "2026-01-15"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"action": "exit"}, "/reason", "required"),
        ({"action": "waitlist"}, "/action", "invalid_choice"),
        ({"action": "delete"}, "/action", "invalid_choice"),
        ({}, "/action", "required"),
        ({"action": "exit", "reason": "x", "exit_reason": "y"}, "/exit_reason", None),
        ({"action": "enroll", "exit_reason": "completed"}, "/exit_reason", None),
        ({"action": "exit", "reason": "x", "to": "exited"}, "/to", "unknown_key"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(coordinator, world, body, pointer, code):
    enrollment = {"id": world.own["enrollments"].pk, "version": 1}
    response = step(coordinator, enrollment, **body)
    assert response.status_code == 400
    assert response.data["errors"][0]["pointer"] == pointer
    assert code in {None, response.data["code"]}


def test_a_step_needs_the_version_it_starts_from(coordinator, world):
    address = f"{ENROLLMENTS}{world.own['enrollments'].pk}/transitions/"
    body = {"action": "exit", "reason": "moved", "effective_on": "2026-01-10"}
    assert coordinator.post(address, body).status_code == 428
    stale = coordinator.post(address, body, headers={"If-Match": '"v0"'})
    assert (stale.status_code, stale.data["code"]) == (412, "stale_version")


def test_the_rules_of_the_district_answer_with_their_codes(
    enroll, coordinator, newcomer, world
):
    offering = world.own["offerings"]
    coordinator.patch(
        f"/api/v1/offerings/{offering.pk}/",
        {"capacity": 1},
        headers={"If-Match": '"v1"'},
    )
    full = enroll(newcomer, first_day="2026-01-20")
    assert (full.status_code, full.data["code"]) == (409, "offering_full")
    twice = enroll(world.own["students"], first_day="2026-01-20")
    assert (twice.status_code, twice.data["code"]) == (409, "already_enrolled")
    outside = enroll(newcomer, first_day="2027-01-20")
    assert outside.data["code"] == "outside_offering"
    ended = {"action": "exit", "reason": "x", "effective_on": "2026-01-09"}
    left = step(coordinator, {"id": world.own["enrollments"].pk, "version": 1}, **ended)
    again = step(coordinator, left.data, **ended)
    assert (again.status_code, again.data["code"]) == (409, "bad_transition")
    entered = step(coordinator, left.data, **ended | {"action": "enroll"})
    assert "only one that is referred can go through `enroll`" in entered.data["detail"]
    overlapping = enroll(world.own["students"], first_day="2026-01-08")
    assert overlapping.data["code"] == "overlapping_spell"


def test_a_capacity_below_the_seats_held_is_refused(
    enroll, coordinator, newcomer, world
):
    enroll(newcomer, first_day="2026-01-20")
    response = coordinator.patch(
        f"/api/v1/offerings/{world.own['offerings'].pk}/",
        {"capacity": 1},
        headers={"If-Match": '"v1"'},
    )
    assert response.status_code == 409
    assert response.data["code"] == "capacity_below_enrolled"


def test_days_are_put_right_with_a_reason(coordinator, world):
    address = f"{ENROLLMENTS}{world.own['enrollments'].pk}/"
    days = {"planned_last_day": "2026-05-01"}
    headers = {"If-Match": '"v1"'}
    silent = coordinator.patch(address, days, headers=headers)
    assert silent.data["errors"][0]["pointer"] == "/reason"
    said = coordinator.patch(address, {**days, "reason": "ends early"}, headers=headers)
    assert said.data["planned_last_day"] == "2026-05-01"
    headers = {"If-Match": said["ETag"]}
    owned = coordinator.patch(address, {"status": "exited"}, headers=headers)
    assert owned.data["code"] == "server_owned"


def test_a_roster_is_as_of_a_day_with_both_ends_included(
    enroll, coordinator, newcomer, world
):
    made = enroll(newcomer, first_day="2026-01-20").data
    left = {"action": "exit", "reason": "moved", "effective_on": "2026-02-02"}
    step(coordinator, made, **left)
    roster = f"/api/v1/offerings/{world.own['offerings'].pk}/roster/?as_of="
    counts = {
        day: coordinator.get(f"{roster}{day}").data["count"]
        for day in ("2026-01-19", "2026-01-20", "2026-02-02", "2026-02-03")
    }
    assert list(counts.values()) == [1, 2, 2, 1]


def test_a_reference_may_be_written_in_every_way_people_know_it(
    coordinator, newcomer, world
):
    offering = world.own["offerings"]
    whole = {
        "program": offering.program.code,
        "school": offering.school.code,
        "school_year": 2026,
        "label": offering.label,
    }
    for student in ({"lasid": "0042"}, {"sasid": newcomer.sasid}, newcomer.pk):
        made = coordinator.post(
            ENROLLMENTS,
            {"student": student, "offering": whole, "first_day": "2026-01-20"},
        )
        assert made.status_code in {201, 409}
    assert Enrollment.objects.filter(student=newcomer).count() == 1


@pytest.mark.parametrize(
    "student", ["0042", True, 1.5, None, [], {}, {"name": "Ada"}, {"lasid": 42}]
)
def test_a_reference_that_names_nobody_in_our_way_is_refused(
    coordinator, newcomer, world, student
):
    offering = world.own["offerings"].pk
    response = coordinator.post(ENROLLMENTS, {"student": student, "offering": offering})
    assert response.status_code == 400
    assert response.data["errors"][0]["pointer"].startswith("/student")
