"""What a school-grade was like before: names for it, and the two-level default.

`school_grade:math@2025` is the mean of the measure among those who in that school year
sat in the school and grade in which a student sits now: mostly other children.
`school_grade:low_income=yes@2025` is the share of them with a fact, among those of whom
it is known, and `school_grade:size@2025` is how many they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from enrollment.models import AssignmentLevel, Program, SchoolYear
from outcomes.designs.errors import DesignError
from outcomes.models import Measure, Period, Score
from outcomes.terms import Estimand

PREFIX, SIZE = "school_grade:", "size"
SHARES = ("race_ethnicity", "gender", "el_status", "swd", "low_income")
MAKE_UP = ("race_ethnicity", "low_income", "el_status", "swd")
YEARS_BEFORE = 2
OTHERS_EACH = 2
# Whoever says one of these has chosen how students are matched.
WAYS = (
    "method",
    "ratio",
    "min_ratio",
    "max_ratio",
    "replacement",
    "reuse",
    "order",
    "prefer",
)


@dataclass(frozen=True)
class SchoolGradeColumn:
    """The mean of a measure, the share with a `fact` (with its label), or, without
    either, how many: of those who sat there in a school year that is over."""

    name: str
    year: int
    measure: Measure | None = None
    period: str = ""
    fact: str = ""

    def scores(self) -> QuerySet[Score]:
        return Score.objects.valid(self.measure, self.year, self.period)


def is_school_grade(name: str) -> bool:
    return name.startswith(PREFIX)


def read(
    name: str,
    path: str,
    measures: Mapping[str, Measure],
    facts: Mapping[str, tuple[str, ...]],
) -> SchoolGradeColumn:
    """The column that a name stands for, or DesignError saying what it expects.

    facts : the labels of each fact.
    """
    of = name.removeprefix(PREFIX).partition("@")[0]
    if (pinned := pin_of(name)) is None:
        raise _unknown(name, path)
    year, period = pinned
    fact, equals, label = of.partition("=")
    if of in measures:
        return SchoolGradeColumn(name, year, measures[of], period)
    if period or (equals and (fact not in SHARES or label not in facts[fact])):
        raise _unknown(name, path)
    if not equals and of != SIZE:
        raise _unknown(name, path)
    return SchoolGradeColumn(name, year, fact=of if equals else "")


def pin_of(name: str) -> tuple[int, str] | None:
    """The year and the period, if any, to which `math@2025.spring` is pinned; None
    where they are none."""
    year, dot, period = name.partition("@")[2].partition(".")
    is_year = year.isascii() and year.isdigit() and len(year) == 4
    if not is_year or (dot and period not in Period.values):
        return None
    return int(year), period


def _unknown(name: str, path: str) -> DesignError:
    return DesignError(
        f'"{name}" is not of a school-grade; write a measure, a share or the size with '
        f'its year, such as "{PREFIX}math@2025", "{PREFIX}low_income=yes@2025" or '
        f'"{PREFIX}{SIZE}@2025"; shares are of {", ".join(SHARES)}',
        path,
    )


def years_over(first_day: date) -> list[int]:
    """School years that ended before a day, the latest first."""
    over = SchoolYear.objects.filter(last_day__lt=first_day).order_by("-year")
    return list(over.values_list("year", flat=True))


def with_two_levels(
    given: Mapping[str, Any],
    program: Program,
    measures: Mapping[str, Measure],
    first_day: date | None,
) -> dict[str, Any]:
    """A design of a whole-grade program that says nothing of clusters: school-grades
    first, by what they were in the two years before, then everyone in full sets.

    first_day : of the window; without one nothing is added.
    """
    is_whole = program.assignment_level == AssignmentLevel.SCHOOL_GRADE
    if first_day is None or not is_whole or not _leaves_it_open(given):
        return dict(given)
    added: dict[str, Any] = {"match_clusters": _two_levels(given, measures, first_day)}
    if not any(key in given for key in WAYS):
        added["method"] = "full"
    return {**given, **added}


def _leaves_it_open(given: Mapping[str, Any]) -> bool:
    """Says nothing of clusters, and nothing that goes with none."""
    is_theirs = given.get("estimand", Estimand.ATT) == Estimand.ATT
    has_cluster = given.get("cluster", True)
    says_none = "match_clusters" not in given and not given.get("entry")
    return bool(says_none and has_cluster and is_theirs)


def _two_levels(given, measures, first_day: date) -> dict[str, Any]:
    years = years_over(first_day)[:YEARS_BEFORE]
    tested = [
        [f"{PREFIX}{code}@{year}" for year in years if _is_scored(code, year, measures)]
        for code in dict.fromkeys(_outcome_codes(given, measures))
    ]
    sizes = [f"{PREFIX}{SIZE}@{year}" for year in years]
    scores = [name for names in tested for name in names]
    return {
        "of": ["school", "grade"],
        "on": [*names_of(given.get("pretests")), *scores, *MAKE_UP],
        "trend": [names for names in (*tested, sizes) if len(names) == YEARS_BEFORE],
        "ratio": OTHERS_EACH,
    }


def _outcome_codes(given, measures) -> list[str]:
    codes = [name.partition("@")[0] for name in names_of(given.get("outcomes"))]
    return [code for code in codes if code in measures]


def _is_scored(code: str, year: int, measures: Mapping[str, Measure]) -> bool:
    column = SchoolGradeColumn(code, year, measures[code])
    return column.scores().exists()


def names_of(items: Any) -> list[str]:
    """Of outcomes or pretests, each name once, in order."""
    names = map(name_of, items if isinstance(items, list) else [])
    return list(dict.fromkeys(name for name in names if name))


def name_of(item: Any) -> str | None:
    """What an outcome or a pretest is called, written either way; None if neither."""
    name = item.get("name") if isinstance(item, Mapping) else item
    return name if isinstance(name, str) else None
