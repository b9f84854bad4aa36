import factory

from outcomes.models import Direction, Kind, Measure


class MeasureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Measure
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"measure-{n + 1}")
    name = factory.LazyAttribute(lambda measure: f"Test {measure.code}")
    domain = "ela"
    kind = Kind.CONTINUOUS
    direction = Direction.HIGHER
    scale = "440 to 560"
    minimum = 440
    maximum = 560
    meets = 500
