from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from enrollment.models import User
from outcomes.models.evaluations import Evaluation, EvaluationQuerySet


class Purpose(models.TextChoices):
    DIAGNOSTICS = "diagnostics"  # overlap, balance, power: no outcome value is read
    IMPACT = "impact"


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINISHED = [RunState.DONE, RunState.FAILED, RunState.CANCELLED]


class RunQuerySet(EvaluationQuerySet):
    def unfinished(self):
        return self.exclude(state__in=FINISHED)


class Run(models.Model):
    """One execution of an evaluation: a row that anyone may watch, whatever the queue.

    A worker holds a run by its lease, which it renews while it works. A lease that is
    over puts the run back in the queue; `attempt` fences off the worker that lost it.
    """

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="runs")
    purpose = models.CharField(max_length=11, choices=Purpose, default=Purpose.IMPACT)
    # The evaluation's version when it was queued: a draft may change, its runs do not.
    evaluation_version = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=RunState, default=RunState.QUEUED)
    stage = models.CharField(max_length=40, blank=True)
    progress = models.FloatField(default=0)  # 0 to 1
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    design_hash = models.CharField(max_length=64, blank=True)
    input_hash = models.CharField(max_length=64, blank=True)
    # Of all but the outcomes; none for runs from before it was kept.
    baseline_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001
    engine = models.CharField(max_length=40, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=1000, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=1),
                name="progress_is_a_share",
            ),
            CheckConstraint(
                condition=Q(
                    state=RunState.QUEUED,
                    lease_until__isnull=True,
                    finished_at__isnull=True,
                )
                | Q(
                    state=RunState.RUNNING,
                    lease_until__isnull=False,
                    started_at__isnull=False,
                    finished_at__isnull=True,
                )
                | Q(
                    state__in=FINISHED,
                    lease_until__isnull=True,
                    finished_at__isnull=False,
                ),
                name="a_run_is_held_while_it_runs",
            ),
            CheckConstraint(
                condition=~Q(state=RunState.DONE)
                | (~Q(design_hash="") & ~Q(input_hash="") & ~Q(engine="")),
                name="a_done_run_names_its_hashes",
            ),
            CheckConstraint(
                condition=~Q(state=RunState.FAILED) | ~Q(error_code=""),
                name="a_failed_run_says_why",
            ),
            UniqueConstraint(
                fields=["evaluation", "purpose", "design_hash"],
                condition=~Q(state__in=FINISHED),
                name="one_unfinished_run_of_a_plan",
            ),
        ]

    def __str__(self):
        return f"run {self.pk}"
