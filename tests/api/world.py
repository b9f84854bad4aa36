"""Two schools that must not see each other's children, one of each record at each.

Numbers of different models start far apart, so that a join on the wrong column cannot
come out right by luck; what names a child of school B is a word found nowhere else.
"""

from dataclasses import dataclass

from django.db.models import Model

from tests.factories import (
    EnrollmentFactory,
    EvaluationFactory,
    MeasureFactory,
    OfferingFactory,
    ProgramFactory,
    RunFactory,
    SchoolFactory,
    SchoolMembershipFactory,
    SchoolYearFactory,
    ScoreFactory,
    StudentFactory,
    StudentYearFactory,
)

CANARIES = ["Zilpzalp", "Rohrdommel", "ZZ7788", "9988776655"]
ABSENT = 999_999_999


@dataclass
class World:
    """`own` and `foreign` hold one record for each kind, by the name of its route."""

    own: dict[str, Model]
    foreign: dict[str, Model]


def build_world() -> World:
    program = ProgramFactory(pk=3_000_000)
    ada = StudentFactory(pk=1_000_000, lasid="001", first_name="Ada")
    bo = StudentFactory(
        pk=1_000_001,
        lasid=CANARIES[2],
        sasid=CANARIES[3],
        first_name=CANARIES[0],
        last_name=CANARIES[1],
    )
    return World(
        own=records_of(ada, SchoolFactory(pk=2_000_000), program, 0),
        foreign=records_of(bo, SchoolFactory(pk=2_000_001), program, 1),
    )


def records_of(student, school, program, n: int) -> dict[str, Model]:
    year = SchoolYearFactory()
    offering = OfferingFactory(
        pk=4_000_000 + n, program=program, school=school, label=f"Club {n}"
    )
    there = {"student": student, "school": school}
    return {
        "schools": school,
        "school-years": year,
        "students": student,
        "student-years": StudentYearFactory(pk=5_000_000 + n, **there),
        "memberships": SchoolMembershipFactory(pk=6_000_000 + n, **there),
        "programs": program,
        "offerings": offering,
        "enrollments": EnrollmentFactory(
            pk=7_000_000 + n, student=student, offering=offering
        ),
        "measures": MeasureFactory(pk=11_000_000, code="ela"),
        "scores": ScoreFactory(pk=8_000_000 + n, student=student),
        "evaluations": EvaluationFactory(pk=9_000_000 + n, program=program),
        "runs": RunFactory(pk=10_000_000 + n, evaluation__pk=12_000_000 + n),
    }
