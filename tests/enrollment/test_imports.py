"""Files brought in: all or nothing, or row by row; a second time changes nothing."""

from collections import defaultdict
from datetime import date

import pytest

from enrollment.models import (
    School,
    SchoolMembership,
    Student,
)
from tests.enrollment.reports import codes, counts
from tests.factories import (
    SchoolFactory,
    SchoolMembershipFactory,
    StudentFactory,
)

pytestmark = pytest.mark.django_db
STUDENTS = "lasid,sasid,first_name,last_name,birth_date"
ADA = "0007,1000000001,Ada,Wren,2015-01-02"
BO = "0008,,Bo,Lark,"


# --- What is written
def test_students_are_made_changed_and_left_alone(file):
    assert counts(file("students", STUDENTS, ADA, BO)) == (2, 0, 0, 0)
    again = file("students", STUDENTS, ADA, BO)
    assert counts(again) == (0, 0, 2, 0)
    assert again.written
    report = file("students", STUDENTS, ADA, BO.replace("Bo", "Bob"))
    assert counts(report) == (0, 1, 1, 0)
    bob = Student.objects.get(lasid="0008")
    assert (bob.first_name, bob.sasid, bob.version) == ("Bob", None, 2)
    assert Student.objects.get(lasid="0007").version == 1


def test_a_column_that_is_not_there_changes_nothing_and_an_empty_cell_does(file):
    file("students", STUDENTS, ADA)
    assert counts(file("students", "lasid", "0007")) == (0, 0, 1, 0)
    assert counts(file("students", "lasid,first_name", "0007,")) == (0, 1, 0, 0)
    assert Student.objects.get().first_name == ""
    assert Student.objects.get().last_name == "Wren"


def test_one_wrong_row_stops_all_and_every_wrong_row_is_told(file):
    report = file("students", STUDENTS, ADA, BO, "9,,X,Y,1/2/15", ",,X,Y,")
    assert codes(report) == [(4, "birth_date", "bad_date"), (5, "lasid", "missing")]
    assert (report.written, counts(report)) == (False, (2, 0, 0, 2))
    assert not Student.objects.exists()


def test_row_by_row_the_good_ones_are_written(file):
    report = file("students", STUDENTS, ADA, "9,,X,Y,1/2/15", atomic="row")
    assert (report.written, counts(report)) == (True, (1, 0, 0, 1))
    assert Student.objects.get().lasid == "0007"


@pytest.mark.parametrize("atomic", ["all", "row"])
def test_a_dry_run_tells_everything_and_leaves_nothing(file, atomic):
    report = file("students", STUDENTS, ADA, BO, dry_run=True, atomic=atomic)
    assert (report.written, counts(report)) == (False, (2, 0, 0, 0))
    assert not Student.objects.exists()


def test_a_file_that_cannot_be_read_is_one_problem(file):
    report = file("students", "lasid,frist_name", "1,Ada")
    assert codes(report) == [(1, "", "unknown_header")]
    assert (report.written, counts(report)) == (False, (0, 0, 0, 1))


# --- The same row twice
def test_equal_rows_are_one_and_that_is_said(file):
    report = file("students", STUDENTS, ADA, BO, ADA)
    assert counts(report) == (2, 0, 0, 0)
    assert "folded into it: line 4" in report.notes[0]


def test_rows_that_contradict_each_other_are_refused_both(file):
    other = ADA.replace("Ada", "Ava")
    report = file("students", STUDENTS, ADA, BO, other, atomic="row")
    assert codes(report) == [
        (2, "lasid", "duplicate_key"),
        (4, "lasid", "duplicate_key"),
    ]
    assert "Lines 2, 4 differ" in report.problems[0].advice
    assert Student.objects.get().lasid == "0008"


def test_a_state_number_that_another_has_is_refused(file):
    StudentFactory(lasid="0001", sasid="1000000001")
    report = file("students", STUDENTS, ADA)
    assert codes(report) == [(2, "sasid", "not_unique")]
    two = [ADA.replace("1000000001", "5"), BO.replace(",,", ",5,")]
    report = file("students", STUDENTS, *two)
    assert codes(report) == [(2, "sasid", "not_unique"), (3, "sasid", "not_unique")]
    kept = ["0001,1000000001,A,B,2015-01-02"]
    assert counts(file("students", STUDENTS, *kept)) == (0, 1, 0, 0)


# --- Scope
@pytest.fixture
def adams(district):
    SchoolFactory(code="00350002")
    return School.objects.get(code="00350001")


def test_rows_of_another_school_are_refused(file, adams):
    header = "lasid,school,grade,first_day"
    rows = ["0007,00350001,05,2025-09-04", "0007,00350002,05,2025-09-05"]
    report = file("memberships", header, *rows, scope=adams, atomic="row")
    assert codes(report) == [(3, "school", "out_of_scope")]
    assert SchoolMembership.objects.get().school == adams
    report = file("schools", "code,name", "00350002,B", scope=adams)
    assert codes(report) == [(2, "code", "out_of_scope")]


def test_students_of_another_school_are_refused_and_new_ones_are_not(file, adams):
    SchoolMembershipFactory(student__lasid="here", school=adams)
    SchoolMembershipFactory(student__lasid="there")
    report = file("students", "lasid", "here", "there", "new", scope=adams)
    assert codes(report) == [(3, "lasid", "out_of_scope")]


def test_a_kind_without_a_school_has_no_scope(file, adams):
    header, year = "year,first_day,last_day", "2026,2025-09-04,2026-06-18"
    report = file("school-years", header, year, scope=adams)
    assert codes(report) == [(1, "", "no_school_in_kind")]


# --- Size
def test_a_file_asks_a_number_of_questions_that_does_not_grow(
    file, django_assert_max_num_queries
):
    lines = [f"{n:05},,A,B,2015-01-02" for n in range(900)]
    with django_assert_max_num_queries(14):
        file("students", STUDENTS, *lines)
    assert Student.objects.filter(birth_date=date(2015, 1, 2)).count() == 900


# Two dozen ways to be wrong, each with the line's number as the student's.
DAMAGE = [
    ("{n}E+05,,A,B,", [("lasid", "excel_damage")]),
    (",,A,B,", [("lasid", "missing")]),
    ("{n}" + "9" * 20 + ",,A,B,", [("lasid", "too_long")]),
    ("{n},12345678901,A,B,", [("sasid", "too_long")]),
    ("{n},1E9,A,B,", [("sasid", "excel_damage")]),
    ("{n},," + "x" * 101 + ",B,", [("first_name", "too_long")]),
    ("{n},,A," + "x" * 101 + ",", [("last_name", "too_long")]),
    ("{n},,A\x00,B,", [("first_name", "hidden_character")]),
    ("{n},,A,\u202eB,", [("last_name", "hidden_character")]),
    ("{n}\x07,,A,B,", [("lasid", "hidden_character")]),
    ("{n},,A,B,01/02/2015", [("birth_date", "bad_date")]),
    ("{n},,A,B,2015-13-01", [("birth_date", "bad_date")]),
    ("{n},,A,B,2015-02-29", [("birth_date", "bad_date")]),
    ("{n},,A,B,42006", [("birth_date", "bad_date")]),
    ("{n},,A,B,NA", [("birth_date", "bad_date")]),
    ("{n},,A,B,20150101", [("birth_date", "bad_date")]),
    ("{n},,A,B,1066-10-14", [("birth_date", "bad_date")]),
    ("{n},,A,B,,", [("", "field_count")]),
    ("{n},,A,B", [("", "field_count")]),
    ("{n}", [("", "field_count")]),
    ("", [("", "field_count")]),
    ("{n};;A;B;", [("", "field_count")]),
    ("{n}E+05,,A,B,1/2/15", [("birth_date", "bad_date"), ("lasid", "excel_damage")]),
    (",,\x00,B,x", [(it, "") for it in ("birth_date", "first_name", "lasid")]),
]


def test_ten_thousand_wrong_rows_are_each_told_and_none_is_written(file):
    kinds = [DAMAGE[n % len(DAMAGE)] for n in range(9_999)]
    lines = [text.format(n=n) for n, (text, _) in enumerate(kinds)]
    report = file("students", STUDENTS, *lines, ADA)
    told = defaultdict(list)
    for problem in report.problems:
        told[problem.line].append((problem.column, problem.code))
    assert len(told) == report.refused == 9_999
    for line, (_, expected) in enumerate(kinds, start=2):
        found = zip(sorted(told[line]), expected, strict=True)
        assert all(a == b or (a[0], "") == b for a, b in found), line
    assert not Student.objects.exists()
