"""What stands under the keys of a design that are more than a word or a number."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from outcomes.designs import reading
from outcomes.designs.errors import DesignError
from outcomes.terms import CaliperUnit, OutcomeKind

REFERENCE_YEAR = "reference_year"
UNSAID = ("",)  # columns that a design leaves open: no column is called so
MOST_CLUSTERS = 3  # for each of the participants': there are seldom more
CROSS = "*"  # `race*gender` groups students by both columns


def crossed(dimension: str) -> tuple[str, ...]:
    """The columns whose labels together make the groups of a dimension."""
    return tuple(dimension.split(CROSS))


def columns_of(dimensions: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c for d in dimensions for c in crossed(d)))


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    kind: OutcomeKind = OutcomeKind.CONTINUOUS
    domain: str = ""
    confirmatory: bool = False
    levels: tuple[str, ...] = ()  # lowest first, when the levels are words
    matters: float | None = None  # the smallest effect worth having, in points


@dataclass(frozen=True, slots=True)
class Pretest:
    """A baseline measure. Without a domain it serves the outcomes of every domain."""

    name: str
    domain: str = ""
    same_as: str = ""  # the outcome that is the same measure, at a later time


@dataclass(frozen=True, slots=True)
class Placebo:
    """A measure of before the program, asked as if it were an outcome."""

    name: str
    kind: OutcomeKind = OutcomeKind.CONTINUOUS
    pretests: tuple[str, ...] = ()  # of before the measure, in place of what is left
    without: tuple[str, ...] = ()  # out beside the measure: columns dated after it


@dataclass(frozen=True, slots=True)
class Caliper:
    width: float
    unit: CaliperUnit = CaliperUnit.SD


@dataclass(frozen=True, slots=True)
class GapSpec:
    dimension: str
    focal: str
    reference: str
    outcome: str = ""  # the first outcome when absent
    sd: str | float = REFERENCE_YEAR
    meets: float | None = None


@dataclass(frozen=True, slots=True)
class MatchClusters:
    """Whole clusters, such as the grades of schools, are matched before students."""

    of: tuple[str, ...] = UNSAID  # the columns that name a cluster
    on: tuple[str, ...] = UNSAID  # what its students' mean or make-up is compared of
    trend: tuple[tuple[str, str], ...] = ()  # later, earlier: by how much a mean rose
    size: bool = True  # whether the number of students is compared
    apart: tuple[str, ...] = UNSAID  # never alike in these with any participant
    ratio: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        rises = (column for pair in self.trend for column in pair)
        return tuple(dict.fromkeys([*self.of, *self.on, *rises, *self.apart]))


def outcome(value: Any, path: str) -> Outcome:
    if isinstance(value, str):
        return Outcome(reading.text(value, path))
    return _OUTCOME(value, path)


def pretest(value: Any, path: str) -> Pretest:
    if isinstance(value, str):
        return Pretest(reading.text(value, path))
    return _PRETEST(value, path)


def placebo(value: Any, path: str) -> Placebo:
    is_name = isinstance(value, str)
    found = Placebo(reading.text(value, path)) if is_name else _PLACEBO(value, path)
    for name in found.pretests:
        if name in (found.name, *found.without):
            raise DesignError(f'"{name}" is both left out and a pretest', path)
    return found


def dimension(value: Any, path: str) -> str:
    """A column, or several crossed."""
    found = reading.text(value, path)
    columns = crossed(found)
    if len(set(columns)) < len(columns) or not all(c.strip() for c in columns):
        expected = f'a column, or different columns joined by "{CROSS}"'
        raise reading.refuse(path, value, expected)
    return found


def some_names(value: Any, path: str) -> tuple[str, ...]:
    reading.list_of(reading.text, at_least=1)(value, path)
    return reading.names(value, path)


def _rise(value: Any, path: str) -> tuple[str, str]:
    found = reading.names(value, path)
    if len(found) != 2:
        raise reading.refuse(path, value, "two columns, the later one first")
    return found[0], found[1]


def _sd(value: Any, path: str) -> str | float:
    if isinstance(value, str):
        if value != REFERENCE_YEAR:
            raise reading.refuse(path, value, f'"{REFERENCE_YEAR}" or a number above 0')
        return value
    return reading.number(0, open_end=True)(value, path)


def clusters_filled_in(
    said: MatchClusters | None, cluster: str | None, matched_on: tuple[str, ...]
) -> MatchClusters | None:
    """With what a design leaves open: `of` and `apart` are the cluster that errors go
    by, `on` is what students are matched on."""
    if said is None:
        return None
    if cluster is None:
        raise DesignError(
            'whole clusters are matched, so errors go by them: name the "cluster"',
            "match_clusters",
        )
    return replace(
        said,
        of=(cluster,) if said.of == UNSAID else said.of,
        on=matched_on if said.on == UNSAID else said.on,
        apart=(cluster,) if said.apart == UNSAID else said.apart,
    )


def score_line(value: Any, path: str) -> float:
    return reading.number(float("-inf"), open_end=True)(value, path)


_OUTCOME = reading.record(
    Outcome,
    {
        "name": reading.text,
        "kind": reading.choice(OutcomeKind),
        "domain": lambda v, p: v if v == "" else reading.text(v, p),
        "confirmatory": reading.flag,
        "levels": reading.each_once(reading.label),
        "matters": reading.maybe(score_line),
    },
)
_PRETEST = reading.record(
    Pretest,
    {"name": reading.text, "domain": reading.text, "same_as": reading.text},
)
_PLACEBO = reading.record(
    Placebo,
    {
        "name": reading.text,
        "kind": reading.choice(OutcomeKind),
        "pretests": reading.names,
        "without": reading.names,
    },
)
CALIPER = reading.record(
    Caliper,
    {
        "width": reading.number(0),
        "unit": reading.choice(CaliperUnit),
    },
)
GAP = reading.record(
    GapSpec,
    {
        "dimension": dimension,
        "focal": reading.label,
        "reference": reading.label,
        "outcome": reading.text,
        "sd": _sd,
        "meets": reading.maybe(score_line),
    },
)
MATCH_CLUSTERS = reading.record(
    MatchClusters,
    {
        "of": some_names,
        "on": reading.names,
        "trend": reading.list_of(_rise),
        "size": reading.flag,
        "apart": reading.names,
        "ratio": reading.whole(1, MOST_CLUSTERS),
    },
)
