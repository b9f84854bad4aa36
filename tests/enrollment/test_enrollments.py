from datetime import date, timedelta

import pytest

from enrollment.models import Action, Enrollment, ExitReason, Source, Status
from enrollment.services import enrollments, records
from enrollment.services.refusal import StaleVersion
from enrollment.services.rules import (
    AlreadyInOffering,
    BadTransition,
    NotEligible,
    OfferingFull,
    OutsideOffering,
    OverlappingSpell,
)
from tests.factories import (
    EnrollmentFactory,
    OfferingFactory,
    SchoolMembershipFactory,
    SchoolYearFactory,
    StudentFactory,
    StudentYearFactory,
    UserFactory,
)
from tests.factories.days import FIRST_DAY, LAST_DAY, MIDWINTER, OCTOBER

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.fixture
def cora():
    return UserFactory(username="cora")


@pytest.fixture
def ada():
    return StudentFactory()


@pytest.fixture
def club():
    """Two seats, open to any grade, from FIRST_DAY to LAST_DAY."""
    return OfferingFactory(capacity=2)


@pytest.fixture
def enrolled(ada, club, cora):
    return enrollments.enroll(
        student=ada, offering=club, first_day=OCTOBER, by=cora, reason="grade team"
    )


def elsewhere(offering):
    """Another offering of the same program, at another school."""
    return OfferingFactory(program=offering.program)


def enroll(student, offering, by, first_day=OCTOBER, **values):
    return enrollments.enroll(
        student=student, offering=offering, first_day=first_day, by=by, **values
    )


def leave(enrollment, by, last_day=MIDWINTER, **values):
    values = {"reason": "moved away", "version": enrollment.version, **values}
    return enrollments.exit(
        enrollment=enrollment, effective_on=last_day, by=by, **values
    )


def stored(enrollment):
    return Enrollment.objects.get(pk=enrollment.pk)


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


# --- Eligible


@pytest.fixture
def fourth_grade():
    return OfferingFactory(grades=["04"])


def on_the_roll(student, school, grade, **days):
    SchoolMembershipFactory(student=student, school=school, grade=grade, **days)


def test_a_student_of_a_grade_not_served_is_refused(ada, fourth_grade, cora):
    on_the_roll(ada, fourth_grade.school, "05")
    with pytest.raises(NotEligible, match="grade 05 and the offering serves 04"):
        enroll(ada, fourth_grade, cora)


def test_an_offering_without_grades_serves_those_of_its_program(ada, cora):
    offering = OfferingFactory(program__grades=["04"])
    on_the_roll(ada, offering.school, "05")
    with pytest.raises(NotEligible):
        enroll(ada, offering, cora)


def test_a_student_on_another_roll_is_refused(ada, club, cora):
    SchoolMembershipFactory(student=ada)
    with pytest.raises(NotEligible, match="another school"):
        enroll(ada, club, cora)


def test_a_student_on_two_rolls_is_at_both(ada, fourth_grade, cora):
    SchoolMembershipFactory(student=ada)
    on_the_roll(ada, fourth_grade.school, "04")
    assert enroll(ada, fourth_grade, cora).pk


def test_the_roll_of_the_first_day_counts(ada, fourth_grade, cora):
    on_the_roll(ada, fourth_grade.school, "05", last_day=OCTOBER)
    on_the_roll(ada, fourth_grade.school, "04", first_day=OCTOBER + A_DAY)
    with pytest.raises(NotEligible):
        enroll(ada, fourth_grade, cora)
    assert enroll(ada, fourth_grade, cora, first_day=OCTOBER + A_DAY).pk


def test_what_is_unknown_excludes_nobody(ada, fourth_grade, cora):
    assert enroll(ada, fourth_grade, cora).pk


def test_a_snapshot_of_the_year_tells_the_grade_where_no_roll_does(
    ada, fourth_grade, cora
):
    StudentYearFactory(student=ada, school=fourth_grade.school, grade="05")
    with pytest.raises(NotEligible):
        enroll(ada, fourth_grade, cora)
    assert enroll(ada, fourth_grade, cora, first_day=OCTOBER - A_DAY).pk


def test_a_snapshot_of_last_year_tells_no_grade(ada, fourth_grade, cora):
    StudentYearFactory(
        student=ada, school_year=SchoolYearFactory(year=2025), grade="03"
    )
    assert enroll(ada, fourth_grade, cora).pk


def test_the_latest_snapshot_by_the_first_day_is_the_baseline(ada, club, cora):
    SchoolMembershipFactory(student=ada, school=club.school)
    october = StudentYearFactory(student=ada)
    march = StudentYearFactory(student=ada, collection="mar")
    assert stored(enroll(ada, club, cora)).baseline == october
    amended = enrollments.amend(
        enrollment=ada.enrollments.get(),
        version=1,
        by=cora,
        reason="began in spring",
        first_day=march.as_of,
    )
    assert stored(amended).baseline == march


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
