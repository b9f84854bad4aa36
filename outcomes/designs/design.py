"""The frozen plan of an evaluation: read, checked, printed in full, hashed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from json import dumps
from typing import Any

from outcomes.designs import reading
from outcomes.designs.errors import DesignError
from outcomes.terms import (
    Assignment,
    CaliperUnit,
    Discard,
    Distance,
    Estimator,
    Method,
    Order,
    OutcomeKind,
    Ties,
)

REFERENCE_YEAR = "reference_year"
DISTANCE = "distance"  # the caliper on the distance itself
SCORES = (Distance.PROPENSITY.value, Distance.LOGIT.value)


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    kind: OutcomeKind = OutcomeKind.CONTINUOUS
    domain: str = ""
    confirmatory: bool = False
    levels: tuple[str, ...] = ()  # lowest first, when the levels are words


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


@dataclass(frozen=True, slots=True)
class Design:
    """Every setting of one evaluation. All keys but the first three have a default."""

    unit: str
    treatment: str
    outcomes: tuple[Outcome, ...]
    covariates: tuple[str, ...] = ()
    pretests: tuple[Pretest, ...] = ()
    exact: tuple[str, ...] = ()
    anti_exact: tuple[str, ...] = ()
    prefer: tuple[tuple[str, ...], ...] = ()  # alike in the first of these, else ...
    require: tuple[str, ...] = ()  # whoever lacks one of these is left out and counted
    distance: Distance = Distance.PROPENSITY
    method: Method = Method.NEAREST
    ratio: int = 1
    replacement: bool = False
    reuse: int | None = None  # with replacement, as often as wished when absent
    order: Order = Order.LARGEST
    subclasses: int = 6
    caliper: Mapping[str, Caliper] = field(default_factory=dict)
    discard: Discard = Discard.NONE
    cutpoints: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    tolerance: float = 0.05
    ties: Ties = Ties.AVERAGE
    tie_tolerance: float = 0.0
    estimator: Estimator = Estimator.DIFFERENCE
    cluster: str | None = None
    assignment: Assignment = Assignment.STUDENT
    subgroups: tuple[str, ...] = ()
    gaps: tuple[GapSpec, ...] = ()
    seed: int = 1

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Design":
        """Read a design, or raise DesignError naming the key and what it expects."""
        design = _READ(given, "")
        first = design.outcomes[0].name
        design = replace(
            design,
            gaps=tuple(replace(g, outcome=g.outcome or first) for g in design.gaps),
        )
        _check_roles(design)
        _check_gaps(design)
        _check_reuse(design)
        return design

    def to_dict(self) -> dict[str, Any]:
        """Every key with the value that is used, ready for JSON."""
        plain: dict[str, Any] = _plain(asdict(self))
        plain["pretests"] = [_short(pretest) for pretest in self.pretests]
        return plain

    def hash(self) -> str:
        """sha256 of the canonical JSON: equal designs, equal hashes."""
        canonical = dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return sha256(canonical.encode()).hexdigest()

    @property
    def matched_on(self) -> tuple[str, ...]:
        """Covariates in declared order, then the pretests not among them."""
        more = [p.name for p in self.pretests if p.name not in self.covariates]
        return (*self.covariates, *more)

    @property
    def caliper_columns(self) -> tuple[str, ...]:
        return tuple(c for c in self.caliper if c != DISTANCE and c not in SCORES)

    @property
    def preferred_columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c for alike in self.prefer for c in alike))

    @property
    def has_score(self) -> bool:
        """Whether the distance is a propensity score, by which students rank."""
        return self.distance in (Distance.PROPENSITY, Distance.LOGIT)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _short(pretest: Pretest) -> str | dict[str, str]:
    return _plain(asdict(pretest)) if pretest.domain else pretest.name


def _outcome(value: Any, path: str) -> Outcome:
    return Outcome(value) if isinstance(value, str) else _OUTCOME(value, path)


def _pretest(value: Any, path: str) -> Pretest:
    if isinstance(value, str):
        return Pretest(reading.text(value, path))
    return _PRETEST(value, path)


def _alike(value: Any, path: str) -> tuple[str, ...]:
    reading.list_of(reading.text, at_least=1)(value, path)
    return reading.names(value, path)


def _sd(value: Any, path: str) -> str | float:
    if isinstance(value, str):
        if value != REFERENCE_YEAR:
            raise reading.refuse(path, value, f'"{REFERENCE_YEAR}" or a number above 0')
        return value
    return reading.number(0, open_end=True)(value, path)


def _score_line(value: Any, path: str) -> float:
    return reading.number(float("-inf"), open_end=True)(value, path)


_OUTCOME = reading.record(
    Outcome,
    {
        "name": reading.text,
        "kind": reading.choice(OutcomeKind),
        "domain": lambda v, p: v if v == "" else reading.text(v, p),
        "confirmatory": reading.flag,
        "levels": reading.list_of(reading.label),
    },
)
_PRETEST = reading.record(Pretest, {"name": reading.text, "domain": reading.text})
_CALIPER = reading.record(
    Caliper,
    {
        "width": reading.number(0),
        "unit": reading.choice(CaliperUnit),
    },
)
_GAP = reading.record(
    GapSpec,
    {
        "dimension": reading.text,
        "focal": reading.label,
        "reference": reading.label,
        "outcome": reading.text,
        "sd": _sd,
        "meets": reading.maybe(_score_line),
    },
)
_READ = reading.record(
    Design,
    {
        "unit": reading.text,
        "treatment": reading.text,
        "outcomes": reading.list_of(_outcome, at_least=1),
        "covariates": reading.names,
        "pretests": reading.list_of(_pretest),
        "exact": reading.names,
        "anti_exact": reading.names,
        "prefer": reading.list_of(_alike),
        "require": reading.names,
        "distance": reading.choice(Distance),
        "method": reading.choice(Method),
        "ratio": reading.whole(1),
        "replacement": reading.flag,
        "reuse": reading.maybe(reading.whole(1)),
        "order": reading.choice(Order),
        "subclasses": reading.whole(2),
        "caliper": reading.mapping_of(_CALIPER),
        "discard": reading.choice(Discard),
        "cutpoints": reading.mapping_of(reading.list_of(_score_line)),
        "tolerance": reading.number(0),
        "ties": reading.choice(Ties),
        "tie_tolerance": reading.number(0),
        "estimator": reading.choice(Estimator),
        "cluster": reading.maybe(reading.text),
        "assignment": reading.choice(Assignment),
        "subgroups": reading.names,
        "gaps": reading.list_of(_GAP),
        "seed": reading.whole(0),
    },
)


def _check_roles(design: Design) -> None:
    """A column cannot both explain and be explained."""
    outcomes = [outcome.name for outcome in design.outcomes]
    if len(set(outcomes)) < len(outcomes):
        raise DesignError("an outcome stands twice; name each once", "outcomes")
    taken = {design.unit: "the unit", design.treatment: "the treatment"}
    taken |= dict.fromkeys(outcomes, "an outcome")
    if len(taken) < 2 + len(outcomes):
        raise DesignError(
            "unit, treatment and outcomes must be different columns", "treatment"
        )
    explaining = {
        "covariates": design.covariates,
        "pretests": tuple(p.name for p in design.pretests),
        "exact": design.exact,
        "anti_exact": design.anti_exact,
        "prefer": design.preferred_columns,
        "caliper": design.caliper_columns,
        "subgroups": design.subgroups,
    }
    for key, columns in explaining.items():
        for column in columns:
            if column in taken:
                raise DesignError(f'"{column}" is already {taken[column]}', key)
    for column in design.anti_exact:
        if column in design.exact:
            raise DesignError(f'"{column}" is also under exact', "anti_exact")


def _check_reuse(design: Design) -> None:
    if design.reuse is not None and not design.replacement:
        raise DesignError("limits replacement; set replacement to true", "reuse")


def _check_gaps(design: Design) -> None:
    known = [outcome.name for outcome in design.outcomes]
    for i, gap in enumerate(design.gaps):
        path = f"gaps[{i}]"
        if gap.outcome not in known:
            hint = reading.nearest(gap.outcome, known)
            expected = f"one of the outcomes {', '.join(known)}{hint}"
            raise reading.refuse(f"{path}.outcome", gap.outcome, expected)
        if gap.focal == gap.reference:
            raise DesignError("focal and reference are the same group", path)
