from datetime import date

import factory

from outcomes.models import Period, Score, ScoreStatus
from tests.factories.measures import MeasureFactory
from tests.factories.school_years import SchoolYearFactory
from tests.factories.students import StudentFactory

TESTED = {
    Period.FALL: (-1, 10, 15),
    Period.WINTER: (0, 1, 15),
    Period.SPRING: (0, 4, 15),
    Period.YEAR: (0, 6, 18),
}


def tested_on(score) -> date:
    years, month, day = TESTED[score.period]
    return date(score.school_year.year + years, month, day)


class ScoreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Score

    student = factory.SubFactory(StudentFactory)
    measure = factory.SubFactory(MeasureFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    period = Period.SPRING
    observed_on = factory.LazyAttribute(tested_on)
    status = ScoreStatus.VALID
    value = factory.LazyAttribute(
        lambda it: 490.0 if it.status == ScoreStatus.VALID else None
    )
