"""Each fact that one row can get wrong is refused by the database, by its name."""

from datetime import date

import pytest
from django.db import IntegrityError, connection

from enrollment.access import Role
from enrollment.models import Status
from enrollment.services.constraints import constraint_of
from tests.factories import (
    EnrollmentFactory,
    OfferingFactory,
    ProgramFactory,
    RoleGrantFactory,
    SchoolFactory,
    SchoolMembershipFactory,
    SchoolYearFactory,
    StudentFactory,
    StudentYearFactory,
    TransitionFactory,
)
from tests.factories.days import FIRST_DAY, LAST_DAY

pytestmark = pytest.mark.django_db
NOT_BEGUN = [Status.REFERRED, Status.WAITLISTED, Status.OFFERED, Status.CLOSED]

FALSE_ROWS = [
    ("a_school_has_a_code", SchoolFactory, {"code": ""}),
    (
        "a_school_year_ends_after_it_begins",
        SchoolYearFactory,
        {"first_day": date(2026, 6, 19)},
    ),
    (
        "a_school_year_is_named_by_its_end",
        SchoolYearFactory,
        {"year": 2025, "first_day": FIRST_DAY, "last_day": LAST_DAY},
    ),
    ("a_student_has_a_lasid", StudentFactory, {"lasid": ""}),
    ("a_sasid_is_never_blank", StudentFactory, {"sasid": ""}),
    (
        "attended_within_membership",
        StudentYearFactory,
        {"days_member": 20, "days_attended": 21},
    ),
    (
        "attended_within_membership",
        StudentYearFactory,
        {"days_member": None, "days_attended": 1},
    ),
    (
        "snapshot_of_a_known_collection",
        StudentYearFactory,
        {"collection": "mid", "as_of": FIRST_DAY},
    ),
    ("snapshot_in_a_known_grade", StudentYearFactory, {"grade": "5"}),
    ("snapshot_of_known_groups", StudentYearFactory, {"race_ethnicity": "Black"}),
    ("snapshot_of_known_groups", StudentYearFactory, {"gender": "X"}),
    ("snapshot_of_known_groups", StudentYearFactory, {"el_status": "limited"}),
    ("membership_in_a_known_grade", SchoolMembershipFactory, {"grade": "5"}),
    (
        "a_membership_ends_after_it_begins",
        SchoolMembershipFactory,
        {"last_day": date(2025, 9, 3)},
    ),
    ("a_program_has_a_code", ProgramFactory, {"code": ""}),
    ("known_delivery", ProgramFactory, {"delivery": "club"}),
    ("known_assignment_level", ProgramFactory, {"assignment_level": "class"}),
    ("an_offering_ends_after_it_begins", OfferingFactory, {"first_day": "2026-06-19"}),
    ("capacity_is_none_or_more", OfferingFactory, {"capacity": 0}),
    ("known_role", RoleGrantFactory, {"role": "king"}),
    (
        "a_coordinator_has_a_school",
        RoleGrantFactory,
        {"role": Role.COORDINATOR, "school": None},
    ),
    ("seated_has_a_seat", EnrollmentFactory, {"seat": None}),
    ("seated_has_a_seat", EnrollmentFactory, {"seat": 0}),
    ("seated_has_a_seat", EnrollmentFactory, {"status": Status.REFERRED, "seat": 1}),
    ("spell_fits_status", EnrollmentFactory, {"status": "active"}),
    ("spell_fits_status", EnrollmentFactory, {"first_day": None}),
    ("spell_fits_status", EnrollmentFactory, {"planned_last_day": None}),
    ("spell_fits_status", EnrollmentFactory, {"last_day": LAST_DAY}),
    ("spell_fits_status", EnrollmentFactory, {"exit_reason": "completed"}),
    ("spell_fits_status", EnrollmentFactory, {"planned_last_day": date(2025, 9, 3)}),
    *[
        ("spell_fits_status", EnrollmentFactory, {"status": Status.EXITED, **wrong})
        for wrong in [
            {"first_day": None},
            {"last_day": None},
            {"last_day": date(2025, 9, 3)},
            {"exit_reason": ""},
            {"exit_reason": "bored"},
        ]
    ],
    *[
        ("spell_fits_status", EnrollmentFactory, {"status": status, **wrong})
        for status in NOT_BEGUN
        for wrong in [
            {"first_day": FIRST_DAY},
            {"planned_last_day": LAST_DAY},
            {"last_day": LAST_DAY},
            {"exit_reason": "completed"},
        ]
    ],
    (
        "spell_fits_status",
        EnrollmentFactory,
        {"status": Status.VOID, "last_day": LAST_DAY},
    ),
]


@pytest.mark.parametrize(("name", "factory", "wrong"), FALSE_ROWS)
def test_a_false_row_is_refused(name, factory, wrong):
    with pytest.raises(IntegrityError) as refusal:
        factory(**wrong)
    assert constraint_of(refusal.value) == name


TWINS = [
    ("one_snapshot_a_collection", StudentYearFactory, ["student", "school_year"]),
    ("one_membership_a_first_day", SchoolMembershipFactory, ["student", "school"]),
    ("one_offering_a_label", OfferingFactory, ["program", "school", "school_year"]),
    ("one_student_a_seat", EnrollmentFactory, ["offering", "seat"]),
    ("one_live_enrollment", EnrollmentFactory, ["offering", "student", "status"]),
    ("transitions_are_numbered", TransitionFactory, ["enrollment", "sequence"]),
    ("one_grant_of_a_kind", RoleGrantFactory, ["user", "role", "school", "program"]),
]


@pytest.mark.parametrize(("name", "factory", "shared"), TWINS)
def test_a_second_row_of_the_same_key_is_refused(name, factory, shared):
    status = {"status": Status.REFERRED} if "status" in shared else {}
    first = factory(**status)
    with pytest.raises(IntegrityError) as refusal:
        factory(**{field: getattr(first, field) for field in shared})
    assert constraint_of(refusal.value) == name


def test_a_grant_across_the_district_is_given_once():
    grant = RoleGrantFactory(role=Role.EVALUATOR)
    with pytest.raises(IntegrityError) as refusal:
        RoleGrantFactory(user=grant.user, role=Role.EVALUATOR)
    assert constraint_of(refusal.value) == "one_grant_of_a_kind"


@pytest.mark.parametrize("field", ["lasid", "sasid"])
def test_a_student_number_is_given_once(field):
    first = StudentFactory()
    values = {"lasid": "1", "sasid": "2", field: getattr(first, field)}
    other = type(first)(**values)
    with pytest.raises(IntegrityError) as refusal:
        other.save()
    assert constraint_of(refusal.value) == f"one_{field}"


def test_students_without_a_state_number_are_many():
    assert StudentFactory(sasid=None).pk != StudentFactory(sasid=None).pk


def test_an_error_that_names_no_constraint_of_ours_has_no_name():
    assert constraint_of(IntegrityError("FOREIGN KEY constraint failed")) is None
    assert connection.vendor in {"sqlite", "postgresql"}
