"""A file that speaks for one school says nothing about the others."""

from enrollment.exchange.kinds import SCHOOLS, STUDENTS, Kind
from enrollment.exchange.problems import Problem, Wrong
from enrollment.exchange.reading import Row
from enrollment.models import School, SchoolMembership, Student
from enrollment.services.facts import chunks
from enrollment.services.refusal import Refused


class NoSchoolInKind(Refused):
    code = "no_school_in_kind"


def of_school(
    scope: School | None, kind: Kind, rows: list[Row]
) -> tuple[list[Row], list[Problem]]:
    """The rows of the school; a row of another is refused in the words of an absent
    one, so that nobody learns from a file who is elsewhere."""
    if scope is None:
        return rows, []
    column = _column_of(kind)
    ours = _is_ours(scope, column, kind, rows)
    wrong = Wrong("out_of_scope", f"a row of school {scope.code}", "Leave out the row.")
    problems = [
        wrong.at(row.line, column, row.written[column]) for row in rows if not ours(row)
    ]
    return [row for row in rows if ours(row)], problems


def _column_of(kind: Kind) -> str:
    if kind.name == SCHOOLS.name:
        return "code"
    for column in ("school", "lasid"):
        if kind.has(column):
            return column
    raise NoSchoolInKind(
        f"A row of {kind.name} belongs to no school: leave --scope out."
    )


def _is_ours(scope: School, column: str, kind: Kind, rows: list[Row]):
    if column != "lasid":
        return lambda row: row.values[column] == scope.code
    lasids = sorted({row.values["lasid"] for row in rows})
    ours = _on_the_roll(lasids, school=scope)
    if kind.name == STUDENTS.name:  # a new student is on no roll yet
        elsewhere = _on_the_roll(lasids) - ours
        return lambda row: row.values["lasid"] not in elsewhere
    return lambda row: row.values["lasid"] in ours


def _on_the_roll(lasids: list[str], **those) -> set[str]:
    """Who of them is, or ever was, on a roll."""
    rolls = SchoolMembership.objects.filter(**those)
    students = Student.objects.filter(pk__in=rolls.values("student"))
    return {
        lasid
        for chunk in chunks(lasids)
        for lasid in students.filter(lasid__in=chunk).values_list("lasid", flat=True)
    }
