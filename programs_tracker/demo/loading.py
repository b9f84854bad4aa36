"""The district goes in by the doors that all use: imports, and a seat at a time."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from enrollment.models import (
    Enrollment,
    Offering,
    School,
    SchoolMembership,
    Source,
    Student,
    StudentYear,
    User,
)
from enrollment.services import accounts, enrollments, imports
from enrollment.services.refusal import Refused
from outcomes.models import Score
from outcomes.services import scores
from programs_tracker.demo.programs import PROGRAMS
from programs_tracker.demo.tables import LAST, PROGRAMS_BEGIN

Tell = Callable[[str, float], None]  # what is done now, and which share of it
IMPORTERS = imports.IMPORTERS | scores.IMPORTERS
OFFICE = "office"
COUNTED = {  # what must be there for the district to be there
    "students": Student,
    "student-years": StudentYear,
    "memberships": SchoolMembership,
    "enrollments": Enrollment,
    "scores": Score,
}


class HoldsOthers(Refused):
    code = "holds_others"


class NotBroughtIn(Refused):
    code = "not_brought_in"


def refuse_among_others(tables: dict[str, pd.DataFrame]) -> None:
    """The demo's children are never put among those of another district.

    Where all of them are, whoever came later is a visitor's doing, and welcome.
    """
    for model, kind, key in (
        (Student, "students", "lasid"),
        (School, "schools", "code"),
    ):
        known, ours = set(model.objects.values_list(key, flat=True)), tables[kind][key]
        others = len(known.difference(ours))
        if others and not known.issuperset(ours):
            raise HoldsOthers(
                f"The database holds {others:,} {kind} that are not of this demo: run "
                "it with the --students and --seed it was made with, or give it a "
                "database of its own, for instance with "
                "DATABASE_URL=sqlite:///var/demo.sqlite3 before the command."
            )


def is_there(tables: dict[str, pd.DataFrame]) -> bool:
    return all(
        model.objects.count() >= len(tables[kind]) for kind, model in COUNTED.items()
    )


def office() -> tuple[User, accounts.Account | None]:
    """Who does all this, with a log-in that is shown the first time only."""
    if user := User.objects.filter(username=OFFICE).first():
        return user, None
    account = accounts.create_role_user(name=OFFICE, role="admin")
    return account.user, account


def bring_in(
    tables: dict[str, pd.DataFrame], folder: Path, *, by: User, tell: Tell
) -> dict[str, int]:
    """Write each table as a file, and import it. How many rows each brought."""
    folder.mkdir(parents=True, exist_ok=True)
    brought = {}
    for kind, table in tables.items():
        if kind == "enrollments":
            seat_the_cohorts(table, by=by, tell=tell)
        path = folder / f"{kind}.csv"
        table.to_csv(path, index=False)
        brought[kind] = _import(kind, path, len(table), by=by, tell=tell)
    return brought


def seat_the_cohorts(spells: pd.DataFrame, *, by: User, tell: Tell) -> None:
    """In October each nominated student takes a numbered seat, as a coordinator would
    give it. How the year ended comes with the file."""
    cohorts = [planted.code for planted in PROGRAMS if planted.gender]
    nominated = spells[spells["program"].isin(cohorts)]
    offerings = {
        (it.program.code, it.school.code): it
        for it in Offering.objects.filter(school_year=LAST).select_related(
            "program", "school"
        )
    }
    students = Student.objects.in_bulk(list(nominated["lasid"]), field_name="lasid")
    seated = set(
        Enrollment.objects.filter(program__code__in=cohorts).values_list(
            "student", "offering"
        )
    )
    for done, spell in enumerate(nominated.itertuples(), start=1):
        student = students[spell.lasid]
        offering = offerings[spell.program, spell.school]
        if (student.pk, offering.pk) not in seated:
            enrollments.enroll(
                student=student,
                offering=offering,
                first_day=date.fromisoformat(PROGRAMS_BEGIN),
                by=by,
                reason="nominated by staff",
                source=Source.NOMINATED,
            )
        tell("Seat the cohorts, ten a school", done / len(nominated))


def _import(kind: str, path: Path, rows: int, *, by: User, tell: Tell) -> int:
    what = f"Import {kind}"
    tell(what, 0.0)
    report = imports.bring(
        IMPORTERS[kind],
        path.read_bytes(),
        by=by,
        at_each=lambda done: tell(what, done / rows),
    )
    if not report.written:
        problem = report.problems[0]
        raise NotBroughtIn(
            f"{path}, line {problem.line}: {problem.code}, found {problem.found!r}, "
            f"expected {problem.expected}."
        )
    tell(what, 1.0)
    return rows
