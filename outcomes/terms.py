"""Words that models and engine both speak. The first of each enum is its default."""

from collections.abc import Mapping
from enum import StrEnum


class Method(StrEnum):
    NEAREST = "nearest"
    OPTIMAL = "optimal"
    FULL = "full"
    EXACT = "exact"
    CEM = "cem"
    SUBCLASS = "subclass"
    CARDINALITY = "cardinality"
    ENTROPY = "entropy"
    IPW = "ipw"


class Distance(StrEnum):
    PROPENSITY = "propensity"
    LOGIT = "logit"
    MAHALANOBIS = "mahalanobis"
    ROBUST_MAHALANOBIS = "robust_mahalanobis"
    EUCLIDEAN = "euclidean"


class Order(StrEnum):
    LARGEST = "largest"
    SMALLEST = "smallest"
    CLOSEST = "closest"
    RANDOM = "random"


class Discard(StrEnum):
    """Which arm loses those who score beyond everyone of the other arm."""

    NONE = "none"
    TREATED = "treated"
    COMPARISON = "comparison"
    BOTH = "both"


class Ties(StrEnum):
    AVERAGE = "average"
    SEEDED = "seeded"


class BrokenSets(StrEnum):
    """What becomes of a matched set one of whose members has no outcome."""

    REWEIGHT = "reweight"
    DROP = "drop"


class Estimator(StrEnum):
    DIFFERENCE = "difference"
    G_COMPUTATION = "g_computation"
    AIPW = "aipw"


class RequestedError(StrEnum):
    """A standard error that stands beside the others only when it is asked for."""

    TWO_WAY = "two_way"
    ABADIE_IMBENS = "abadie_imbens"
    BOOTSTRAP = "bootstrap"


class Assignment(StrEnum):
    """The level at which someone decided who takes part."""

    STUDENT = "student"
    SCHOOL_GRADE = "school_grade"
    SCHOOL = "school"


class OutcomeKind(StrEnum):
    CONTINUOUS = "continuous"
    BINARY = "binary"
    LEVELS = "levels"


class CaliperUnit(StrEnum):
    SD = "sd"
    RAW = "raw"


class VerdictCode(StrEnum):
    """What a federal reviewer would say of the baseline (WWC Standards 4.1)."""

    MEETS_WITH_RESERVATIONS = "meets_with_reservations"
    NEEDS_ADJUSTMENT_IN_MODEL = "needs_adjustment_in_model"
    NOT_EQUIVALENT = "not_equivalent"
    NO_PRETEST = "no_pretest"
    CONFOUND_N1 = "confound_n1"
    NO_OVERLAP = "no_overlap"


class Estimand(StrEnum):
    """Whose effect; a report says ATM where some of them found no match."""

    ATT = "ATT"  # participants
    ATC = "ATC"  # comparison students
    ATE = "ATE"  # both together


# What a report calls the students whom the effect is on.
PEOPLE: Mapping[Estimand, str] = {
    Estimand.ATT: "participants",
    Estimand.ATC: "comparison students",
    Estimand.ATE: "students",
}
ATM = "ATM"  # those of the estimand's students who found a match


class GapMetric(StrEnum):
    MEAN_SD = "mean_sd"
    V = "v"
    SHARE_MEETING = "share_meeting"


ALPHA = 0.05  # two-sided, as the WWC judges
FEW_STUDENTS = 10  # fewer on a side say more of themselves than of the program


def counted(n: int, people: str) -> str:
    """`1 participant`, `2 participants`."""
    return f"{n:,} {people.removesuffix('s') if n == 1 else people}"
