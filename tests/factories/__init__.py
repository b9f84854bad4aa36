"""One factory a model; what it makes is valid, and the clock is never read."""

from tests.factories.enrollments import EnrollmentFactory
from tests.factories.evaluations import EvaluationFactory
from tests.factories.findings import FindingsFactory, MatchedStudentFactory
from tests.factories.history import LookFactory, PlanVersionFactory
from tests.factories.measures import MeasureFactory
from tests.factories.memberships import SchoolMembershipFactory
from tests.factories.offerings import OfferingFactory
from tests.factories.programs import ProgramFactory
from tests.factories.role_grants import RoleGrantFactory
from tests.factories.runs import RunFactory
from tests.factories.school_years import SchoolYearFactory
from tests.factories.schools import SchoolFactory
from tests.factories.scores import ScoreFactory
from tests.factories.student_years import StudentYearFactory
from tests.factories.students import StudentFactory
from tests.factories.transitions import TransitionFactory
from tests.factories.users import UserFactory

__all__ = [
    "EnrollmentFactory",
    "EvaluationFactory",
    "FindingsFactory",
    "LookFactory",
    "MatchedStudentFactory",
    "MeasureFactory",
    "OfferingFactory",
    "PlanVersionFactory",
    "ProgramFactory",
    "RoleGrantFactory",
    "RunFactory",
    "SchoolFactory",
    "SchoolMembershipFactory",
    "SchoolYearFactory",
    "ScoreFactory",
    "StudentFactory",
    "StudentYearFactory",
    "TransitionFactory",
    "UserFactory",
]
