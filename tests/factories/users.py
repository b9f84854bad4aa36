import factory

from enrollment.access import Role
from enrollment.models import RoleGrant, User


class UserFactory(factory.django.DjangoModelFactory):
    """A person without a role: `UserFactory(admin=True)`, `UserFactory(evaluator=True)`
    and `UserFactory(coordinator_of=school)` have one."""

    class Meta:
        model = User
        django_get_or_create = ["username"]
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n + 1}")
    password = "!"  # no password fits; hashing one takes longer than the test

    @factory.post_generation
    def grants(self, create, grants):
        for grant in grants or []:
            RoleGrant.objects.create(user=self, **grant)

    @factory.post_generation
    def admin(self, create, is_one):
        if is_one:
            RoleGrant.objects.create(user=self, role=Role.ADMIN)

    @factory.post_generation
    def evaluator(self, create, is_one):
        if is_one:
            RoleGrant.objects.create(user=self, role=Role.EVALUATOR)

    @factory.post_generation
    def coordinator_of(self, create, school):
        if school:
            RoleGrant.objects.create(user=self, role=Role.COORDINATOR, school=school)
