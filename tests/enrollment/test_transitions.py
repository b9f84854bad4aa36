"""From a referral to an exit, one step at a time."""

from datetime import date

import pytest

from enrollment.models import Action, ExitReason, Status
from enrollment.services import enrollments
from enrollment.services.refusal import StaleVersion
from enrollment.services.rules import (
    AlreadyInOffering,
    BadTransition,
    OutsideOffering,
    OverlappingSpell,
)
from tests.enrollment.verbs import A_DAY, elsewhere, enroll, leave, stored
from tests.factories.days import FIRST_DAY, LAST_DAY, MIDWINTER, OCTOBER

pytestmark = pytest.mark.django_db


# --- Refer and begin
def referred_on(day, student, offering, by):
    return enrollments.refer(
        student=student, offering=offering, effective_on=day, by=by, reason="asked"
    )


def test_a_referral_takes_no_seat_and_no_days(ada, club, cora):
    row = stored(referred_on(FIRST_DAY - 30 * A_DAY, ada, club, cora))
    assert (row.status, row.seat, row.first_day) == (Status.REFERRED, None, None)
    assert row.transitions.get().action == Action.REFER


def test_a_referred_student_begins(ada, club, cora):
    referral = referred_on(FIRST_DAY, ada, club, cora)
    row = enrollments.begin(
        enrollment=referral, effective_on=OCTOBER, by=cora, version=1
    )
    assert stored(row).seat == 1
    assert (row.status, row.version, row.first_day) == (Status.ENROLLED, 2, OCTOBER)
    steps = row.transitions.order_by("sequence")
    assert [(it.sequence, it.from_status, it.to_status) for it in steps] == [
        (1, "", Status.REFERRED),
        (2, Status.REFERRED, Status.ENROLLED),
    ]
    kinds = row.history.order_by("history_id").values_list("history_type", "version")
    assert list(kinds) == [("+", 1), ("~", 2)]


def test_nobody_is_referred_twice_or_too_late(ada, club, cora):
    with pytest.raises(OutsideOffering):
        referred_on(LAST_DAY + A_DAY, ada, club, cora)
    referred_on(FIRST_DAY, ada, club, cora)
    with pytest.raises(AlreadyInOffering):
        referred_on(FIRST_DAY, ada, club, cora)
    with pytest.raises(AlreadyInOffering):
        enroll(ada, club, cora)


def test_an_enrolled_student_does_not_begin_again(enrolled, cora):
    with pytest.raises(BadTransition, match="is enrolled"):
        enrollments.begin(
            enrollment=enrolled, effective_on=MIDWINTER, by=cora, version=1
        )


# --- Exit
def test_an_exit_ends_the_spell_and_frees_the_seat(enrolled, cora):
    row = stored(leave(enrolled, cora, exit_reason=ExitReason.COMPLETED))
    assert (row.status, row.seat, row.last_day) == (Status.EXITED, None, MIDWINTER)
    assert (row.exit_reason, row.version) == (ExitReason.COMPLETED, 2)
    assert row.transitions.get(sequence=2).reason == "moved away"


@pytest.mark.parametrize(
    ("reason", "exit_reason"),
    [("completed", ExitReason.COMPLETED), ("moved away", ExitReason.WITHDRAWN)],
)
def test_a_reason_that_is_a_code_is_the_exit_reason(
    enrolled, cora, reason, exit_reason
):
    assert leave(enrolled, cora, reason=reason).exit_reason == exit_reason


def test_a_spell_may_end_the_day_it_began(enrolled, cora):
    assert leave(enrolled, cora, last_day=OCTOBER).last_day == OCTOBER


@pytest.mark.parametrize("day", [OCTOBER - A_DAY, LAST_DAY + A_DAY])
def test_an_exit_before_the_first_day_or_after_the_offering_is_refused(
    enrolled, cora, day
):
    with pytest.raises(OutsideOffering):
        leave(enrolled, cora, last_day=day)


def test_an_exit_later_than_planned_may_not_reach_into_another_spell(ada, club, cora):
    first = enroll(ada, club, cora, planned_last_day=MIDWINTER)
    enroll(ada, elsewhere(club), cora, first_day=MIDWINTER + A_DAY)
    with pytest.raises(OverlappingSpell):
        leave(first, cora, last_day=MIDWINTER + A_DAY)


def test_nobody_leaves_twice(enrolled, cora):
    gone = leave(enrolled, cora)
    with pytest.raises(BadTransition, match="is exited"):
        leave(gone, cora)


def test_a_stale_version_is_refused_and_changes_nothing(enrolled, cora):
    leave(enrolled, cora)
    with pytest.raises(StaleVersion, match=r"version 1 .* at version 2"):
        leave(enrolled, cora, last_day=OCTOBER)
    assert stored(enrolled).last_day == MIDWINTER


# --- Transition
def test_a_transition_is_named(enrolled, cora):
    gone = enrollments.transition(
        enrollment=enrolled,
        action="exit",
        effective_on=MIDWINTER,
        by=cora,
        reason="completed",
        version=1,
    )
    assert gone.status == Status.EXITED


def test_an_unknown_action_is_refused_by_name(enrolled, cora):
    with pytest.raises(BadTransition, match="`promote`: choose enroll or exit"):
        enrollments.transition(enrollment=enrolled, action="promote", by=cora)


def test_only_an_exit_has_an_exit_reason(enrolled, cora):
    with pytest.raises(BadTransition, match="Only an exit"):
        enrollments.transition(
            enrollment=enrolled, action="enroll", exit_reason="completed", by=cora
        )


# --- Amend
def amend(enrollment, by, **days):
    return enrollments.amend(
        enrollment=enrollment,
        version=enrollment.version,
        by=by,
        reason="typing error",
        **days,
    )


def test_the_days_of_a_spell_are_put_right(enrolled, cora):
    row = stored(amend(enrolled, cora, first_day=FIRST_DAY, planned_last_day=MIDWINTER))
    assert (row.first_day, row.planned_last_day) == (FIRST_DAY, MIDWINTER)
    assert (row.status, row.version) == (Status.ENROLLED, 2)
    step = row.transitions.get(sequence=2)
    assert (step.action, step.from_status) == (Action.AMEND, Status.ENROLLED)


def test_a_backdated_spell_may_not_reach_into_another(enrolled, ada, club, cora):
    leave(enrolled, cora)
    later = enroll(ada, elsewhere(club), cora, first_day=MIDWINTER + A_DAY)
    with pytest.raises(OverlappingSpell):
        amend(later, cora, first_day=MIDWINTER)


def test_only_a_running_spell_has_a_plan_to_amend(enrolled, cora):
    gone = leave(enrolled, cora)
    with pytest.raises(BadTransition):
        amend(gone, cora, planned_last_day=LAST_DAY)
    assert amend(gone, cora, first_day=FIRST_DAY).first_day == FIRST_DAY


@pytest.mark.parametrize(
    "days", [{"first_day": date(2025, 9, 3)}, {"planned_last_day": date(2026, 6, 19)}]
)
def test_amended_days_stay_within_the_offering(enrolled, cora, days):
    with pytest.raises(OutsideOffering):
        amend(enrolled, cora, **days)
