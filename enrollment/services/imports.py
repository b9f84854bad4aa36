"""A file brought in: read, asked, written — all of it, or row by row — and reported."""

from dataclasses import dataclass, field
from typing import Literal

from django.db import transaction

from enrollment.exchange import kinds
from enrollment.exchange.problems import Problem, Unreadable, Wrong
from enrollment.exchange.reading import read
from enrollment.models import (
    Offering,
    School,
    SchoolMembership,
    SchoolYear,
    Student,
    StudentYear,
    User,
)
from enrollment.services import scopes
from enrollment.services.constraints import refused_by_name
from enrollment.services.records import CapacityBelowEnrolled, covers_held_seats
from enrollment.services.refusal import Refused
from enrollment.services.rosters import REFERENCES, Roster
from enrollment.services.tables import Table


@dataclass
class Report:
    """What came of a file. Refused rows are counted once, whatever is wrong with them;
    where nothing was written, the other counts tell what would have been."""

    kind: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    written: bool = False
    dry_run: bool = False
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return len({problem.line for problem in self.problems})


def bring(
    importer,
    data: bytes,
    *,
    by: User,
    dry_run: bool = False,
    atomic: Literal["all", "row"] = "all",
    scope: School | None = None,
    at_each=lambda done: None,
) -> Report:
    """Write the rows of a file: with `atomic="all"` none when any is wrong. A dry run
    does everything and takes it back.

    importer : a value of IMPORTERS, here or in outcomes.
    scope : rows of other schools are refused.
    """
    report = Report(importer.kind.name, dry_run=dry_run)
    try:
        with refused_by_name(), transaction.atomic():
            _apply(report, importer, data, scope, by, at_each)
            report.written = not dry_run and (atomic == "row" or not report.problems)
            transaction.set_rollback(not report.written)
    except Unreadable as unreadable:
        report.problems.append(unreadable.problem)
    except Refused as refusal:
        report.written = False
        report.problems.append(Wrong(refusal.code, str(refusal), "").at(1, "", ""))
    report.problems.sort(key=lambda problem: problem.line)
    return report


def _apply(report: Report, importer, data, scope, by, at_each) -> None:
    sheet = read(importer.kind, data)
    rows, refused = scopes.of_school(scope, importer.kind, sheet.rows)
    applied = importer.apply(rows, by=by, at_each=at_each)
    report.created, report.updated = applied.created, applied.updated
    report.unchanged, report.notes = applied.unchanged, applied.notes
    report.problems = [*sheet.problems, *refused, *applied.problems]


def order_of(first: str, last: str):
    """A fault of rows whose last day is before their first."""

    def faults(row):
        begins, ends = getattr(row, first), getattr(row, last)
        if begins is not None and ends is not None and ends < begins:
            yield last, Wrong("before_the_first", f"{first}, {begins}, or later")

    return faults


def _faults_of_school_year(row: SchoolYear):
    yield from order_of("first_day", "last_day")(row)
    if row.last_day.year != row.year:
        yield (
            "year",
            Wrong(
                "another_year",
                f"the year in which it ends, {row.last_day.year}",
                "2026 is the school year 2025-26.",
            ),
        )


def _faults_of_snapshot(row: StudentYear):
    if row.days_attended is None:
        return
    if row.days_member is None or row.days_attended > row.days_member:
        member = "unknown" if row.days_member is None else row.days_member
        yield (
            "days_attended",
            Wrong("more_than_membership", f"at most the days in membership ({member})"),
        )


def _faults_of_offering(row: Offering):
    yield from order_of("first_day", "last_day")(row)
    try:
        covers_held_seats(row)
    except CapacityBelowEnrolled as refusal:
        yield "capacity", Wrong(refusal.code, str(refusal), "")


def always(faults):
    return lambda: faults


STUDENT, SCHOOL = REFERENCES["lasid"], REFERENCES["school"]
SCHOOL_YEAR, PROGRAM = REFERENCES["school_year"], REFERENCES["program"]
IMPORTERS = {
    importer.kind.name: importer
    for importer in [
        Table(kinds.SCHOOLS, School),
        Table(kinds.SCHOOL_YEARS, SchoolYear, faults=always(_faults_of_school_year)),
        Table(kinds.STUDENTS, Student, unique="sasid"),
        Table(
            kinds.STUDENT_YEARS,
            StudentYear,
            {"lasid": STUDENT, "school_year": SCHOOL_YEAR, "school": SCHOOL},
            faults=always(_faults_of_snapshot),
        ),
        Table(
            kinds.MEMBERSHIPS,
            SchoolMembership,
            {"lasid": STUDENT, "school": SCHOOL},
            faults=always(order_of("first_day", "last_day")),
        ),
        Table(
            kinds.OFFERINGS,
            Offering,
            {"program": PROGRAM, "school": SCHOOL, "school_year": SCHOOL_YEAR},
            faults=always(_faults_of_offering),
        ),
        Roster(),
    ]
}
