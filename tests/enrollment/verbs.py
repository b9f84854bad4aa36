"""The verbs of enrollment, short, for tests that go through many."""

from datetime import timedelta

from enrollment.models import Enrollment
from enrollment.services import enrollments
from tests.factories import OfferingFactory
from tests.factories.days import MIDWINTER, OCTOBER

A_DAY = timedelta(days=1)


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
