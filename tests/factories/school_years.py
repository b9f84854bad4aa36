from datetime import date

import factory

from enrollment.models import SchoolYear


class SchoolYearFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SchoolYear
        django_get_or_create = ["year"]

    year = 2026
    first_day = factory.LazyAttribute(lambda it: date(it.year - 1, 9, 4))
    last_day = factory.LazyAttribute(lambda it: date(it.year, 6, 18))
