"""Who is who: identity is current and shown everywhere, what is analysed is dated."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from enrollment.access import Permission
from enrollment.models.versions import Versioned


class SchoolLevel(models.TextChoices):
    EARLY = "early"
    ELEMENTARY = "elementary"
    K8 = "k8"
    MIDDLE = "middle"
    HIGH = "high"


class School(Versioned):
    code = models.CharField(max_length=8, unique=True)  # the state's eight digits
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=12, choices=SchoolLevel, blank=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(code=""), name="a_school_has_a_code")
        ]

    def __str__(self):
        return self.code


class SchoolYear(Versioned):
    """Named by the year in which it ends, the state's habit: 2026 is 2025-26."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="a_school_year_ends_after_it_begins",
            ),
            CheckConstraint(
                condition=Q(last_day__year=F("year")),
                name="a_school_year_is_named_by_its_end",
            ),
        ]

    def __str__(self):
        return f"{self.year - 1}-{self.year % 100:02}"


class StudentQuerySet(models.QuerySet):
    def visible_to(self, user, *, on, permission=Permission.SEE_STUDENTS):
        """Those at a school of the user's on the day; all of them for the office."""
        schools = [grant.school_id for grant in user.grants_of(permission)]
        if not schools:
            return self.none()
        if None in schools:
            return self
        there = SchoolMembership.objects.filter(school__in=schools).open_on(on)
        return self.filter(pk__in=there.values("student"))


class Student(Versioned):
    """Identity only. Group and grade are dated: they stand in StudentYear."""

    lasid = models.CharField(max_length=20, unique=True)  # text: zeros count
    sasid = models.CharField(max_length=10, unique=True, null=True)  # noqa: DJ001
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField(null=True)

    objects = StudentQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(lasid=""), name="a_student_has_a_lasid"),
            CheckConstraint(
                condition=Q(sasid__isnull=True) | ~Q(sasid=""),
                name="a_sasid_is_never_blank",
            ),
        ]

    def __str__(self):
        return f"student {self.pk}"  # logs and errors print this: never a name


class RaceEthnicity(models.TextChoices):
    """The state's seven reporting groups."""

    BLACK = "black", "African American/Black"
    AMERICAN_INDIAN = "american_indian", "American Indian/Alaska Native"
    ASIAN = "asian", "Asian"
    HISPANIC = "hispanic", "Hispanic/Latino"
    MULTIRACE = "multirace", "Multi-race, non-Hispanic"
    PACIFIC_ISLANDER = "pacific_islander", "Native Hawaiian/Pacific Islander"
    WHITE = "white", "White"


class Gender(models.TextChoices):
    FEMALE = "F"
    MALE = "M"
    NONBINARY = "N"


class ElStatus(models.TextChoices):
    NEVER = "never"
    CURRENT = "current"
    FORMER = "former"


class Collection(models.TextChoices):
    OCTOBER = "oct"
    MARCH = "mar"
    END_OF_YEAR = "eoy"


class Grade(models.TextChoices):
    PK = "PK"
    K0 = "K0"
    K1 = "K1"
    K2 = "K2"
    K = "K"
    G01, G02, G03, G04 = "01", "02", "03", "04"
    G05, G06, G07, G08 = "05", "06", "07", "08"
    G09, G10, G11, G12 = "09", "10", "11", "12"
    SP = "SP"


def one_of(field: str, choices) -> Q:
    """The field holds a known code or is unknown; both are said, for a NULL passes."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__in": choices.values})


class OfVisibleStudents(models.QuerySet):
    """Rows that belong to a student: seen by whoever may see that student."""

    permission = Permission.SEE_STUDENTS

    def visible_to(self, user, *, on):
        if any(g.school_id is None for g in user.grants_of(self.permission)):
            return self
        students = Student.objects.visible_to(user, on=on, permission=self.permission)
        return self.filter(student__in=students.values("pk"))


class StudentYear(Versioned):
    """A dated snapshot of a student. Every flag may be unknown, which is not "no"."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="years")
    school_year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    collection = models.CharField(max_length=3, choices=Collection)
    as_of = models.DateField()
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    grade = models.CharField(max_length=2, choices=Grade)
    race_ethnicity = models.CharField(  # noqa: DJ001
        max_length=20, choices=RaceEthnicity, null=True
    )
    gender = models.CharField(max_length=1, choices=Gender, null=True)  # noqa: DJ001
    el_status = models.CharField(max_length=8, choices=ElStatus, null=True)  # noqa: DJ001
    swd = models.BooleanField(null=True)
    low_income = models.BooleanField(null=True)
    days_member = models.PositiveSmallIntegerField(null=True)
    days_attended = models.PositiveSmallIntegerField(null=True)

    objects = OfVisibleStudents.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["student", "school_year", "collection"],
                name="one_snapshot_a_collection",
            ),
            CheckConstraint(
                condition=Q(days_attended__isnull=True)
                | Q(
                    days_member__isnull=False,
                    days_attended__isnull=False,
                    days_attended__lte=F("days_member"),
                ),
                name="attended_within_membership",
            ),
            CheckConstraint(
                condition=Q(collection__in=Collection.values),
                name="snapshot_of_a_known_collection",
            ),
            CheckConstraint(
                condition=Q(grade__in=Grade.values), name="snapshot_in_a_known_grade"
            ),
            CheckConstraint(
                condition=one_of("race_ethnicity", RaceEthnicity)
                & one_of("gender", Gender)
                & one_of("el_status", ElStatus),
                name="snapshot_of_known_groups",
            ),
        ]

    def __str__(self):
        return f"snapshot {self.pk}"


class MembershipQuerySet(OfVisibleStudents):
    def open_on(self, day):
        return self.filter(
            Q(last_day__isnull=True) | Q(last_day__gte=day), first_day__lte=day
        )


class SchoolMembership(Versioned):
    """A student's unbroken time on the roll of one school, both days included."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="memberships")
    school = models.ForeignKey(School, models.PROTECT, related_name="memberships")
    grade = models.CharField(max_length=2, choices=Grade)
    first_day = models.DateField()
    last_day = models.DateField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["student", "school", "first_day"],
                name="one_membership_a_first_day",
            ),
            CheckConstraint(
                condition=Q(last_day__isnull=True)
                | Q(last_day__isnull=False, last_day__gte=F("first_day")),
                name="a_membership_ends_after_it_begins",
            ),
            CheckConstraint(
                condition=Q(grade__in=Grade.values), name="membership_in_a_known_grade"
            ),
        ]

    def __str__(self):
        return f"membership {self.pk}"
