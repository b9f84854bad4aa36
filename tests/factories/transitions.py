import factory

from enrollment.models import Action, Status, Transition
from tests.factories.enrollments import EnrollmentFactory
from tests.factories.users import UserFactory

ACTIONS = {Status.REFERRED: Action.REFER, Status.EXITED: Action.EXIT}


class TransitionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Transition

    enrollment = factory.SubFactory(EnrollmentFactory)
    sequence = factory.LazyAttribute(lambda it: it.enrollment.transitions.count() + 1)
    action = factory.LazyAttribute(lambda it: ACTIONS.get(it.to_status, Action.ENROLL))
    to_status = factory.SelfAttribute("enrollment.status")
    effective_on = factory.LazyAttribute(
        lambda it: it.enrollment.first_day or it.enrollment.offering.first_day
    )
    actor = factory.SubFactory(UserFactory)
    reason = "named by the grade team"
