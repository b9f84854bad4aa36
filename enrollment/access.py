"""Who may do what: the whole policy on one page, read by the API and by the tests."""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """One verb on one kind of record."""

    SEE_REFERENCE = "see schools, school years, programs, offerings and measures"
    SEE_STUDENTS = "see students, their years and their memberships"
    SEE_ENROLLMENTS = "see enrollments and rosters"
    SEE_SCORES = "see scores"
    SEE_EVALUATIONS = "see evaluations, runs and their reports"
    KEEP_REFERENCE = "keep schools, school years, programs and measures"
    KEEP_OFFERINGS = "keep offerings"
    KEEP_STUDENTS = "keep students, their years and their memberships"
    KEEP_SCORES = "record scores"
    ENROLL = "enroll students and end enrollments"
    EVALUATE = "plan, lock and run evaluations"


class Role(StrEnum):
    ADMIN = "admin"
    COORDINATOR = "coordinator"
    EVALUATOR = "evaluator"


@dataclass(frozen=True)
class Policy:
    """What a role may do, and whether its sight ends at the schools of its grant."""

    in_words: str
    permissions: frozenset[Permission]
    needs_school: bool = False


P = Permission
POLICIES = {
    Role.ADMIN: Policy("the office: the whole district", frozenset(Permission)),
    Role.COORDINATOR: Policy(
        "enrols students of the schools (and programs) of the grant",
        frozenset(
            {
                P.SEE_REFERENCE,
                P.SEE_STUDENTS,
                P.SEE_ENROLLMENTS,
                P.SEE_SCORES,
                P.KEEP_OFFERINGS,
                P.ENROLL,
            }
        ),
        needs_school=True,
    ),
    Role.EVALUATOR: Policy(
        "plans and runs comparisons, and never sees a child's record",
        frozenset({P.SEE_REFERENCE, P.SEE_EVALUATIONS, P.EVALUATE}),
    ),
}
