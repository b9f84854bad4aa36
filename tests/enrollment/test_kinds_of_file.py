"""Each kind of file, and what its columns must say together."""

import pytest

from enrollment.models import (
    Offering,
    School,
    SchoolMembership,
    SchoolYear,
    Student,
    StudentYear,
)
from tests.enrollment.reports import codes, counts
from tests.factories import (
    EnrollmentFactory,
    StudentYearFactory,
)
from tests.factories.days import MIDWINTER

pytestmark = pytest.mark.django_db


# --- The other kinds
def test_schools_and_years_start_an_empty_district(file):
    file("schools", "school_code,school_name,level", "00350001,Adams,Elementary")
    assert School.objects.get().level == "elementary"
    report = file(
        "school-years",
        "year,first_day,last_day",
        "2026,2025-09-04,2026-06-18",
        "2025,2024-09-04,2026-06-18",
        "2024,2023-09-04,2023-06-18",
        atomic="row",
    )
    assert codes(report) == [
        (3, "year", "another_year"),
        (4, "last_day", "before_the_first"),
        (4, "year", "another_year"),
    ]
    assert SchoolYear.objects.get().year == 2026


SNAPSHOTS = (
    "lasid,school_year,collection,as_of,school,grade,race_ethnicity,swd,"
    "days_member,days_attended"
)


def test_snapshots_are_kept_by_year_and_collection(file, district):
    row = "0007,2026,oct,2025-10-01,00350001,5,black,no,20,19"
    assert counts(file("student-years", SNAPSHOTS, row)) == (1, 0, 0, 0)
    assert counts(file("student-years", SNAPSHOTS, row)) == (0, 0, 1, 0)
    march = row.replace("oct", "mar").replace("2025-10-01", "2026-03-01")
    assert counts(file("student-years", SNAPSHOTS, row, march)) == (1, 0, 1, 0)
    assert counts(file("student-years", SNAPSHOTS, row.replace(",no", ","))) == (
        (0, 1, 0, 0)
    )
    october = StudentYear.objects.get(collection="oct")
    assert (october.grade, october.swd, october.days_attended) == ("05", None, 19)


def test_what_the_columns_say_together_must_be_true(file, district):
    row = "0007,2026,oct,2025-10-01,00350001,5,black,no,{},{}"
    for member, attended in [("20", "21"), ("", "1")]:
        report = file("student-years", SNAPSHOTS, row.format(member, attended))
        assert codes(report) == [(2, "days_attended", "more_than_membership")]
    StudentYearFactory(student=Student.objects.get(), days_member=20, days_attended=1)
    short = "lasid,school_year,collection,as_of,school,grade,days_attended"
    report = file("student-years", short, "0007,2026,oct,2025-10-01,00350001,05,21")
    assert report.problems[0].expected == "at most the days in membership (20)"


def test_names_that_nobody_has_are_reported_each(file, district):
    report = file("student-years", SNAPSHOTS, "1,2031,oct,2025-10-01,2,5,black,no,,")
    assert codes(report) == [
        (2, "lasid", "not_found"),
        (2, "school_year", "not_found"),
        (2, "school", "not_found"),
    ]
    assert "import the student first" in report.problems[0].advice


def test_a_membership_is_closed_by_its_own_row(file, district):
    header = "lasid,school,grade,first_day,last_day"
    row = "0007,00350001,05,2025-09-04,"
    assert counts(file("memberships", header, row)) == (1, 0, 0, 0)
    assert counts(file("memberships", header, f"{row}2026-01-15")) == (0, 1, 0, 0)
    assert SchoolMembership.objects.get().last_day == MIDWINTER
    report = file("memberships", header, f"{row}2025-01-15")
    assert codes(report) == [(2, "last_day", "before_the_first")]


OFFERINGS = "program,school,school_year,label,grades,first_day,last_day,capacity"


def test_offerings_keep_their_history_and_their_held_seats(file, district, office):
    row = "ten-boys,00350001,2026,,4 05,2025-09-04,2026-06-18,10"
    assert counts(file("offerings", OFFERINGS, row)) == (1, 0, 0, 0)
    assert counts(file("offerings", OFFERINGS, row)) == (0, 0, 1, 0)
    club = Offering.objects.get()
    assert (club.grades, club.capacity) == (["04", "05"], 10)
    EnrollmentFactory(offering=club, seat=7)
    report = file("offerings", OFFERINGS, row.replace(",10", ",6"))
    assert codes(report) == [(2, "capacity", "capacity_below_enrolled")]
    assert counts(file("offerings", OFFERINGS, row.replace(",10", ","))) == (0, 1, 0, 0)
    past = club.history.order_by("history_id").values_list("capacity", "history_user")
    assert list(past) == [(10, office.pk), (None, office.pk)]
