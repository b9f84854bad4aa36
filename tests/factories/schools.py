import factory

from enrollment.models import School, SchoolLevel


class SchoolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = School
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"0035{n + 1:04}")
    name = factory.LazyAttribute(lambda school: f"School {school.code}")
    level = SchoolLevel.K8
