"""Which rows a user may see: asked in one place, by every read, write and reference."""

from datetime import date
from typing import final

from django.db.models import QuerySet

from enrollment.access import Permission
from enrollment.models import Program, School, SchoolYear, User
from outcomes.models import Measure

CATALOGUE = (School, SchoolYear, Program, Measure)  # names no child


def visible(rows: QuerySet, user: User, *, on: date) -> QuerySet:
    """The rows within the user's scope; a model that has no rule shows nothing."""
    if issubclass(rows.model, CATALOGUE):
        return rows if user.may(Permission.SEE_REFERENCE) else rows.none()
    return rows.visible_to(user, on=on)


def reaches(user: User, permission: Permission, *, school, program) -> bool:
    """Whether a grant of the user carries the permission to this school and program."""
    return any(
        grant.school_id in (None, school.pk) and grant.program_id in (None, program.pk)
        for grant in user.grants_of(permission)
    )


class VisibleToUser:
    """A resource reads through its user's scope and cannot say otherwise."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "get_queryset" in cls.__dict__:
            raise TypeError(f"{cls.__name__} may not replace get_queryset: see scope.")

    @final
    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()
        return visible(self.queryset.all(), self.request.user, on=self.request.today)
