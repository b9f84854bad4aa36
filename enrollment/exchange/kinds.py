"""The kinds of file and their columns. What the API exports under a name is read back
in under the same name."""

from dataclasses import dataclass

from enrollment.exchange import cells
from enrollment.exchange.cells import Choice, Choices, Code, Text, Whole
from enrollment.exchange.formula import unmarked
from enrollment.exchange.problems import Wrong
from enrollment.models import (
    Collection,
    ElStatus,
    ExitReason,
    Gender,
    Grade,
    RaceEthnicity,
    SchoolLevel,
    Source,
)


@dataclass(frozen=True)
class Column:
    name: str
    cell: object  # from the text to the value, or Wrong
    needed: bool = False
    also: tuple[str, ...] = ()  # other headers that mean it
    blank: object = None  # the value of an empty cell

    def read(self, text: str):
        text = unmarked(text).strip()
        if text:
            return self.cell(text)
        if self.needed:
            raise Wrong("missing", "a value", "Fill in the cell, or leave out the row.")
        return self.blank


@dataclass(frozen=True)
class Kind:
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  # the columns that tell which row is meant

    def has(self, column: str) -> bool:
        return any(it.name == column for it in self.columns)


YEAR = Whole(1900, 2100)
DAYS = Whole(0, 366)
GRADE = Choice(
    Grade,
    # A spreadsheet drops the zero; the state tells full from part days.
    {str(n): f"0{n}" for n in range(1, 10)} | {"kf": "K", "kp": "K"},
)
STUDENT_WORDS = ("student", "student_id", "local_id", "doe001")
SCHOOL_WORDS = ("school_code", "doe015")


def lasid() -> Column:
    return Column("lasid", Code(20), needed=True, also=STUDENT_WORDS)


def school() -> Column:
    return Column("school", Code(8), needed=True, also=SCHOOL_WORDS)


def school_year() -> Column:
    return Column("school_year", YEAR, needed=True, also=("year",))


def grade() -> Column:
    return Column("grade", GRADE, needed=True, also=("grade_level", "doe016"))


def first_day() -> Column:
    return Column("first_day", cells.day, needed=True, also=("start_date", "begins"))


def last_day(*, needed: bool = False) -> Column:
    return Column("last_day", cells.day, needed=needed, also=("end_date", "ends"))


SCHOOLS = Kind(
    "schools",
    (
        Column("code", Code(8), needed=True, also=("school", *SCHOOL_WORDS)),
        Column("name", Text(120), needed=True, also=("school_name",)),
        Column("level", Choice(SchoolLevel), blank=""),
    ),
    key=("code",),
)
SCHOOL_YEARS = Kind(
    "school-years",
    (
        Column("year", YEAR, needed=True, also=("school_year",)),
        first_day(),
        last_day(needed=True),
    ),
    key=("year",),
)
STUDENTS = Kind(
    "students",
    (
        lasid(),
        Column("sasid", Code(10), also=("state_id", "doe002")),
        Column("first_name", Text(100), also=("first", "given_name"), blank=""),
        Column("last_name", Text(100), also=("last", "family_name"), blank=""),
        Column("birth_date", cells.day, also=("birthdate", "date_of_birth", "dob")),
    ),
    key=("lasid",),
)
STUDENT_YEARS = Kind(
    "student-years",
    (
        lasid(),
        school_year(),
        Column("collection", Choice(Collection), needed=True),
        Column("as_of", cells.day, needed=True),
        school(),
        grade(),
        Column("race_ethnicity", Choice(RaceEthnicity), also=("race", "ethnicity")),
        Column("gender", Choice(Gender), also=("sex", "doe009")),
        Column("el_status", Choice(ElStatus), also=("el",)),
        Column("swd", cells.flag, also=("disability",)),
        Column("low_income", cells.flag),
        Column("days_member", DAYS, also=("doe018",)),
        Column("days_attended", DAYS, also=("doe017",)),
    ),
    key=("lasid", "school_year", "collection"),
)
MEMBERSHIPS = Kind(
    "memberships",
    (lasid(), school(), grade(), first_day(), last_day()),
    key=("lasid", "school", "first_day"),
)
OFFERINGS = Kind(
    "offerings",
    (
        Column("program", Code(40), needed=True),
        school(),
        school_year(),
        Column("label", Text(60), blank=""),
        Column("grades", Choices(GRADE), blank=[]),
        first_day(),
        last_day(needed=True),
        Column("capacity", Whole(1, 100_000), also=("seats",)),
    ),
    key=("program", "school", "school_year", "label"),
)
ENROLLMENTS = Kind(
    "enrollments",
    (
        lasid(),
        Column("program", Code(40), needed=True),
        school(),
        school_year(),
        Column("label", Text(60), blank=""),
        first_day(),
        last_day(),
        Column("exit_reason", Choice(ExitReason), blank=""),
        Column("source", Choice(Source), blank=Source.IMPORT),
    ),
    key=("lasid", "program", "school", "school_year", "label", "first_day"),
)
