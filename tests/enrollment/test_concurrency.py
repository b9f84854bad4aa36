from collections import Counter
from contextlib import suppress
from functools import partial

import pytest
from django.db import IntegrityError

from enrollment.models import Enrollment, Offering, Status
from enrollment.services import enrollments, facts, records
from enrollment.services.refusal import Refused
from tests.enrollment.threads import at_once
from tests.factories import OfferingFactory, StudentFactory, UserFactory
from tests.factories.days import LAST_DAY, OCTOBER

pytestmark = pytest.mark.django_db(transaction=True)


def seats():
    return sorted(Enrollment.objects.seated().values_list("seat", flat=True))


def kinds(answers) -> Counter:
    return Counter(getattr(answer, "code", "enrolled") for answer in answers)


def refused_by_the_database(answers) -> set[str]:
    refusals = [it for it in answers if isinstance(it, Refused)]
    return {it.facts["constraint"] for it in refusals if "constraint" in it.facts}


@pytest.fixture
def rush():
    """One action a student, all for the same offering of ten seats."""
    offering, office = OfferingFactory(capacity=10), UserFactory()
    return [
        partial(
            enrollments.enroll,
            student=student,
            offering=offering,
            first_day=OCTOBER,
            by=office,
        )
        for student in StudentFactory.create_batch(40)
    ]


def test_forty_at_once_for_ten_seats_are_ten(rush):
    answers = at_once(rush)
    assert kinds(answers) == {"enrolled": 10, "offering_full": 30}
    assert not refused_by_the_database(answers)
    assert seats() == list(range(1, 11))


@pytest.mark.postgres_only
def test_without_the_lock_the_rush_goes_wrong(rush, monkeypatch):
    """The control, for the test above can fail: many find the same seat free, and the
    database has to refuse them though other seats are left."""

    def unlocked(numbers):
        return {
            row.pk: row
            for row in Offering.objects.filter(pk__in=numbers).select_related("program")
        }

    monkeypatch.setattr(facts, "_locked_offerings", unlocked)
    assert "one_student_a_seat" in refused_by_the_database(at_once(rush))


def test_fifty_times_the_same_request_is_one_row(rush):
    answers = at_once([rush[0]] * 50)
    assert kinds(answers) == {"enrolled": 1, "already_enrolled": 49}
    assert Enrollment.objects.count() == 1


def test_one_student_at_many_schools_at_once_is_one_spell():
    first = OfferingFactory()
    offerings = [OfferingFactory(program=first.program) for _ in range(12)]
    student, office = StudentFactory(), UserFactory()
    answers = at_once(
        [
            partial(
                enrollments.enroll,
                student=student,
                offering=offering,
                first_day=OCTOBER,
                by=office,
            )
            for offering in offerings
        ]
    )
    assert kinds(answers) == {"enrolled": 1, "overlapping_spell": 11}


def test_an_exit_raced_by_itself_happens_once(rush):
    enrollment = rush[0]()
    leave = partial(
        enrollments.exit,
        enrollment=enrollment,
        effective_on=LAST_DAY,
        by=UserFactory(),
        reason="completed",
        version=1,
    )
    answers = at_once([leave] * 10)
    assert kinds(answers) == {"enrolled": 1, "stale_version": 9}
    assert enrollment.transitions.count() == 2


def test_a_lower_capacity_raced_by_enrollments_never_leaves_a_seat_above_it(rush):
    offering, office = Offering.objects.get(), UserFactory()
    lower = partial(records.amend, offering, version=1, by=office, capacity=5)
    at_once([*rush[:19], lower])
    offering.refresh_from_db()
    assert len(seats()) == offering.capacity


@pytest.mark.parametrize("n", [4])
def test_batches_that_share_offerings_wait_for_each_other_and_never_lock_up(n):
    offerings = OfferingFactory.create_batch(5)
    office = UserFactory()
    batches = []
    for turn in range(n):
        mine = offerings[turn:] + offerings[:turn]
        batches.append(
            [
                enrollments.Spell(StudentFactory().pk, offering.pk, OCTOBER)
                for offering in mine
                for _ in range(4)
            ]
        )
    answers = at_once(
        [
            partial(enrollments.enroll_many, rows=rows, by=office, atomic="row")
            for rows in batches
        ]
    )
    assert sum(answer.summary()["created"] for answer in answers) == 50
    assert sum(answer.summary()["refused"] for answer in answers) == 30
    assert Enrollment.objects.filter(status=Status.ENROLLED).count() == 50


@pytest.mark.postgres_only
def test_raw_writes_that_meet_are_still_refused_by_the_database():
    """No service, no lock: the guards alone hold the capacity."""
    offering = OfferingFactory(capacity=5)

    def seat(number, student):
        with suppress(IntegrityError):
            Enrollment.objects.create(
                student=student,
                offering=offering,
                program=offering.program,
                status=Status.OFFERED,
                seat=number,
            )

    def shrink():
        with suppress(IntegrityError):
            Offering.objects.filter(pk=offering.pk).update(capacity=3)

    at_once(
        [partial(seat, number, StudentFactory()) for number in range(1, 9)] + [shrink]
    )
    offering.refresh_from_db()
    assert max(seats()) <= offering.capacity
