"""Files brought in: all or nothing, or row by row; a second time changes nothing."""

from datetime import date

import pytest

from enrollment.models import (
    Enrollment,
    Offering,
    Program,
    School,
    SchoolMembership,
    SchoolYear,
    Source,
    Status,
    Student,
    StudentYear,
)
from enrollment.services.batches import STILL_OPEN
from enrollment.services.imports import IMPORTERS, bring
from tests.factories import (
    EnrollmentFactory,
    OfferingFactory,
    SchoolFactory,
    SchoolMembershipFactory,
    SchoolYearFactory,
    StudentFactory,
    StudentYearFactory,
    UserFactory,
)
from tests.factories.days import MIDWINTER, OCTOBER

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return UserFactory()


@pytest.fixture
def file(office):
    """Bring a file in: its kind, its header, its lines."""

    def bring_in(kind, header, *lines, **options):
        data = "\n".join([header, *lines, ""]).encode()
        return bring(IMPORTERS[kind], data, by=office, **options)

    return bring_in


def counts(report):
    return report.created, report.updated, report.unchanged, report.refused


def codes(report):
    return [(it.line, it.column, it.code) for it in report.problems]


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


@pytest.fixture
def district():
    SchoolFactory(code="00350001")
    SchoolYearFactory()
    StudentFactory(lasid="0007")


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


# --- Enrollments


ENROLLMENTS = "lasid,program,school,school_year,label,first_day,last_day,exit_reason"


@pytest.fixture
def club(district):
    return OfferingFactory(
        program=Program.objects.get(code="ten-boys"),
        school=School.objects.get(),
        capacity=2,
        grades=["04"],
    )


def row(lasid, last_day="", exit_reason="", first_day="2025-10-01"):
    where = "ten-boys,00350001,2026,"
    return f"{lasid},{where},{first_day},{last_day},{exit_reason}"


def test_enrollments_go_through_the_rules(file, club):
    for number in range(1, 4):
        StudentFactory(lasid=str(number))
    SchoolMembershipFactory(
        student=Student.objects.get(lasid="0007"), school=club.school, grade="05"
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


def test_all_or_nothing_holds_for_enrollments_too(file, club):
    StudentFactory(lasid="1")
    report = file("enrollments", ENROLLMENTS, row("1"), row("nobody"))
    assert (report.written, codes(report)) == (False, [(3, "lasid", "not_found")])
    assert not Enrollment.objects.exists()


def test_an_exit_is_an_update_and_a_second_time_it_is_nothing(file, club):
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
def test_half_an_exit_is_refused(file, club, last_day, exit_reason):
    report = file("enrollments", ENROLLMENTS, row("0007", last_day, exit_reason))
    assert codes(report) == [(2, "exit_reason", "half_an_exit")]


def test_an_offering_that_is_not_there_is_refused(file, club):
    elsewhere = row("0007").replace("2026,", "2026,B")
    report = file("enrollments", ENROLLMENTS, elsewhere)
    assert codes(report) == [(2, "program", "not_found")]


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
