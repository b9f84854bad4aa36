import factory

from enrollment.models import SchoolMembership
from tests.factories.days import FIRST_DAY
from tests.factories.schools import SchoolFactory
from tests.factories.students import StudentFactory


class SchoolMembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SchoolMembership

    student = factory.SubFactory(StudentFactory)
    school = factory.SubFactory(SchoolFactory)
    grade = "05"
    first_day = FIRST_DAY
    last_day = None
