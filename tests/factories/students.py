from datetime import date

import factory

from enrollment.models import Student


class StudentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Student
        django_get_or_create = ["lasid"]

    lasid = factory.Sequence(lambda n: f"{n + 1:06}")  # zeros in front, as in life
    sasid = factory.Sequence(lambda n: f"{1000000001 + n}")
    first_name = factory.Sequence(lambda n: f"First{n + 1}")
    last_name = factory.Sequence(lambda n: f"Last{n + 1}")
    birth_date = date(2015, 3, 14)
