"""How a number came to be: every version of a plan, and who looked at what it found.

Both only grow. Database triggers refuse to change or delete a row, so that nobody can
say afterwards that only one design was tried, or that no one had seen the outcomes.
"""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from enrollment.models import User
from outcomes.models.evaluations import Evaluation
from outcomes.models.runs import Run


class Step(models.TextChoices):
    DRAFTED = "drafted"
    AMENDED = "amended"
    LOCKED = "locked"


class PlanVersion(models.Model):
    """What a plan said from one change to the next."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    step = models.CharField(max_length=7, choices=Step)
    design = models.JSONField()
    design_hash = models.CharField(max_length=64)  # of the whole question, as in a run
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["evaluation", "version"], name="one_record_of_a_plan_version"
            ),
            CheckConstraint(condition=Q(step__in=Step.values), name="known_plan_step"),
            CheckConstraint(
                condition=~Q(design_hash=""), name="a_plan_version_has_a_hash"
            ),
        ]

    def __str__(self):
        return f"version {self.version} of evaluation {self.evaluation_id}"


class Look(models.Model):
    """Somebody was shown a part of what a run found."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="looks")
    viewer = models.ForeignKey(User, models.PROTECT, related_name="+")
    # At a terminal nobody signs in: the operating system's name for who typed, beside
    # the user in whose name it was shown. Empty over HTTP.
    at_terminal = models.CharField(max_length=64, blank=True)
    part = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(part=""), name="a_look_is_at_some_part")
        ]

    def __str__(self):
        return f"look {self.pk} at run {self.run_id}"
