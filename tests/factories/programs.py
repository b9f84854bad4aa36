import factory

from enrollment.models import AssignmentLevel, Delivery, Program


class ProgramFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Program
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"program-{n + 1}")
    name = factory.LazyAttribute(lambda program: f"The {program.code}")
    delivery = Delivery.COHORT
    assignment_level = AssignmentLevel.STUDENT
    grades = factory.LazyFunction(list)
