"""What stands under the keys of a design that are more than a word or a number."""

from dataclasses import dataclass
from typing import Any

from outcomes.designs import reading
from outcomes.terms import CaliperUnit, OutcomeKind

REFERENCE_YEAR = "reference_year"
CROSS = "*"  # `race*gender` groups students by both columns


def crossed(dimension: str) -> tuple[str, ...]:
    """The columns whose labels together make the groups of a dimension."""
    return tuple(dimension.split(CROSS))


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


def outcome(value: Any, path: str) -> Outcome:
    return Outcome(value) if isinstance(value, str) else _OUTCOME(value, path)


def pretest(value: Any, path: str) -> Pretest:
    if isinstance(value, str):
        return Pretest(reading.text(value, path))
    return _PRETEST(value, path)


def alike(value: Any, path: str) -> tuple[str, ...]:
    reading.list_of(reading.text, at_least=1)(value, path)
    return reading.names(value, path)


def _sd(value: Any, path: str) -> str | float:
    if isinstance(value, str):
        if value != REFERENCE_YEAR:
            raise reading.refuse(path, value, f'"{REFERENCE_YEAR}" or a number above 0')
        return value
    return reading.number(0, open_end=True)(value, path)


def score_line(value: Any, path: str) -> float:
    return reading.number(float("-inf"), open_end=True)(value, path)


_OUTCOME = reading.record(
    Outcome,
    {
        "name": reading.text,
        "kind": reading.choice(OutcomeKind),
        "domain": lambda v, p: v if v == "" else reading.text(v, p),
        "confirmatory": reading.flag,
        "levels": reading.list_of(reading.label),
        "matters": reading.maybe(score_line),
    },
)
_PRETEST = reading.record(Pretest, {"name": reading.text, "domain": reading.text})
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
        "dimension": reading.text,
        "focal": reading.label,
        "reference": reading.label,
        "outcome": reading.text,
        "sd": _sd,
        "meets": reading.maybe(score_line),
    },
)
