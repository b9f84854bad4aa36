"""What the rules look at, read at once for any number of students and offerings."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from enrollment.models import (
    Enrollment,
    Offering,
    SchoolMembership,
    Student,
    StudentYear,
)
from enrollment.models.participation import SPELLS
from enrollment.services.rules import Seats

CHUNK = 5_000  # of ids in one question: SQLite takes 32,766


@dataclass
class StudentFacts:
    memberships: list[tuple] = field(default_factory=list)
    snapshots: list[tuple] = field(default_factory=list)  # oldest first
    enrollments: list[Enrollment] = field(default_factory=list)

    def places_on(self, day: date, school_year: int) -> list[tuple[int, str]]:
        """School and grade on the day; a snapshot of another year tells neither."""
        return [
            (school, grade)
            for school, grade, first_day, last_day in self.memberships
            if first_day <= day and (last_day is None or day <= last_day)
        ] or [
            (school, grade)
            for _, as_of, year, school, grade in self.snapshots
            if as_of <= day and year == school_year
        ][-1:]

    def baseline_on(self, day: date) -> int | None:
        known = [pk for pk, as_of, *_ in self.snapshots if as_of <= day]
        return known[-1] if known else None

    def spell_from(self, offering: int, first_day: date) -> Enrollment | None:
        for enrollment in self.enrollments:
            if (
                enrollment.offering_id == offering
                and enrollment.first_day == first_day
                and enrollment.status in SPELLS
            ):
                return enrollment
        return None

    def enrollment(self, number: int) -> Enrollment:
        return next(it for it in self.enrollments if it.pk == number)


class Facts:
    """Locks the offerings and the students, always in this order and by number, so that
    what is read here stays true until the transaction ends."""

    def __init__(self, *, offerings: set[int], students: set[int]):
        self.offerings = _locked_offerings(offerings)
        self.students = defaultdict(StudentFacts)
        for chunk in chunks(_locked_students(students)):
            self._read_memberships(chunk)
            self._read_snapshots(chunk)
            self._read_enrollments(chunk)
        self.seats = defaultdict(Seats)
        seated = Enrollment.objects.seated().filter(offering__in=self.offerings)
        for offering, seat in seated.values_list("offering", "seat"):
            self.seats[offering].hold(seat)

    def _read_memberships(self, students):
        fields = ["student", "school", "grade", "first_day", "last_day"]
        rows = SchoolMembership.objects.filter(student__in=students)
        for student, *membership in rows.values_list(*fields):
            self.students[student].memberships.append(tuple(membership))

    def _read_snapshots(self, students):
        fields = ["student", "pk", "as_of", "school_year", "school", "grade"]
        rows = StudentYear.objects.filter(student__in=students).order_by("as_of", "pk")
        for student, *snapshot in rows.values_list(*fields):
            self.students[student].snapshots.append(tuple(snapshot))

    def _read_enrollments(self, students):
        rows = Enrollment.objects.filter(student__in=students)
        for enrollment in rows.order_by("pk"):
            self.students[enrollment.student_id].enrollments.append(enrollment)


def _locked_offerings(numbers: set[int]) -> dict[int, Offering]:
    # NO KEY UPDATE lets others point at the row meanwhile: only writers of it wait.
    rows = Offering.objects.select_for_update(no_key=True, of=("self",))
    found = {}
    for chunk in chunks(sorted(numbers)):
        rows_of_chunk = rows.filter(pk__in=chunk).order_by("pk")
        found |= {row.pk: row for row in rows_of_chunk.select_related("program")}
    return found


def _locked_students(numbers: set[int]) -> list[int]:
    rows = Student.objects.select_for_update(no_key=True).order_by("pk")
    return [
        pk
        for chunk in chunks(sorted(numbers))
        for pk in rows.filter(pk__in=chunk).values_list("pk", flat=True)
    ]


def chunks(things: list):
    remaining = iter(things)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
