"""Who left before the outcome, and who joined after the start: from school memberships.

A student leaves when no school of the district has him on its roll any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from enrollment.models import SchoolMembership
from enrollment.models.programs import AssignmentLevel
from outcomes.cells import NEVER
from outcomes.cohorts import Cohort
from outcomes.dated import NOBODY, Dated
from outcomes.designs.design import Design
from outcomes.engine.columns import crossed_labels
from outcomes.models import Evaluation
from outcomes.rows import fetch


def leavers(
    table: pd.DataFrame,
    cohort: Cohort,
    design: Design,
    seen_on: Mapping[str, np.ndarray],
) -> list[dict[str, Any]]:
    """A row an outcome and group: who was on a roll on the index date, and who of them
    was on none the day the outcome began to be observed.

    Others count with their first entry; the group None is everyone. seen_on : (n,) by
    outcome.
    """
    if not seen_on:
        return []
    first = cohort.first_rows()
    part, table = cohort.where(first), table.iloc[first]
    known = [day[first][day[first] < NEVER] for day in seen_on.values()]
    rolls = _Rolls.to(int(max(day.max(initial=1) for day in known)))
    was_here = rolls.cover(part.student, part.index_date)
    rows = []
    for outcome, days in seen_on.items():
        day = days[first]
        here = was_here & (day < NEVER)
        left = here & ~rolls.cover(part.student, day)
        for group, member in _groups(table, design):
            arms = (part.is_participant & member, ~part.is_participant & member)
            rows.append(_row(outcome, group, here, left, arms))
    return [row for row in rows if row["participants"] + row["comparison"]]


def joiners(evaluation: Evaluation, cohort: Cohort) -> int | None:
    """How many came on the roll of a participating school, or school and grade, after
    the window's first day and are in no row; None where single students are assigned.
    """
    level = evaluation.program.assignment_level
    if level == AssignmentLevel.STUDENT:
        return None
    last_day = max(evaluation.last_day, evaluation.outcome_year.last_day)
    rolls = _Rolls.to(last_day.toordinal())
    place = rolls.place(cohort.student, cohort.index_date)
    taking_part = place[cohort.is_participant & (place != NOBODY)]
    by = ["school"] if level == AssignmentLevel.SCHOOL else ["school", "grade"]
    reached = rolls.table[by].iloc[taking_part].drop_duplicates()
    there = rolls.table.merge(reached, on=by)
    came = there.groupby("student")["first"].min()
    came = came[came > evaluation.first_day.toordinal()]
    return int((~np.isin(came.index, cohort.student)).sum())


@dataclass(frozen=True)
class _Rolls:
    """Memberships of schools. table : one row each; until : (s,) the last day that this
    one or an earlier one of the student reaches; dated : finds them by first day."""

    table: pd.DataFrame
    until: np.ndarray
    dated: Dated

    @classmethod
    def to(cls, last_day: int) -> "_Rolls":
        """Those that begin by that day."""
        rows = SchoolMembership.objects.filter(
            first_day__lte=date.fromordinal(last_day)
        ).order_by("student", "first_day", "pk")
        names = {name: name for name in ("student", "school", "grade")}
        table = fetch(rows, **names, first="first_day", last="last_day")
        until = table.groupby("student")["last"].cummax().to_numpy()
        return cls(table, until, Dated.of(table["student"], table["first"]))

    def place(self, students: np.ndarray, days: np.ndarray) -> np.ndarray:
        """(n,) the last membership that had begun by each day, or NOBODY."""
        return self.dated.last_before(students, days + 1)

    def cover(self, students: np.ndarray, days: np.ndarray) -> np.ndarray:
        """(n,) whether some school has the student on its roll that day."""
        place = self.place(students, days)
        if not len(self.until):
            return np.zeros(len(place), dtype=bool)
        return (place != NOBODY) & (self.until[place] >= days)


def _groups(
    table: pd.DataFrame, design: Design
) -> Iterator[tuple[str | None, np.ndarray]]:
    """Everyone, and each group of each dimension of the design."""
    yield None, np.ones(len(table), dtype=bool)
    for dimension in design.dimensions:
        place, found = pd.factorize(crossed_labels(table, dimension), sort=True)
        for code, group in enumerate(found):
            yield f"{dimension}={group}", place == code


def _row(
    outcome: str,
    group: str | None,
    here: np.ndarray,
    left: np.ndarray,
    arms: tuple[np.ndarray, np.ndarray],
) -> dict[str, Any]:
    participants, others = arms
    return {
        "outcome": outcome,
        "group": group,
        "participants": int((here & participants).sum()),
        "participants_left": int((left & participants).sum()),
        "comparison": int((here & others).sum()),
        "comparison_left": int((left & others).sum()),
    }
