import factory

from enrollment.models import Offering
from tests.factories.programs import ProgramFactory
from tests.factories.school_years import SchoolYearFactory
from tests.factories.schools import SchoolFactory


class OfferingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Offering

    program = factory.SubFactory(ProgramFactory)
    school = factory.SubFactory(SchoolFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    label = ""
    grades = factory.LazyFunction(list)
    first_day = factory.SelfAttribute("school_year.first_day")
    last_day = factory.SelfAttribute("school_year.last_day")
    capacity = 10
