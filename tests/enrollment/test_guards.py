"""The database refuses what spans rows, whoever writes: these are raw writes."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from enrollment.models import Enrollment, Offering, Program, Status, Transition
from tests.factories import (
    EnrollmentFactory,
    OfferingFactory,
    ProgramFactory,
    StudentFactory,
    TransitionFactory,
)

pytestmark = pytest.mark.django_db
JANUARY_1 = date(2026, 1, 1)
JANUARY_31 = date(2026, 1, 31)
FEBRUARY_1 = date(2026, 2, 1)
MARCH_1 = date(2026, 3, 1)


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def change(row, **values):
    with transaction.atomic():  # so that the test may look at the row afterwards
        type(row).objects.filter(pk=row.pk).update(**values)


@pytest.fixture
def spell():
    """A January spell of a student, over by the end of the month."""
    return EnrollmentFactory(
        status=Status.EXITED, first_day=JANUARY_1, last_day=JANUARY_31
    )


def another(spell, first_day, last_day, **values):
    """Another spell of that student and program, at another school."""
    values = {"student": spell.student, **values}
    return EnrollmentFactory(
        offering=OfferingFactory(program=spell.program),
        first_day=first_day,
        planned_last_day=last_day,
        **values,
    )


def test_a_seat_above_the_capacity_is_refused():
    offering = OfferingFactory(capacity=2)
    with refused("seat_within_capacity"):
        EnrollmentFactory(offering=offering, seat=3)


def test_a_seat_moved_above_the_capacity_is_refused():
    enrollment = EnrollmentFactory(offering__capacity=2)
    with refused("seat_within_capacity"):
        change(enrollment, seat=3)


def test_an_enrollment_moved_to_an_offering_with_fewer_seats_is_refused():
    enrollment = EnrollmentFactory(seat=5)
    smaller = OfferingFactory(program=enrollment.program, capacity=4)
    with refused("seat_within_capacity"):
        change(enrollment, offering=smaller)


def test_without_a_capacity_any_seat_is_free():
    assert EnrollmentFactory(offering__capacity=None, seat=4000).pk


def test_a_capacity_below_a_held_seat_is_refused():
    enrollment = EnrollmentFactory(seat=5)
    with refused("capacity_covers_held_seats"):
        change(enrollment.offering, capacity=4)
    change(enrollment.offering, capacity=5)
    assert Offering.objects.get().capacity == 5


def test_an_enrollment_in_another_program_than_its_offering_is_refused():
    offering = OfferingFactory()
    with refused("enrolled_in_the_offerings_program"):
        EnrollmentFactory(offering=offering, program=ProgramFactory())


def test_an_enrollment_moved_to_another_program_is_refused():
    enrollment = EnrollmentFactory()
    with refused("enrolled_in_the_offerings_program"):
        change(enrollment, program=ProgramFactory())
    with refused("enrolled_in_the_offerings_program"):
        change(enrollment, offering=OfferingFactory())


def test_an_offering_with_enrollments_keeps_its_program():
    enrollment = EnrollmentFactory()
    with refused("an_offering_keeps_its_program"):
        change(enrollment.offering, program=ProgramFactory())
    change(OfferingFactory(), program=ProgramFactory())


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        (JANUARY_31, MARCH_1),  # the last day is included
        (date(2025, 12, 1), JANUARY_1),  # and so is the first
        (date(2026, 1, 10), date(2026, 1, 20)),
        (date(2025, 12, 1), MARCH_1),
        (JANUARY_1, JANUARY_31),
    ],
    ids=lambda day: f"{day:%m-%d}",
)
@pytest.mark.parametrize("status", [Status.ENROLLED, Status.EXITED])
def test_spells_that_share_a_day_are_refused(spell, first_day, last_day, status):
    with refused("no_overlapping_spells"):
        another(spell, first_day, last_day, status=status)


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [(FEBRUARY_1, MARCH_1), (date(2025, 12, 1), date(2025, 12, 31))],
    ids=lambda day: f"{day:%m-%d}",
)
def test_spells_side_by_side_are_no_overlap(spell, first_day, last_day):
    assert another(spell, first_day, last_day).pk


def test_a_spell_that_was_never_so_overlaps_nothing(spell):
    change(spell, status=Status.VOID, last_day=None, exit_reason="")
    assert another(spell, JANUARY_1, JANUARY_31).pk


def test_an_open_spell_ends_as_planned():
    spell = EnrollmentFactory(planned_last_day=JANUARY_31)
    with refused("no_overlapping_spells"), transaction.atomic():
        another(spell, JANUARY_31, MARCH_1)
    assert another(spell, FEBRUARY_1, MARCH_1).pk


@pytest.mark.parametrize(
    "values",
    [
        {"first_day": JANUARY_31},
        {"planned_last_day": MARCH_1, "first_day": JANUARY_1},
        {"status": Status.EXITED, "last_day": MARCH_1, "exit_reason": "completed"}
        | {"first_day": JANUARY_1, "seat": None},
    ],
    ids=["first day", "planned last day", "exit"],
)
def test_a_spell_moved_over_another_is_refused(spell, values):
    later = another(spell, FEBRUARY_1, MARCH_1)
    with refused("no_overlapping_spells"):
        change(later, **values)


def test_a_void_spell_made_true_again_is_refused_where_another_stands(spell):
    change(spell, status=Status.VOID, last_day=None, exit_reason="")
    another(spell, JANUARY_1, JANUARY_31)
    with refused("no_overlapping_spells"):
        change(
            spell, status=Status.EXITED, last_day=JANUARY_31, exit_reason="withdrawn"
        )


def test_spells_of_two_students_merged_into_one_are_refused(spell):
    double = another(spell, JANUARY_1, JANUARY_31, student=StudentFactory())
    with refused("no_overlapping_spells"):
        change(double, student=spell.student)


def test_another_program_and_another_student_are_no_overlap(spell):
    assert EnrollmentFactory(student=spell.student, first_day=JANUARY_1).pk
    assert EnrollmentFactory(offering=spell.offering, first_day=JANUARY_1).pk


def test_a_spell_may_be_written_again_as_it_stands(spell):
    change(spell, last_day=JANUARY_31 - timedelta(days=1))
    assert Enrollment.objects.get().last_day == date(2026, 1, 30)


def test_a_transition_never_changes_and_never_goes():
    transition = TransitionFactory()
    with refused("transitions_are_append_only"):
        change(transition, reason="something kinder")
    with refused("transitions_are_append_only"), transaction.atomic():
        transition.delete()
    assert Transition.objects.get().reason == transition.reason


def test_the_three_programs_exist_once_the_database_is_made():
    assert list(
        Program.objects.order_by("code").values_list("code", "assignment_level")
    ) == [
        ("excellence-for-all", "school_grade"),
        ("ten-boys", "student"),
        ("ten-girls", "student"),
    ]
    assert Program.objects.get(code="excellence-for-all").grades == ["04", "05", "06"]
