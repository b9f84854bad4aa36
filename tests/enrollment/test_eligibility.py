"""Who may take part: known facts decide, unknown ones never exclude."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.services import enrollments
from enrollment.services.rules import NotEligible, Seats
from tests.enrollment.verbs import A_DAY, enroll, stored
from tests.factories import (
    OfferingFactory,
    SchoolMembershipFactory,
    SchoolYearFactory,
    StudentYearFactory,
)
from tests.factories.days import OCTOBER

pytestmark = pytest.mark.django_db


@pytest.fixture
def fourth_grade():
    return OfferingFactory(grades=["04"])


def on_the_roll(student, school, grade, **days):
    SchoolMembershipFactory(student=student, school=school, grade=grade, **days)


def test_a_student_of_a_grade_not_served_is_refused(ada, fourth_grade, cora):
    on_the_roll(ada, fourth_grade.school, "05")
    with pytest.raises(NotEligible, match="grade 05 and the offering serves 04"):
        enroll(ada, fourth_grade, cora)


def test_an_offering_without_grades_serves_those_of_its_program(ada, cora):
    offering = OfferingFactory(program__grades=["04"])
    on_the_roll(ada, offering.school, "05")
    with pytest.raises(NotEligible):
        enroll(ada, offering, cora)


def test_a_student_on_another_roll_is_refused(ada, club, cora):
    SchoolMembershipFactory(student=ada)
    with pytest.raises(NotEligible, match="another school"):
        enroll(ada, club, cora)


def test_a_student_on_two_rolls_is_at_both(ada, fourth_grade, cora):
    SchoolMembershipFactory(student=ada)
    on_the_roll(ada, fourth_grade.school, "04")
    assert enroll(ada, fourth_grade, cora).pk


def test_the_roll_of_the_first_day_counts(ada, fourth_grade, cora):
    on_the_roll(ada, fourth_grade.school, "05", last_day=OCTOBER)
    on_the_roll(ada, fourth_grade.school, "04", first_day=OCTOBER + A_DAY)
    with pytest.raises(NotEligible):
        enroll(ada, fourth_grade, cora)
    assert enroll(ada, fourth_grade, cora, first_day=OCTOBER + A_DAY).pk


def test_what_is_unknown_excludes_nobody(ada, fourth_grade, cora):
    assert enroll(ada, fourth_grade, cora).pk


def test_a_snapshot_of_the_year_tells_the_grade_where_no_roll_does(
    ada, fourth_grade, cora
):
    StudentYearFactory(student=ada, school=fourth_grade.school, grade="05")
    with pytest.raises(NotEligible):
        enroll(ada, fourth_grade, cora)
    assert enroll(ada, fourth_grade, cora, first_day=OCTOBER - A_DAY).pk


def test_of_several_snapshots_the_latest_by_the_day_tells_the_grade(
    ada, fourth_grade, cora
):
    here = {"student": ada, "school": fourth_grade.school}
    StudentYearFactory(**here, grade="05")
    march = StudentYearFactory(**here, grade="04", collection="mar")
    with pytest.raises(NotEligible):
        enroll(ada, fourth_grade, cora, first_day=march.as_of - A_DAY)
    assert enroll(ada, fourth_grade, cora, first_day=march.as_of).pk


def test_a_snapshot_of_last_year_tells_no_grade(ada, fourth_grade, cora):
    StudentYearFactory(
        student=ada, school_year=SchoolYearFactory(year=2025), grade="03"
    )
    assert enroll(ada, fourth_grade, cora).pk


def test_the_latest_snapshot_by_the_first_day_is_the_baseline(ada, club, cora):
    SchoolMembershipFactory(student=ada, school=club.school)
    october = StudentYearFactory(student=ada)
    march = StudentYearFactory(student=ada, collection="mar")
    assert stored(enroll(ada, club, cora)).baseline == october
    amended = enrollments.amend(
        enrollment=ada.enrollments.get(),
        version=1,
        by=cora,
        reason="began in spring",
        first_day=march.as_of,
    )
    assert stored(amended).baseline == march


@given(st.lists(st.integers(1, 8), max_size=30))
def test_the_lowest_free_seat_is_that_of_counting_from_one(wishes):
    """Who holds the seat that is named leaves it; else the lowest free one is taken."""
    seats, held = Seats(), set()
    for seat in wishes:
        if seat in held:
            seats.release(seat)
            held.remove(seat)
        else:
            lowest = next(number for number in count(1) if number not in held)
            assert seats.lowest_free() == lowest
            seats.hold(lowest)
            held.add(lowest)
