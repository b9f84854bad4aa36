import factory

from outcomes.models import Look, PlanVersion, Step
from tests.factories.evaluations import EvaluationFactory
from tests.factories.runs import RunFactory
from tests.factories.users import UserFactory


class PlanVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PlanVersion

    evaluation = factory.SubFactory(EvaluationFactory)
    version = factory.SelfAttribute("evaluation.version")
    step = Step.DRAFTED
    design = factory.SelfAttribute("evaluation.design")
    design_hash = "d" * 64
    by = factory.SubFactory(UserFactory)


class LookFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Look

    run = factory.SubFactory(RunFactory, state="done")
    viewer = factory.SubFactory(UserFactory)
    part = "report"
