import factory

from enrollment.access import Role
from enrollment.models import RoleGrant
from tests.factories.schools import SchoolFactory
from tests.factories.users import UserFactory


class RoleGrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoleGrant

    user = factory.SubFactory(UserFactory)
    role = Role.COORDINATOR
    school = factory.Maybe(
        factory.LazyAttribute(lambda grant: grant.role == Role.COORDINATOR),
        factory.SubFactory(SchoolFactory),
    )
    program = None
