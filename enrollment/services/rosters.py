"""Enrollments from a file: each row is a spell, and goes through the rules of one."""

from dataclasses import dataclass

from enrollment.exchange.kinds import ENROLLMENTS, Kind
from enrollment.exchange.problems import Wrong
from enrollment.exchange.reading import Row
from enrollment.models import Offering, Program, School, SchoolYear, Student, User
from enrollment.services.batches import REFUSED, Outcome, Spell, enroll_many
from enrollment.services.sheets import Reference, find, folded, known, lines_of
from enrollment.services.tables import Applied

REFERENCES = {
    "lasid": Reference("student", Student, "lasid", "student"),
    "program": Reference("program", Program, "code", "program"),
    "school": Reference("school", School, "code", "school"),
    "school_year": Reference("school_year", SchoolYear, "year", "school year"),
}
OFFERING = ("program", "school", "school_year", "label")


@dataclass(frozen=True)
class Roster:
    kind: Kind = ENROLLMENTS

    def apply(self, rows: list[Row], *, by: User, at_each=lambda done: None) -> Applied:
        applied = Applied()
        found = find(rows, REFERENCES)
        rows = known(rows, REFERENCES, found, applied)
        rows = folded(rows, self.kind.key, applied)
        offerings = self._offerings(found)
        rows = [row for row in rows if self._is_whole(row, offerings, applied)]
        spells = [self._spell(row, found, offerings) for row in rows]
        batch = enroll_many(rows=spells, by=by, atomic="row", at_each=at_each)
        self._tell(batch.outcomes, rows, applied)
        summary = batch.summary()
        applied.created, applied.updated = summary["created"], summary["updated"]
        applied.unchanged = summary["unchanged"]
        return applied

    def _offerings(self, found: dict) -> dict[tuple, int]:
        fields = "program__code", "school__code", "school_year", "label", "pk"
        schools = set(found["school"].values())
        rows = Offering.objects.filter(school__in=schools).values_list(*fields)
        return {tuple(key): pk for *key, pk in rows}

    def _is_whole(self, row: Row, offerings, applied: Applied) -> bool:
        wrong = {}
        if self._offering(row) not in offerings:
            wrong["program"] = Wrong(
                "not_found",
                "a program that the school offers in that year (under that label)",
                "Correct the row, or import the offering first.",
            )
        if bool(row.values.get("last_day")) != bool(row.values.get("exit_reason")):
            wrong["exit_reason"] = Wrong(
                "half_an_exit",
                "a last day and an exit reason, both or neither",
                "Fill in the other cell of the two.",
            )
        applied.problems += [
            it.at(row.line, column, row.written.get(column, ""))
            for column, it in wrong.items()
        ]
        return not wrong

    def _offering(self, row: Row) -> tuple:
        return tuple(row.values.get(column, "") for column in OFFERING)

    def _spell(self, row: Row, found, offerings) -> Spell:
        given = ("first_day", "last_day", "exit_reason", "source")
        return Spell(
            student=found["lasid"][row.values["lasid"]],
            offering=offerings[self._offering(row)],
            reason="from a file",
            **{name: row.values[name] for name in given if name in row.values},
        )

    def _tell(self, outcomes: list[Outcome], rows: list[Row], applied: Applied) -> None:
        noted = {}
        for outcome, row in zip(outcomes, rows, strict=True):
            if outcome.action == REFUSED:
                refusal = Wrong(outcome.refusal.code, str(outcome.refusal), "")
                lasid = row.written["lasid"]
                applied.problems.append(refusal.at(row.line, "lasid", lasid))
            elif outcome.note:
                noted.setdefault(outcome.note, []).append(row)
        applied.notes += [f"{note} ({lines_of(rows)})" for note, rows in noted.items()]
