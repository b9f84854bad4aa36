"""What a run found. Written once, in the transaction that ends it; only the services
read these rows, so that nothing leaves unseen (an import contract says so)."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from enrollment.models import Student
from outcomes.models.runs import Run


class Findings(models.Model):
    """The report of a run as canonical JSON, byte for byte what the engine said.

    hidden : the groups that are not shown to who may not see students; empty in runs of
    before this was worked out.
    """

    run = models.OneToOneField(Run, models.PROTECT, related_name="findings")
    report = models.TextField()
    hidden = models.JSONField(null=True)

    def __str__(self):
        return f"findings of run {self.run_id}"


class MatchedStudent(models.Model):
    """A student in a matched set, with the weight the effects were computed with."""

    run = models.ForeignKey(
        Run,
        models.PROTECT,
        related_name="matched_students",
        db_index=False,  # `once_in_a_matched_set` begins with the run
    )
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    set_number = models.PositiveIntegerField(null=True)  # none for a weighting method
    is_participant = models.BooleanField()
    weight = models.FloatField()
    entry = models.DateField(null=True)  # the index date of the set
    tier = models.PositiveSmallIntegerField(null=True)  # none unless tiers were asked

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["run", "student", "set_number"], name="once_in_a_matched_set"
            ),
            UniqueConstraint(  # two empty set numbers are not equal to each other
                fields=["run", "student"],
                condition=Q(set_number__isnull=True),
                name="weighted_once_without_a_set",
            ),
            CheckConstraint(condition=Q(weight__gt=0), name="a_weight_is_positive"),
        ]

    def __str__(self):
        return f"matched student {self.pk}"
