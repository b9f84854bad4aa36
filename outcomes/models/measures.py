from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from enrollment.access import Permission
from enrollment.models import SchoolYear, Student
from enrollment.models.people import OfVisibleStudents
from enrollment.models.versions import Versioned


class Kind(models.TextChoices):
    CONTINUOUS = "continuous"
    BINARY = "binary"
    LEVELS = "levels"


class Direction(models.TextChoices):
    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"


class Measure(Versioned):
    """A test or a rate, with the scale its values stand on and the years it was given.

    Values on two scales are never put together: each scale is a measure of its own.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    domain = models.CharField(max_length=40, blank=True)  # ela, math, attendance ...
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.CONTINUOUS)
    direction = models.CharField(
        max_length=16, choices=Direction, default=Direction.HIGHER
    )
    scale = models.CharField(max_length=60, blank=True)
    minimum = models.FloatField(null=True)
    maximum = models.FloatField(null=True)
    meets = models.FloatField(null=True)  # the value from which expectations are met
    first_year = models.PositiveSmallIntegerField(null=True)
    last_year = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(code=""), name="a_measure_has_a_code"),
            CheckConstraint(
                condition=Q(kind__in=Kind.values), name="known_kind_of_measure"
            ),
            CheckConstraint(
                condition=Q(direction__in=Direction.values), name="known_direction"
            ),
            CheckConstraint(
                condition=Q(minimum__isnull=True)
                | Q(maximum__isnull=True)
                | Q(minimum__lt=F("maximum")),
                name="a_scale_has_a_length",
            ),
            CheckConstraint(
                condition=Q(first_year__isnull=True)
                | Q(last_year__isnull=True)
                | Q(first_year__lte=F("last_year")),
                name="valid_years_in_order",
            ),
        ]

    def spans(self, value: float) -> bool:
        """Whether the value stands on the scale, its ends included."""
        low, high = self.minimum, self.maximum
        return (low is None or low <= value) and (high is None or value <= high)

    def was_given_in(self, year: int) -> bool:
        first, last = self.first_year, self.last_year
        return (first is None or first <= year) and (last is None or year <= last)

    def __str__(self):
        return self.code


class Period(models.TextChoices):
    FALL = "fall"
    WINTER = "winter"
    SPRING = "spring"
    YEAR = "year"


class ScoreStatus(models.TextChoices):
    VALID = "valid"
    ABSENT = "absent"
    ALTERNATE = "alternate"
    EXEMPT = "exempt"


class ScoreQuerySet(OfVisibleStudents):
    permission = Permission.SEE_SCORES

    def valid(self, measure: Measure, year: int | None = None, period: str = ""):
        """Those of a measure that have a value, in any year and period unless told."""
        rows = self.filter(measure=measure, status=ScoreStatus.VALID)
        rows = rows.filter(school_year=year) if year else rows
        return rows.filter(period=period) if period else rows


class Score(models.Model):
    """One value of one measure for one student, with the day it was observed."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="scores")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="scores")
    school_year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    period = models.CharField(max_length=6, choices=Period)
    observed_on = models.DateField()
    value = models.FloatField(null=True)
    status = models.CharField(
        max_length=9, choices=ScoreStatus, default=ScoreStatus.VALID
    )

    objects = ScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["student", "measure", "school_year", "period"],
                name="one_score_a_period",
            ),
            CheckConstraint(
                condition=Q(period__in=Period.values), name="score_of_a_known_period"
            ),
            CheckConstraint(
                condition=Q(status=ScoreStatus.VALID, value__isnull=False)
                | Q(
                    status__in=[
                        ScoreStatus.ABSENT,
                        ScoreStatus.ALTERNATE,
                        ScoreStatus.EXEMPT,
                    ],
                    value__isnull=True,
                ),
                name="only_a_valid_score_has_a_value",
            ),
        ]
        indexes = [
            # What a comparison fetches: one measure, one year.
            models.Index(fields=["measure", "school_year"], name="score_measure_year")
        ]

    def __str__(self):
        return f"score {self.pk}"
