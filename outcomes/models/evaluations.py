from django.db import models
from django.db.models import CheckConstraint, F, Q

from enrollment.access import Permission
from enrollment.models import Program, SchoolYear, User
from enrollment.models.versions import Versioned


class EvaluationState(models.TextChoices):
    DRAFT = "draft"
    LOCKED = "locked"


class EvaluationQuerySet(models.QuerySet):
    def visible_to(self, user, *, on):
        return self if user.may(Permission.SEE_EVALUATIONS) else self.none()


class Evaluation(Versioned):
    """A question and the plan to answer it. Once locked it never changes: a database
    trigger says so, and a changed plan is a new evaluation that names its parent."""

    name = models.CharField(max_length=120)
    program = models.ForeignKey(Program, models.PROTECT, related_name="evaluations")
    rivals = models.JSONField(default=list)  # codes of programs that would blur it
    first_day = models.DateField()  # a spell that begins in the window is treatment;
    last_day = models.DateField()  # covariates are dated strictly before its first day
    outcome_year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    design = models.JSONField()  # every key, with the default that was used
    # As its author wrote it; what it leaves open is chosen anew while it is a draft.
    written = models.JSONField(null=True)
    state = models.CharField(
        max_length=6, choices=EvaluationState, default=EvaluationState.DRAFT
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    locked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    locked_at = models.DateTimeField(null=True)
    design_hash = models.CharField(max_length=64, blank=True)
    # What its diagnostics had read and by which engine, when it was locked.
    baseline_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001 - none read
    engine = models.CharField(max_length=40, null=True)  # noqa: DJ001

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="a_window_ends_after_it_begins",
            ),
            CheckConstraint(
                condition=Q(
                    state=EvaluationState.DRAFT,
                    locked_by__isnull=True,
                    locked_at__isnull=True,
                    design_hash="",
                )
                | (
                    Q(
                        state=EvaluationState.LOCKED,
                        locked_by__isnull=False,
                        locked_at__isnull=False,
                    )
                    & ~Q(design_hash="")
                ),
                name="locked_by_someone_at_some_time",
            ),
        ]

    def __str__(self):
        return f"evaluation {self.pk}"
