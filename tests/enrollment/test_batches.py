"""A batch is the single verbs in a row: what they refuse, it refuses, row by row."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from enrollment.models import Enrollment, Source, Status, Transition
from enrollment.services import enrollments
from enrollment.services.batches import STILL_OPEN, Spell, enroll_many
from enrollment.services.refusal import Refused
from tests.factories import (
    EnrollmentFactory,
    OfferingFactory,
    SchoolMembershipFactory,
    StudentFactory,
    StudentYearFactory,
    UserFactory,
)
from tests.factories.days import FIRST_DAY, LAST_DAY, MIDWINTER, OCTOBER

A_DAY = timedelta(days=1)


def state():
    """Every enrollment in words, whatever its number."""
    fields = ["student", "offering", "status", "seat", "first_day", "planned_last_day"]
    fields += ["last_day", "exit_reason", "baseline", "source", "version"]
    return sorted(Enrollment.objects.values_list(*fields), key=str)


def steps():
    fields = ["enrollment__student", "enrollment__offering", "enrollment__first_day"]
    fields += ["sequence", "action", "from_status", "to_status", "effective_on"]
    return sorted(Transition.objects.values_list(*fields, "reason"), key=str)


def past():
    fields = ["student", "offering", "first_day", "status", "seat", "version"]
    rows = Enrollment.history.values_list(*fields, "history_type", "history_user")
    return sorted(rows, key=str)


def one_by_one(rows, by) -> list[str]:
    return [one(row, by) for row in rows]


def one(row, by) -> str:
    """The row through the single verbs, as someone at a desk would do it."""
    same = Enrollment.objects.filter(
        student=row.student, offering=row.offering, first_day=row.first_day
    ).first()
    try:
        if same is None:
            enrollments.enroll(
                student=StudentFactory._meta.model(pk=row.student),
                offering=OfferingFactory._meta.model(pk=row.offering),
                first_day=row.first_day,
                by=by,
                source=row.source,
                planned_last_day=row.planned_last_day,
            )
            return "created"
        over = same.status == Status.EXITED and row.last_day == same.last_day
        if row.last_day is None or over:
            return "unchanged"
        enrollments.exit(
            enrollment=same,
            effective_on=row.last_day,
            by=by,
            reason=row.reason,
            exit_reason=row.exit_reason,
            version=same.version,
        )
    except Refused as refusal:
        return refusal.code
    return "updated"


def in_words(batch) -> list[str]:
    return [it.refusal.code if it.refusal else it.action for it in batch.outcomes]


class ABatchIsTheSingleVerbsInARow(TestCase):
    days = st.integers(-3, 40).map(lambda n: FIRST_DAY + n * A_DAY)
    moves = st.tuples(st.integers(0, 3), st.integers(0, 2), days, st.none() | days)

    def setUp(self):
        self.office = UserFactory()
        program = OfferingFactory(capacity=1).program
        self.offerings = [
            OfferingFactory(program=program, capacity=2, grades=["04"]),
            OfferingFactory(program=program, capacity=1),
            OfferingFactory(capacity=2, last_day=FIRST_DAY + 35 * A_DAY),
        ]
        self.students = StudentFactory.create_batch(4)
        school = self.offerings[0].school
        on_roll = {"student": self.students[0], "school": school}
        SchoolMembershipFactory(**on_roll, grade="04", last_day=FIRST_DAY + 20 * A_DAY)
        SchoolMembershipFactory(**on_roll, grade="05", first_day=FIRST_DAY + 21 * A_DAY)
        StudentYearFactory(student=self.students[1], school=school, grade="04")

    def rows(self, moves):
        for student, offering, first_day, last_day in moves:
            ids = self.students[student].pk, self.offerings[offering].pk
            yield Spell(*ids, first_day)
            if last_day:
                yield Spell(*ids, first_day, last_day=last_day, exit_reason="completed")

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(moves=st.lists(moves, max_size=7))
    def test_row_by_row_the_answers_and_the_tables_are_the_same(self, moves):
        rows = self.only_open_before_ended(moves)
        slow = transaction.savepoint()
        expected = one_by_one(rows, self.office), state(), steps(), past()
        transaction.savepoint_rollback(slow)
        batch = enroll_many(rows=rows, by=self.office, atomic="row")
        assert (in_words(batch), state(), steps(), past()) == expected

    def only_open_before_ended(self, moves):
        """A spell that was refused is not ended: a batch would write it down as over,
        which has no single verb."""
        rows, refused = [], set()
        trial = transaction.savepoint()
        for row in self.rows(moves):
            key = (row.student, row.offering, row.first_day)
            if row.last_day and key in refused:
                continue
            answer = one(row, self.office)
            if answer not in {"created", "updated", "unchanged"}:
                refused.add(key)
            rows.append(row)
        transaction.savepoint_rollback(trial)
        return rows


pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return UserFactory()


@pytest.fixture
def club():
    return OfferingFactory(capacity=2)


def spells(club, n, first_day=OCTOBER, **values):
    students = StudentFactory.create_batch(n)
    return [Spell(it.pk, club.pk, first_day, **values) for it in students]


def test_all_or_none(club, office):
    rows = spells(club, 3)
    batch = enroll_many(rows=rows, by=office)
    assert in_words(batch) == ["created", "created", "offering_full"]
    assert (batch.written, Enrollment.objects.count()) == (False, 0)
    assert "All 2 seats" in str(batch.refused[0].refusal)
    batch = enroll_many(rows=rows, by=office, atomic="row")
    assert (batch.written, Enrollment.objects.count()) == (True, 2)
    assert batch.summary() == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
    }


def test_the_same_batch_again_changes_nothing(club, office):
    rows = spells(club, 2)
    enroll_many(rows=rows, by=office)
    before = state(), steps(), past()
    assert in_words(enroll_many(rows=rows, by=office)) == ["unchanged"] * 2
    assert (state(), steps(), past()) == before


def test_a_spell_that_is_over_takes_no_seat(club, office):
    over = {"last_day": MIDWINTER, "exit_reason": "completed"}
    batch = enroll_many(rows=spells(club, 30, **over), by=office)
    assert batch.summary()["created"] == 30
    assert Enrollment.objects.filter(status=Status.EXITED, seat=None).count() == 30
    assert set(Transition.objects.values_list("action", "effective_on")) == {
        ("exit", MIDWINTER)
    }


def test_a_spell_that_is_over_still_overlaps(club, office):
    [row] = spells(club, 1, last_day=MIDWINTER, exit_reason="completed")
    again = Spell(row.student, club.pk, MIDWINTER)
    later = Spell(row.student, club.pk, MIDWINTER + A_DAY)
    batch = enroll_many(rows=[row, again, later], by=office, atomic="row")
    assert in_words(batch) == ["created", "overlapping_spell", "created"]


def test_a_batch_ends_a_running_spell_and_never_opens_it_again(club, office):
    [row] = spells(club, 1)
    enroll_many(rows=[row], by=office)
    over = Spell(
        row.student, club.pk, OCTOBER, last_day=MIDWINTER, exit_reason="completed"
    )
    assert in_words(enroll_many(rows=[over], by=office)) == ["updated"]
    assert in_words(enroll_many(rows=[over], by=office)) == ["unchanged"]
    [outcome] = enroll_many(rows=[row], by=office).outcomes
    assert (outcome.action, outcome.note) == ("unchanged", STILL_OPEN)
    later = Spell(row.student, club.pk, OCTOBER, last_day=LAST_DAY)
    assert in_words(enroll_many(rows=[later], by=office)) == ["bad_transition"]
    assert Enrollment.objects.get().last_day == MIDWINTER


def test_the_seat_of_one_who_leaves_is_taken_in_the_same_batch(club, office):
    first = EnrollmentFactory(offering=club, first_day=OCTOBER)
    EnrollmentFactory(offering=club)
    leaves = Spell(first.student_id, club.pk, OCTOBER, last_day=MIDWINTER)
    [comes] = spells(club, 1, first_day=MIDWINTER)
    assert in_words(enroll_many(rows=[comes, leaves], by=office)) == [
        "offering_full",
        "updated",
    ]
    batch = enroll_many(rows=[leaves, comes], by=office)
    assert in_words(batch) == ["updated", "created"]
    assert batch.outcomes[1].enrollment.seat == 1


def test_a_later_planned_day_is_amended(club, office):
    [row] = spells(club, 1)
    enroll_many(rows=[row], by=office)
    sooner = Spell(row.student, club.pk, OCTOBER, planned_last_day=MIDWINTER)
    assert in_words(enroll_many(rows=[sooner], by=office)) == ["updated"]
    assert Enrollment.objects.get().planned_last_day == MIDWINTER


def test_a_batch_asks_a_number_of_questions_that_does_not_grow(
    club, office, django_assert_max_num_queries
):
    club.capacity = None
    club.save()
    rows = spells(club, 60)
    with django_assert_max_num_queries(16):
        enroll_many(rows=rows, by=office)
    assert {it.source for it in Enrollment.objects.all()} == {Source.IMPORT}


def test_progress_is_told(club, office):
    told = []
    enroll_many(rows=spells(club, 2), by=office, at_each=told.append)
    assert told == [1, 2]
