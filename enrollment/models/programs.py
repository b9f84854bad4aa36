from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from simple_history.models import HistoricalRecords

from enrollment.access import Permission
from enrollment.models.people import Grade, School, SchoolYear
from enrollment.models.versions import Versioned


class Delivery(models.TextChoices):
    COHORT = "cohort"  # a small nominated group that meets in sessions
    WHOLE_GRADE = "whole_grade"  # every child of a grade; it follows the roster


class AssignmentLevel(models.TextChoices):
    """Where it is decided who takes part; standard errors are clustered there."""

    STUDENT = "student"
    SCHOOL_GRADE = "school_grade"
    SCHOOL = "school"


class Program(Versioned):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    delivery = models.CharField(max_length=12, choices=Delivery)
    assignment_level = models.CharField(max_length=12, choices=AssignmentLevel)
    grades = models.JSONField(default=list)  # empty: any

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(code=""), name="a_program_has_a_code"),
            CheckConstraint(
                condition=Q(delivery__in=Delivery.values), name="known_delivery"
            ),
            CheckConstraint(
                condition=Q(assignment_level__in=AssignmentLevel.values),
                name="known_assignment_level",
            ),
        ]

    def __str__(self):
        return self.code


class OfferingQuerySet(models.QuerySet):
    def in_reach_of(self, user, permission):
        """Those at the schools, and of the programs, of the user's grants."""
        reach = Q(pk__in=[])
        for grant in user.grants_of(permission):
            one = Q()
            if grant.school_id:
                one &= Q(school=grant.school_id)
            if grant.program_id:
                one &= Q(program=grant.program_id)
            reach |= one or Q(pk__isnull=False)
        return self.filter(reach)

    def visible_to(self, user, *, on):
        return self if user.may(Permission.SEE_REFERENCE) else self.none()


class Offering(Versioned):
    """A program at one school in one year, with its seats; no capacity is no limit."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="offerings")
    school = models.ForeignKey(School, models.PROTECT, related_name="offerings")
    school_year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    label = models.CharField(max_length=60, blank=True)
    grades = models.JSONField(default=list)  # a list of Grade; empty: the program's
    first_day = models.DateField()
    last_day = models.DateField()
    capacity = models.PositiveIntegerField(null=True)

    objects = OfferingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["program", "school", "school_year", "label"],
                name="one_offering_a_label",
            ),
            CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="an_offering_ends_after_it_begins",
            ),
            CheckConstraint(
                condition=Q(capacity__isnull=True)
                | Q(capacity__isnull=False, capacity__gt=0),
                name="capacity_is_none_or_more",
            ),
        ]

    def grades_served(self) -> list[str]:
        return self.grades or self.program.grades or Grade.values

    def __str__(self):
        return f"offering {self.pk} of {self.program_id} at {self.school_id}"
