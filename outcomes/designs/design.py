"""The frozen plan of an evaluation: read, checked, printed in full, hashed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from hashlib import sha256
from json import dumps
from typing import Any

from outcomes.designs import checks, clauses, reading, uses
from outcomes.designs.clauses import (
    Caliper,
    GapSpec,
    MatchClusters,
    Outcome,
    Placebo,
    Pretest,
    columns_of,
)
from outcomes.terms import (
    Assignment,
    BrokenSets,
    Discard,
    Distance,
    Estimand,
    Estimator,
    Method,
    Order,
    RequestedError,
    Ties,
)

DISTANCE = "distance"  # the caliper on the distance itself
SCORES = (Distance.PROPENSITY.value, Distance.LOGIT.value)


@dataclass(frozen=True, slots=True)
class Design:
    """Every setting of one evaluation. All keys but the first three have a default."""

    unit: str
    treatment: str
    outcomes: tuple[Outcome, ...]
    covariates: tuple[str, ...] = ()
    pretests: tuple[Pretest, ...] = ()
    equivalent_on: tuple[str, ...] | None = None  # beside own pretests; all when absent
    exact: tuple[str, ...] = ()
    anti_exact: tuple[str, ...] = ()
    entry: str | None = None  # tells the rows of one student apart, and is exact
    prefer: tuple[tuple[str, ...], ...] = ()  # alike in the first of these, else ...
    require: tuple[str, ...] = ()  # whoever lacks one of these is left out and counted
    distance: Distance = Distance.PROPENSITY
    method: Method = Method.NEAREST
    estimand: Estimand = Estimand.ATT
    ratio: int = 1
    min_ratio: int | None = None  # with max_ratio: the ratio is then that of the mean
    max_ratio: int | None = None
    replacement: bool = False
    reuse: int | None = None  # with replacement, as often as wished when absent
    order: Order = Order.LARGEST
    subclasses: int = 6
    level_minimum: int = 1  # levels of fewer students are joined to one
    caliper: Mapping[str, Caliper] = field(default_factory=dict)
    discard: Discard = Discard.NONE
    cutpoints: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    tolerance: float = 0.05
    ties: Ties = Ties.AVERAGE
    tie_tolerance: float = 0.0
    broken_sets: BrokenSets = BrokenSets.REWEIGHT
    estimator: Estimator = Estimator.DIFFERENCE
    folds: int = 1  # AIPW predicts each from models of the others; 1: from all
    cluster: str | None = None
    errors: tuple[RequestedError, ...] = ()
    assignment: Assignment = Assignment.STUDENT
    match_clusters: MatchClusters | None = None  # before their students
    subgroups: tuple[str, ...] = ()
    gaps: tuple[GapSpec, ...] = ()
    placebo: tuple[Placebo, ...] = ()  # measures of before, asked as outcomes
    seed: int = 1

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "Design":
        """Read a design, or raise DesignError naming the key and what it expects."""
        design = _READ(given, "")
        first = design.outcomes[0].name
        design = replace(
            design,
            gaps=tuple(replace(g, outcome=g.outcome or first) for g in design.gaps),
            match_clusters=clauses.clusters_filled_in(
                design.match_clusters, design.cluster, design.matched_on
            ),
        )
        design._check()
        return design

    def _check(self) -> None:
        outcomes = [outcome.name for outcome in self.outcomes]
        checks.names_stand_once(self.unit, self.treatment, outcomes, self.entry)
        taken = {self.unit: "the unit", self.treatment: "the treatment"}
        taken |= dict.fromkeys(outcomes, "an outcome")
        explaining = self._explaining() | {"placebo": self.placebo_columns}
        checks.explaining_is_not_explained(explaining, taken)
        checks.cluster_is_known_before(self.cluster, self.treatment, outcomes)
        checks.nothing_is_alike_and_unlike(self.alike_in, self.anti_exact)
        checks.dimensions_stand_once(self.subgroups)
        checks.placebos_are_of_before(self.placebo, self.explaining)
        checks.placebos_are_measures(self.placebo, self.not_measures)
        checks.gaps_are_of_outcomes(self.gaps, outcomes)
        checks.pretests_are_of_outcomes(self.pretests, outcomes)
        checks.judged_is_matched_on(self.equivalent_on, self.matched_on)
        checks.ratios_are_in_order(self.min_ratio, self.ratio, self.max_ratio)
        if self.min_ratio is not None:
            checks.ratio_can_vary(
                self.method, self.distance, replacement=self.replacement
            )
        checks.reuse_needs_replacement(self.reuse, self.replacement)
        checks.rows_of_one_student_hang_together(
            self.entry, self.cluster, replacement=self.replacement
        )
        checks.clusters_can_be_compared(self.match_clusters)
        checks.method_reaches(self.estimand, self.method)
        uses.promises_can_be_kept(self.to_dict(), DEFAULTS)
        checks.method_has_its_score(self.method, self.distance)
        checks.students_may_serve_again(self.method, replacement=self.replacement)
        checks.estimand_suits(self.estimand, self.gaps, self.match_clusters)

    def _explaining(self) -> dict[str, tuple[str, ...]]:
        return {
            "covariates": self.covariates,
            "pretests": tuple(p.name for p in self.pretests),
            "exact": self.exact,
            "anti_exact": self.anti_exact,
            "prefer": self.preferred_columns,
            "caliper": self.caliper_columns,
            "match_clusters": self.cluster_columns,
            "subgroups": columns_of(self.subgroups),
            "gaps": columns_of(gap.dimension for gap in self.gaps),
        }

    @property
    def explaining(self) -> frozenset[str]:
        """Every column by which students are compared or grouped."""
        columns = self._explaining().values()
        return frozenset(name for names in columns for name in names)

    def to_dict(self) -> dict[str, Any]:
        """Every key with the value that is used, ready for JSON."""
        plain: dict[str, Any] = _plain(self)
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
    def alike_in(self) -> tuple[str, ...]:
        """Columns in which a participant and his match must agree."""
        return self.exact if self.entry is None else (*self.exact, self.entry)

    @property
    def caliper_columns(self) -> tuple[str, ...]:
        return tuple(c for c in self.caliper if c != DISTANCE and c not in SCORES)

    @property
    def cluster_columns(self) -> tuple[str, ...]:
        return self.match_clusters.columns if self.match_clusters else ()

    @property
    def placebo_columns(self) -> tuple[str, ...]:
        """What placebos need beside the rest: themselves, and their pretests."""
        named = (name for p in self.placebo for name in (p.name, *p.pretests))
        return tuple(dict.fromkeys(named))

    @property
    def preferred_columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c for alike in self.prefer for c in alike))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """By what students are grouped, one column or several crossed."""
        gaps = (gap.dimension for gap in self.gaps)
        return tuple(dict.fromkeys((*self.subgroups, *gaps)))

    @property
    def group_columns(self) -> tuple[str, ...]:
        return columns_of(self.dimensions)

    @property
    def not_measures(self) -> dict[str, str]:
        """Columns that say who a student is like or with, and so are no placebo."""
        found = dict.fromkeys(self.group_columns, "what students are grouped by")
        named = {self.entry: "the entry", self.cluster: "the cluster"}
        return found | {name: what for name, what in named.items() if name}

    @property
    def ratios(self) -> tuple[int, int]:
        """How many comparison students a participant is given, at least and at most."""
        return self.min_ratio or self.ratio, self.max_ratio or self.ratio

    @property
    def has_score(self) -> bool:
        """Whether the distance is a propensity score, by which students rank."""
        return self.distance in checks.OF_SCORE


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


def _short(pretest: Pretest) -> str | dict[str, str]:
    """What was said of a pretest; a name alone stays one."""
    said = {key: value for key, value in asdict(pretest).items() if value}
    return said if len(said) > 1 else pretest.name


_READ = reading.record(
    Design,
    {
        "unit": reading.text,
        "treatment": reading.text,
        "outcomes": reading.list_of(clauses.outcome, at_least=1),
        "covariates": reading.names,
        "pretests": reading.list_of(clauses.pretest),
        "equivalent_on": reading.maybe(reading.names),
        "exact": reading.names,
        "anti_exact": reading.names,
        "entry": reading.maybe(reading.text),
        "prefer": reading.list_of(clauses.some_names),
        "require": reading.names,
        "distance": reading.choice(Distance),
        "method": reading.choice(Method),
        "estimand": reading.choice(Estimand),
        "ratio": reading.whole(1),
        "min_ratio": reading.maybe(reading.whole(1)),
        "max_ratio": reading.maybe(reading.whole(1)),
        "replacement": reading.flag,
        "reuse": reading.maybe(reading.whole(1)),
        "order": reading.choice(Order),
        "subclasses": reading.whole(2),
        "level_minimum": reading.whole(1),
        "caliper": reading.mapping_of(clauses.CALIPER),
        "discard": reading.choice(Discard),
        "cutpoints": reading.mapping_of(reading.list_of(clauses.score_line)),
        "tolerance": reading.number(0),
        "ties": reading.choice(Ties),
        "tie_tolerance": reading.number(0),
        "broken_sets": reading.choice(BrokenSets),
        "estimator": reading.choice(Estimator),
        "folds": reading.whole(1),
        "cluster": reading.maybe(reading.text),
        "errors": reading.each_once(reading.choice(RequestedError)),
        "assignment": reading.choice(Assignment),
        "match_clusters": reading.maybe(clauses.MATCH_CLUSTERS),
        "subgroups": reading.each_once(clauses.dimension),
        "gaps": reading.list_of(clauses.GAP),
        "placebo": reading.list_of(clauses.placebo),
        "seed": reading.whole(0),
    },
)
DEFAULTS: Mapping[str, Any] = Design("", "", ()).to_dict()  # when nobody names a key
