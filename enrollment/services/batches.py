"""Many spells through the rules of one, in the order given: each sees those before."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from django.db import transaction

from enrollment.models import Enrollment, ExitReason, Source, Status, User
from enrollment.services import steps
from enrollment.services.constraints import refused_by_name
from enrollment.services.facts import Facts
from enrollment.services.refusal import Refused
from enrollment.services.rules import BadTransition

CREATED, UPDATED, UNCHANGED, REFUSED = "created", "updated", "unchanged", "refused"
STILL_OPEN = "It ended already, and stays so: a batch never opens a spell again."


@dataclass(frozen=True)
class Spell:
    """What is to be so. With a last day it is over; without, it takes a seat."""

    student: int
    offering: int
    first_day: date
    planned_last_day: date | None = None
    last_day: date | None = None
    exit_reason: str = ""
    source: str = Source.IMPORT
    reason: str = ""


@dataclass
class Outcome:
    """What became of the row of this number: `action` is created, updated, unchanged or
    refused, and then `refusal` says why."""

    index: int
    action: str
    enrollment: Enrollment | None = None
    refusal: Refused | None = None
    note: str = ""


@dataclass
class Batch:
    outcomes: list[Outcome] = field(default_factory=list)
    written: bool = False

    @property
    def refused(self) -> list[Outcome]:
        return [it for it in self.outcomes if it.action == REFUSED]

    def summary(self) -> dict[str, int]:
        counts = Counter(it.action for it in self.outcomes)
        return {it: counts[it] for it in (CREATED, UPDATED, UNCHANGED, REFUSED)}


@refused_by_name()
@transaction.atomic
def enroll_many(
    *,
    rows: Iterable[Spell],
    by: User,
    atomic: Literal["all", "row"] = "all",
    at_each: Callable[[int], None] = lambda done: None,
) -> Batch:
    """Write the rows the rules allow; with `atomic="all"`, all of them or none.

    at_each : is told how many rows are decided, for a progress bar.
    """
    rows = list(rows)
    facts = Facts(
        offerings={row.offering for row in rows}, students={row.student for row in rows}
    )
    batch, planned = Batch(), []
    for index, row in enumerate(rows):
        outcome, step = _decide(facts, index, row)
        batch.outcomes.append(outcome)
        planned += [step] if step else []
        at_each(index + 1)
    if atomic == "row" or not batch.refused:
        steps.write(planned, by=by)
        batch.written = True
    return batch


def _decide(facts: Facts, index: int, row: Spell):
    try:
        existing = facts.students[row.student].spell_from(row.offering, row.first_day)
        if existing is None:
            return _make(facts, index, row)
        if existing.status == Status.EXITED:
            return _leave_ended(index, row, existing)
        return _go_on(facts, index, row, existing)
    except Refused as refusal:
        return Outcome(index, REFUSED, refusal=refusal), None


def _make(facts, index, row):
    place = facts.offerings[row.offering]
    enrollment = Enrollment(
        student_id=row.student,
        offering=place,
        program=place.program,
        status=steps.NEW,
        source=row.source,
    )
    days = {"first_day": row.first_day, "reason": row.reason}
    if row.last_day:
        step = steps.record(facts, enrollment, **days, **_exit_of(row))
    else:
        planned = row.planned_last_day
        step = steps.begin(facts, enrollment, **days, planned_last_day=planned)
    return Outcome(index, CREATED, enrollment), step


def _leave_ended(index, row, existing):
    if row.last_day is None:
        return Outcome(index, UNCHANGED, existing, note=STILL_OPEN), None
    if (row.last_day, _exit_of(row)["exit_reason"]) == (
        existing.last_day,
        existing.exit_reason,
    ):
        return Outcome(index, UNCHANGED, existing), None
    raise BadTransition(
        f"This spell ended on {existing.last_day} ({existing.exit_reason}) already: a "
        "batch never ends it twice.",
        enrollment=existing.pk,
    )


def _go_on(facts, index, row, existing):
    if row.last_day:
        step = steps.end(facts, existing, **_exit_of(row), reason=row.reason)
        return Outcome(index, UPDATED, existing), step
    if row.planned_last_day not in (None, existing.planned_last_day):
        days = {"planned_last_day": row.planned_last_day}
        step = steps.amend(facts, existing, **days, reason=row.reason)
        return Outcome(index, UPDATED, existing), step
    return Outcome(index, UNCHANGED, existing), None


def _exit_of(row: Spell) -> dict:
    return {
        "last_day": row.last_day,
        "exit_reason": row.exit_reason or ExitReason.WITHDRAWN,
    }
