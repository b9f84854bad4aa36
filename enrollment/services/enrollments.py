"""What may be done with an enrollment. Each verb locks what it decides upon, asks the
rules, and writes the row, its transition and its history in one transaction."""

from datetime import date

from django.db import transaction

from enrollment.models import (
    Action,
    Enrollment,
    ExitReason,
    Offering,
    Source,
    Student,
    User,
)
from enrollment.services import steps
from enrollment.services.batches import Batch, Outcome, Spell, enroll_many
from enrollment.services.constraints import refused_by_name
from enrollment.services.facts import Facts
from enrollment.services.rules import BadTransition, unchanged_since

__all__ = [
    "Batch",
    "Outcome",
    "Spell",
    "amend",
    "begin",
    "enroll",
    "enroll_many",
    "exit",
    "refer",
    "transition",
]


def refer(
    *,
    student: Student,
    offering: Offering,
    effective_on: date,
    by: User,
    reason: str = "",
    source: str = Source.NOMINATED,
) -> Enrollment:
    """Name a student for an offering; no seat is taken yet."""
    return _made(
        steps.refer,
        student,
        offering,
        source,
        by,
        effective_on=effective_on,
        reason=reason,
    )


def enroll(
    *,
    student: Student,
    offering: Offering,
    first_day: date,
    by: User,
    reason: str = "",
    source: str = Source.NOMINATED,
    planned_last_day: date | None = None,
) -> Enrollment:
    """Take the lowest free seat from the first day on."""
    return _made(
        steps.begin,
        student,
        offering,
        source,
        by,
        first_day=first_day,
        planned_last_day=planned_last_day,
        reason=reason,
    )


def begin(
    *,
    enrollment: Enrollment,
    effective_on: date,
    by: User,
    reason: str = "",
    version: int,
) -> Enrollment:
    """Give a referred student a seat."""
    return _changed(
        steps.begin, enrollment, version, by, first_day=effective_on, reason=reason
    )


def exit(  # noqa: A001 - the contract's word, said as enrollments.exit(…)
    *,
    enrollment: Enrollment,
    effective_on: date,
    by: User,
    reason: str,
    exit_reason: str | None = None,
    version: int,
) -> Enrollment:
    """End a spell on its last day. The reason may itself be an exit reason's code."""
    if exit_reason is None:
        named = reason in ExitReason.values
        exit_reason = reason if named else ExitReason.WITHDRAWN
    return _changed(
        steps.end,
        enrollment,
        version,
        by,
        last_day=effective_on,
        exit_reason=exit_reason,
        reason=reason,
    )


def amend(
    *,
    enrollment: Enrollment,
    version: int,
    by: User,
    reason: str,
    first_day: date | None = None,
    planned_last_day: date | None = None,
) -> Enrollment:
    """Put the days of a spell right."""
    return _changed(
        steps.amend,
        enrollment,
        version,
        by,
        first_day=first_day,
        planned_last_day=planned_last_day,
        reason=reason,
    )


ACTIONS = {Action.ENROLL: begin, Action.EXIT: exit}


def transition(*, enrollment: Enrollment, action: str, **details) -> Enrollment:
    if action not in ACTIONS:
        raise BadTransition(
            f"There is no action `{action}`: choose {' or '.join(ACTIONS)}.",
            action=action,
            allowed=[str(action) for action in ACTIONS],
        )
    if action != Action.EXIT and details.pop("exit_reason", None):
        raise BadTransition("Only an exit has an exit reason: leave it out.")
    return ACTIONS[action](enrollment=enrollment, **details)


@refused_by_name()
@transaction.atomic
def _made(step, student, offering, source, by, **details) -> Enrollment:
    facts = Facts(offerings={offering.pk}, students={student.pk})
    place = facts.offerings[offering.pk]
    enrollment = Enrollment(
        student=student,
        offering=place,
        program=place.program,
        status=steps.NEW,
        source=source,
    )
    steps.write([step(facts, enrollment, **details)], by=by)
    return enrollment


@refused_by_name()
@transaction.atomic
def _changed(step, enrollment, version, by, **details) -> Enrollment:
    facts = Facts(offerings={enrollment.offering_id}, students={enrollment.student_id})
    enrollment = facts.students[enrollment.student_id].enrollment(enrollment.pk)
    unchanged_since(version, enrollment)
    steps.write([step(facts, enrollment, **details)], by=by)
    return enrollment
