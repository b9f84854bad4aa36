"""Who takes part in what. One Enrollment row carries a whole lifecycle; its spell is
the days from first_day to last_day, both included."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from simple_history.models import HistoricalRecords

from enrollment.access import Permission
from enrollment.models.people import Student, StudentYear
from enrollment.models.programs import Offering, Program
from enrollment.models.staff import User
from enrollment.models.versions import Versioned


class Status(models.TextChoices):
    REFERRED = "referred"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ENROLLED = "enrolled"
    EXITED = "exited"
    CLOSED = "closed"
    VOID = "void"


class ExitReason(models.TextChoices):
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED_SCHOOL = "transferred_school"
    LEFT_DISTRICT = "left_district"
    AGED_OUT = "aged_out"
    INELIGIBLE = "ineligible"
    NO_SHOW = "no_show"
    YEAR_END = "year_end"


class Source(models.TextChoices):
    NOMINATED = "nominated"
    APPLIED = "applied"
    ROSTER = "roster"
    IMPORT = "import"


SEATED = [Status.OFFERED, Status.ENROLLED]
LIVE = [Status.REFERRED, Status.WAITLISTED, *SEATED]
SPELLS = [Status.ENROLLED, Status.EXITED]

# Each branch names every null: a CHECK whose condition comes to NULL passes.
NOT_BEGUN = Q(
    status__in=[Status.REFERRED, Status.WAITLISTED, Status.OFFERED, Status.CLOSED],
    first_day__isnull=True,
    planned_last_day__isnull=True,
    last_day__isnull=True,
    exit_reason="",
)
RUNNING = Q(
    status=Status.ENROLLED,
    first_day__isnull=False,
    planned_last_day__isnull=False,
    planned_last_day__gte=F("first_day"),
    last_day__isnull=True,
    exit_reason="",
)
ENDED = Q(
    status=Status.EXITED,
    first_day__isnull=False,
    planned_last_day__isnull=False,
    last_day__isnull=False,
    last_day__gte=F("first_day"),
    exit_reason__in=ExitReason.values,
)
VOIDED = Q(status=Status.VOID, last_day__isnull=True, exit_reason="")


class EnrollmentQuerySet(models.QuerySet):
    def visible_to(self, user, *, on):
        offerings = Offering.objects.in_reach_of(user, Permission.SEE_ENROLLMENTS)
        return self.filter(offering__in=offerings.values("pk"))

    def seated(self):
        return self.filter(status__in=SEATED)

    def taking_part_on(self, day):
        """Spells that cover the day; a running one ends as planned."""
        return self.filter(
            Q(status=Status.ENROLLED, planned_last_day__gte=day)
            | Q(status=Status.EXITED, last_day__gte=day),
            first_day__lte=day,
        )

    def touching(self, first_day, last_day):
        """Spells that share at least a day with the window."""
        return self.filter(
            Q(status=Status.ENROLLED, planned_last_day__gte=first_day)
            | Q(status=Status.EXITED, last_day__gte=first_day),
            first_day__lte=last_day,
        )


class Enrollment(Versioned):
    student = models.ForeignKey(Student, models.PROTECT, related_name="enrollments")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="enrollments")
    program = models.ForeignKey(  # the offering's, copied: spells of one program never
        Program,  # overlap, and a constraint sees one row only
        models.PROTECT,
        related_name="enrollments",
    )
    status = models.CharField(max_length=10, choices=Status)
    seat = models.PositiveIntegerField(null=True)
    first_day = models.DateField(null=True)
    planned_last_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    exit_reason = models.CharField(max_length=20, choices=ExitReason, blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.NOMINATED)
    baseline = models.ForeignKey(  # what was known of the student the day it began
        StudentYear, models.PROTECT, null=True, related_name="+"
    )

    objects = EnrollmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=NOT_BEGUN | RUNNING | ENDED | VOIDED, name="spell_fits_status"
            ),
            CheckConstraint(
                condition=Q(status__in=SEATED, seat__isnull=False, seat__gte=1)
                | (~Q(status__in=SEATED) & Q(seat__isnull=True)),
                name="seated_has_a_seat",
            ),
            UniqueConstraint(
                fields=["offering", "seat"],
                condition=Q(status__in=SEATED),
                name="one_student_a_seat",
            ),
            UniqueConstraint(
                fields=["student", "offering"],
                condition=Q(status__in=LIVE),
                name="one_live_enrollment",
            ),
        ]

    def __str__(self):
        return f"enrollment {self.pk}"


class Action(models.TextChoices):
    REFER = "refer"
    ENROLL = "enroll"
    EXIT = "exit"
    AMEND = "amend"  # the days were wrong; the status stays


class Transition(models.Model):
    """One step of an enrollment: who did it, for which day, and why. Append-only."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="transitions"
    )
    sequence = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=10, choices=Action)
    from_status = models.CharField(max_length=10, choices=Status, blank=True)
    to_status = models.CharField(max_length=10, choices=Status)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["enrollment", "sequence"], name="transitions_are_numbered"
            ),
        ]

    def __str__(self):
        return f"transition {self.pk}"
