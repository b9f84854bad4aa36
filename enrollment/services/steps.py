"""The steps of an enrollment: each asks the rules, changes the row and keeps the facts
true for the step after it; `write` stores them with transitions and history."""

from dataclasses import dataclass
from datetime import date

from enrollment.models import Action, Enrollment, Status, Transition, User
from enrollment.models.participation import SPELLS
from enrollment.services import rules
from enrollment.services.facts import Facts
from enrollment.services.records import (
    BATCH,
    CHANGED,
    CREATED,
    past,
    update_many,
    write_history,
)

NEW = ""  # the status of an enrollment that is not written yet
CHANGING = [
    "status",
    "seat",
    "first_day",
    "planned_last_day",
    "last_day",
    "exit_reason",
    "baseline",
    "version",
]


@dataclass
class Step:
    enrollment: Enrollment
    transition: Transition
    past: object  # the row after the step, for its history


def refer(facts: Facts, enrollment: Enrollment, *, effective_on: date, reason: str):
    place, known = _around(facts, enrollment)
    day = max(effective_on, place.first_day)  # one may be named before it begins
    rules.may_go(enrollment, Action.REFER, allowed=[NEW])
    rules.within(place, day)
    rules.eligible(place, known.places_on(day, place.school_year_id), day)
    rules.not_yet_in(place, known.enrollments)
    return _step(
        facts, enrollment, Action.REFER, effective_on, reason, status=Status.REFERRED
    )


def begin(
    facts: Facts,
    enrollment: Enrollment,
    *,
    first_day: date,
    planned_last_day: date | None = None,
    reason: str,
):
    """Take a seat, from a referral or from nothing."""
    place, _ = _around(facts, enrollment)
    last_day = planned_last_day or place.last_day
    rules.may_go(enrollment, Action.ENROLL, allowed=[NEW, Status.REFERRED])
    _may_take_part(facts, enrollment, first_day, last_day)
    return _step(
        facts,
        enrollment,
        Action.ENROLL,
        first_day,
        reason,
        status=Status.ENROLLED,
        seat=rules.free_seat(place, facts.seats[place.pk]),
        first_day=first_day,
        planned_last_day=last_day,
    )


def end(
    facts: Facts,
    enrollment: Enrollment,
    *,
    last_day: date,
    exit_reason: str,
    reason: str,
):
    """Leave on the last day, which is included; the seat is free from then on."""
    place, known = _around(facts, enrollment)
    rules.may_go(enrollment, Action.EXIT, allowed=[Status.ENROLLED])
    rules.in_order(enrollment.first_day, last_day)
    rules.within(place, last_day)
    rules.free_of_overlap(enrollment, enrollment.first_day, last_day, known.enrollments)
    return _step(
        facts,
        enrollment,
        Action.EXIT,
        last_day,
        reason,
        status=Status.EXITED,
        seat=None,
        last_day=last_day,
        exit_reason=exit_reason,
    )


def record(
    facts: Facts,
    enrollment: Enrollment,
    *,
    first_day: date,
    last_day: date,
    exit_reason: str,
    reason: str,
):
    """Write down a spell that is over: it took a seat then, and takes none now."""
    place, _ = _around(facts, enrollment)
    _may_take_part(facts, enrollment, first_day, last_day)
    return _step(
        facts,
        enrollment,
        Action.EXIT,
        last_day,
        reason,
        status=Status.EXITED,
        first_day=first_day,
        planned_last_day=place.last_day,
        last_day=last_day,
        exit_reason=exit_reason,
    )


def amend(
    facts: Facts,
    enrollment: Enrollment,
    *,
    first_day: date | None = None,
    planned_last_day: date | None = None,
    reason: str,
):
    """The days were wrong: they are put right, and everything is asked again."""
    place, known = _around(facts, enrollment)
    allowed = [Status.ENROLLED] if planned_last_day else SPELLS
    rules.may_go(enrollment, Action.AMEND, allowed=allowed)
    begins = first_day or enrollment.first_day
    ends = planned_last_day or rules.ends(enrollment)
    rules.in_order(begins, ends)
    rules.within(place, begins, ends)
    rules.eligible(place, known.places_on(begins, place.school_year_id), begins)
    rules.free_of_overlap(enrollment, begins, ends, known.enrollments)
    return _step(
        facts,
        enrollment,
        Action.AMEND,
        first_day or ends,
        reason,
        first_day=begins,
        planned_last_day=planned_last_day or enrollment.planned_last_day,
    )


def _around(facts: Facts, enrollment: Enrollment):
    offering = facts.offerings[enrollment.offering_id]
    return offering, facts.students[enrollment.student_id]


def _may_take_part(facts, enrollment, first_day, last_day) -> None:
    place, known = _around(facts, enrollment)
    others = [other for other in known.enrollments if other is not enrollment]
    rules.in_order(first_day, last_day)
    rules.within(place, first_day, last_day)
    rules.eligible(place, known.places_on(first_day, place.school_year_id), first_day)
    rules.not_yet_in(place, others)
    rules.free_of_overlap(enrollment, first_day, last_day, others)


def _step(facts, enrollment, action, effective_on, reason, **values) -> Step:
    before, seat_before = enrollment.status, enrollment.seat
    for name, value in values.items():
        setattr(enrollment, name, value)
    place, known = _around(facts, enrollment)
    if enrollment.first_day:
        enrollment.baseline_id = known.baseline_on(enrollment.first_day)
    if before == NEW:
        known.enrollments.append(enrollment)
    else:
        enrollment.version += 1
    facts.seats[place.pk].release(seat_before)
    facts.seats[place.pk].hold(enrollment.seat)
    transition = Transition(
        sequence=enrollment.version,  # each version was made by one transition
        action=action,
        from_status=before,
        to_status=enrollment.status,
        effective_on=effective_on,
        reason=reason,
    )
    kind = CREATED if before == NEW else CHANGED
    return Step(enrollment, transition, past(enrollment, kind, reason=reason))


def write(steps: list[Step], *, by: User) -> None:
    rows = list({id(step.enrollment): step.enrollment for step in steps}.values())
    # Those that leave go first: the seat of one may be taken by another.
    update_many([row for row in rows if row.pk], CHANGING)
    new = [row for row in rows if not row.pk]
    Enrollment.objects.bulk_create(new, batch_size=BATCH)
    for step in steps:
        step.transition.enrollment = step.enrollment
        step.transition.actor = by
        step.past.id = step.enrollment.pk
        step.past.history_user = by
    Transition.objects.bulk_create([it.transition for it in steps], batch_size=BATCH)
    write_history(step.past for step in steps)
