"""Enrollments from a file go through the rules of one."""

import pytest

from enrollment.models import (
    Enrollment,
    Program,
    School,
    Source,
    Status,
    Student,
)
from enrollment.services.batches import STILL_OPEN
from tests.enrollment.reports import codes, counts
from tests.factories import (
    OfferingFactory,
    SchoolMembershipFactory,
    StudentFactory,
)
from tests.factories.days import MIDWINTER, OCTOBER

pytestmark = pytest.mark.django_db


# --- Enrollments
ENROLLMENTS = "lasid,program,school,school_year,label,first_day,last_day,exit_reason"


@pytest.fixture
def boys(district):
    return OfferingFactory(
        program=Program.objects.get(code="ten-boys"),
        school=School.objects.get(),
        capacity=2,
        grades=["04"],
    )


def row(lasid, last_day="", exit_reason="", first_day="2025-10-01"):
    where = "ten-boys,00350001,2026,"
    return f"{lasid},{where},{first_day},{last_day},{exit_reason}"


def test_enrollments_go_through_the_rules(file, boys):
    for number in range(1, 4):
        StudentFactory(lasid=str(number))
    SchoolMembershipFactory(
        student=Student.objects.get(lasid="0007"), school=boys.school, grade="05"
    )
    report = file(
        "enrollments", ENROLLMENTS, *map(row, ["1", "2", "3", "0007"]), atomic="row"
    )
    assert counts(report) == (2, 0, 0, 2)
    assert codes(report) == [
        (4, "lasid", "offering_full"),
        (5, "lasid", "not_eligible"),
    ]
    assert "All 2 seats" in report.problems[0].expected
    made = Enrollment.objects.order_by("seat")
    assert [(it.seat, it.first_day, it.source) for it in made] == [
        (1, OCTOBER, Source.IMPORT),
        (2, OCTOBER, Source.IMPORT),
    ]
    assert made[0].transitions.get().reason == "from a file"


def test_all_or_nothing_holds_for_enrollments_too(file, boys):
    StudentFactory(lasid="1")
    report = file("enrollments", ENROLLMENTS, row("1"), row("nobody"))
    assert (report.written, codes(report)) == (False, [(3, "lasid", "not_found")])
    assert not Enrollment.objects.exists()


def test_an_exit_is_an_update_and_a_second_time_it_is_nothing(file, boys):
    assert counts(file("enrollments", ENROLLMENTS, row("0007"))) == (1, 0, 0, 0)
    over = row("0007", "2026-01-15", "completed")
    assert counts(file("enrollments", ENROLLMENTS, over)) == (0, 1, 0, 0)
    assert counts(file("enrollments", ENROLLMENTS, over)) == (0, 0, 1, 0)
    gone = Enrollment.objects.get()
    assert (gone.status, gone.last_day) == (Status.EXITED, MIDWINTER)
    report = file("enrollments", ENROLLMENTS, row("0007"))
    assert counts(report) == (0, 0, 1, 0)
    assert report.notes == [f"{STILL_OPEN} (line 2)"]


@pytest.mark.parametrize(
    ("last_day", "exit_reason"), [("2026-01-15", ""), ("", "completed")]
)
def test_half_an_exit_is_refused(file, boys, last_day, exit_reason):
    report = file("enrollments", ENROLLMENTS, row("0007", last_day, exit_reason))
    assert codes(report) == [(2, "exit_reason", "half_an_exit")]


def test_an_offering_that_is_not_there_is_refused(file, boys):
    elsewhere = row("0007").replace("2026,", "2026,B")
    report = file("enrollments", ENROLLMENTS, elsewhere)
    assert codes(report) == [(2, "program", "not_found")]
