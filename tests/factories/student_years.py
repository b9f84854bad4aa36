from datetime import date

import factory

from enrollment.models import Collection, ElStatus, Gender, RaceEthnicity, StudentYear
from tests.factories.school_years import SchoolYearFactory
from tests.factories.schools import SchoolFactory
from tests.factories.students import StudentFactory

DAYS = {  # of the calendar year in which the school year begins, or ends
    Collection.OCTOBER: (-1, 10, 1),
    Collection.MARCH: (0, 3, 1),
    Collection.END_OF_YEAR: (0, 6, 18),
}


def collected_on(snapshot) -> date:
    years, month, day = DAYS[snapshot.collection]
    return date(snapshot.school_year.year + years, month, day)


class StudentYearFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StudentYear

    student = factory.SubFactory(StudentFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    collection = Collection.OCTOBER
    as_of = factory.LazyAttribute(collected_on)
    school = factory.SubFactory(SchoolFactory)
    grade = "05"
    race_ethnicity = RaceEthnicity.BLACK
    gender = Gender.MALE
    el_status = ElStatus.NEVER
    swd = False
    low_income = True
    days_member = 20
    days_attended = 19
