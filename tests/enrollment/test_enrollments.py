"""A seat, a spell and who made it so."""

import pytest

from enrollment.models import Action, Enrollment, Source, Status
from enrollment.services import records
from enrollment.services.rules import (
    AlreadyInOffering,
    OfferingFull,
    OutsideOffering,
    OverlappingSpell,
)
from tests.enrollment.verbs import A_DAY, elsewhere, enroll, leave, stored
from tests.factories import (
    EnrollmentFactory,
    OfferingFactory,
    StudentFactory,
)
from tests.factories.days import FIRST_DAY, LAST_DAY, MIDWINTER, OCTOBER

pytestmark = pytest.mark.django_db


# --- Enroll
def test_a_student_is_enrolled_with_a_transition_and_a_history(enrolled, club, cora):
    row = stored(enrolled)
    assert (row.status, row.seat, row.version) == (Status.ENROLLED, 1, 1)
    assert (row.first_day, row.planned_last_day) == (OCTOBER, LAST_DAY)
    assert (row.program, row.source) == (club.program, Source.NOMINATED)
    [step] = row.transitions.all()
    assert (step.sequence, step.action, step.actor) == (1, Action.ENROLL, cora)
    assert (step.from_status, step.to_status) == ("", Status.ENROLLED)
    assert (step.effective_on, step.reason) == (OCTOBER, "grade team")
    [past] = row.history.all()
    assert (past.history_type, past.history_user, past.seat) == ("+", cora, 1)
    assert past.history_change_reason == "grade team"


def test_the_lowest_free_seat_is_taken(enrolled, club, cora):
    second = enroll(StudentFactory(), club, cora)
    assert second.seat == 2
    leave(enrolled, cora)
    assert enroll(StudentFactory(), club, cora).seat == 1


def test_a_full_offering_refuses_the_next_student(enrolled, club, cora):
    enroll(StudentFactory(), club, cora)
    with pytest.raises(OfferingFull, match="All 2 seats") as refusal:
        enroll(StudentFactory(), club, cora)
    assert refusal.value.code == "offering_full"
    assert refusal.value.facts == {"capacity": 2}
    assert Enrollment.objects.count() == 2


def test_without_a_capacity_seats_go_on(cora):
    club = OfferingFactory(capacity=None)
    seats = [enroll(StudentFactory(), club, cora).seat for _ in range(12)]
    assert seats == list(range(1, 13))


def test_the_same_student_is_not_enrolled_twice(enrolled, ada, club, cora):
    with pytest.raises(AlreadyInOffering) as refusal:
        enroll(ada, club, cora, first_day=MIDWINTER)
    assert refusal.value.facts["enrollment"] == enrolled.pk


def test_spells_of_one_program_do_not_overlap(enrolled, ada, club, cora):
    leave(enrolled, cora)
    with pytest.raises(OverlappingSpell, match=f"to {MIDWINTER} already"):
        enroll(ada, elsewhere(club), cora, first_day=MIDWINTER)
    assert enroll(ada, elsewhere(club), cora, first_day=MIDWINTER + A_DAY).pk


def test_a_spell_may_be_booked_before_another(ada, club, cora):
    enroll(ada, club, cora, first_day=MIDWINTER + A_DAY)
    with pytest.raises(OverlappingSpell):
        enroll(ada, elsewhere(club), cora)
    assert enroll(ada, elsewhere(club), cora, planned_last_day=MIDWINTER).pk


def test_a_student_may_come_back_after_leaving(enrolled, ada, club, cora):
    leave(enrolled, cora)
    assert enroll(ada, club, cora, first_day=MIDWINTER + A_DAY).seat == 1


@pytest.mark.parametrize(
    "days",
    [
        {"first_day": FIRST_DAY - A_DAY},
        {"first_day": LAST_DAY + A_DAY},
        {"first_day": OCTOBER, "planned_last_day": LAST_DAY + A_DAY},
        {"first_day": OCTOBER, "planned_last_day": OCTOBER - A_DAY},
    ],
)
def test_days_outside_the_offering_are_refused(ada, club, cora, days):
    with pytest.raises(OutsideOffering):
        enroll(ada, club, cora, **days)
    assert not Enrollment.objects.exists()


def test_a_spell_of_one_day_is_a_spell(ada, club, cora):
    assert enroll(ada, club, cora, planned_last_day=OCTOBER).pk


# --- What a race leaves to the database
def test_a_constraint_speaks_as_the_rule_would(enrolled, ada, club, cora):
    """The row appears between the rule and the write, as when two requests meet."""
    with pytest.raises(OverlappingSpell):
        records.create(
            Enrollment,
            by=cora,
            student=ada,
            offering=elsewhere(club),
            program=club.program,
            status=Status.ENROLLED,
            seat=1,
            first_day=MIDWINTER,
            planned_last_day=LAST_DAY,
        )
    assert EnrollmentFactory().pk  # and the transaction around it goes on
