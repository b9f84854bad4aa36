import factory

from enrollment.models import Enrollment, ExitReason, Source, Status
from enrollment.models.participation import SEATED, SPELLS
from tests.factories.offerings import OfferingFactory
from tests.factories.students import StudentFactory


def free_seat(enrollment) -> int | None:
    if enrollment.status not in SEATED:
        return None
    taken = Enrollment.objects.seated().filter(offering=enrollment.offering)
    return max(taken.values_list("seat", flat=True), default=0) + 1


def once_begun(day):
    return factory.LazyAttribute(lambda it: day(it) if it.status in SPELLS else None)


class EnrollmentFactory(factory.django.DjangoModelFactory):
    """Days, seat and exit reason follow the status, so that any status is valid."""

    class Meta:
        model = Enrollment

    student = factory.SubFactory(StudentFactory)
    offering = factory.SubFactory(OfferingFactory)
    program = factory.SelfAttribute("offering.program")
    status = Status.ENROLLED
    seat = factory.LazyAttribute(free_seat)
    first_day = once_begun(lambda it: it.offering.first_day)
    planned_last_day = once_begun(lambda it: it.offering.last_day)
    last_day = factory.LazyAttribute(
        lambda it: it.planned_last_day if it.status == Status.EXITED else None
    )
    exit_reason = factory.LazyAttribute(
        lambda it: ExitReason.COMPLETED if it.status == Status.EXITED else ""
    )
    source = Source.NOMINATED
