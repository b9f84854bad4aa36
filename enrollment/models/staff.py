from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Coalesce

from enrollment.access import POLICIES, Permission, Role


class User(AbstractUser):
    """A person who signs in. What they may do stands in their role grants."""

    def grants_of(self, permission: Permission) -> list["RoleGrant"]:
        """The grants that carry the permission; a superuser holds the office's."""
        if not self.is_active:
            return []
        if self.is_superuser:
            return [RoleGrant(user=self, role=Role.ADMIN)]
        return [
            grant
            for grant in self.role_grants.all()
            if permission in POLICIES[grant.role].permissions
        ]

    def may(self, permission: Permission) -> bool:
        return bool(self.grants_of(permission))

    def may_everywhere(self, permission: Permission) -> bool:
        """Not only at a school, or for a program."""
        grants = self.grants_of(permission)
        return any(g.school_id is None and g.program_id is None for g in grants)

    def __str__(self):
        return self.username


class RoleGrant(models.Model):
    """A role at a school, for a program, or where neither is named, everywhere."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=[(role, role) for role in Role])
    school = models.ForeignKey("School", models.PROTECT, null=True, related_name="+")
    program = models.ForeignKey("Program", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(  # no school is a school too, which SQLite must be told
                "user",
                "role",
                Coalesce("school", 0, output_field=models.BigIntegerField()),
                Coalesce("program", 0, output_field=models.BigIntegerField()),
                name="one_grant_of_a_kind",
            ),
            CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="known_role"
            ),
            CheckConstraint(
                condition=~Q(role=Role.COORDINATOR) | Q(school__isnull=False),
                name="a_coordinator_has_a_school",
            ),
        ]

    def __str__(self):
        return f"{self.role} grant {self.pk}"
