"""The analytic sample: matched students who have the outcome, with their weights."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from outcomes.designs.errors import NotEstimable, PromiseBroken
from outcomes.engine.arrays import Flags, Floats, Ints, how_many
from outcomes.engine.covariates import Covariates
from outcomes.engine.estimand import target
from outcomes.engine.matched import Matched, effective_size
from outcomes.engine.matrix import Matrix
from outcomes.engine.propensity import Propensity
from outcomes.engine.study import Study
from outcomes.terms import Estimand


@dataclass(frozen=True)
class Sample:
    """m students. rows : (m,) in the study; y, weights : (m,); covariates : the whole
    study's; clusters : (m,) codes or None; sets : (m,) codes, None unless everyone is
    in one set of pairs without replacement; blocks : (m,) codes within which
    participation may be dealt anew, None where it could have fallen on anyone;
    estimand : whose effect the weights give; fitted : the score, where just these
    students have been asked for theirs."""

    rows: Ints
    treated: Flags
    y: Floats
    weights: Floats
    covariates: Covariates
    clusters: Ints | None
    sets: Ints | None
    blocks: Ints | None = None
    estimand: Estimand = Estimand.ATT
    fitted: Propensity | None = None

    def where(self, keep: Flags | Ints) -> "Sample":
        """Those students only, with the weights they have: (m,) who is kept, or their
        positions, where one may stand several times."""
        return replace(
            self,
            rows=self.rows[keep],
            treated=self.treated[keep],
            y=self.y[keep],
            weights=self.weights[keep],
            clusters=None if self.clusters is None else self.clusters[keep],
            sets=None if self.sets is None else self.sets[keep],
            blocks=None if self.blocks is None else self.blocks[keep],
            fitted=None,
        )

    @property
    def as_read(self) -> Matrix:
        """(m, k) their covariates as they came, for models that centre them."""
        return self.covariates.model_of(self.rows)

    @property
    def x(self) -> Floats:
        """(m, k) their covariates, each from its least value up: every model has an
        intercept, and a level common to all only costs digits."""
        x = self.as_read.dense()
        if len(x):
            x -= x.min(axis=0)
        return x

    def in_sds(self, sd: float) -> "Sample":
        """The same students with the outcome in units of sd, from the lowest up."""
        if sd <= 0:
            raise NotEstimable("the reference SD is 0")
        return replace(self, y=(self.y - self.y.min()) / sd)

    def require_both_arms(self) -> None:
        if not self.treated.any():
            raise NotEstimable(
                "no participant of this group has a match and an outcome"
            )
        if self.treated.all():
            raise NotEstimable("no comparison student of this group has an outcome")

    @cached_property
    def cluster_codes(self) -> Ints | None:
        """(m,) codes 0..G-1 of the clusters that are there, None without clusters."""
        if self.clusters is None:
            return None
        is_there = np.bincount(self.clusters) > 0
        if is_there.all():
            return self.clusters
        return (np.cumsum(is_there) - 1)[self.clusters]

    @cached_property
    def treated_clusters(self) -> int:
        """How many clusters have participants; 0 without clusters."""
        if self.clusters is None:
            return 0
        return how_many(self.clusters[self.treated])

    @cached_property
    def counts(self) -> tuple[int, int]:
        """Participants, comparison students."""
        n_treated = int(self.treated.sum())
        return n_treated, len(self.rows) - n_treated

    def apart(self, one: Flags, other: Flags) -> float:
        """Weighted mean of some (m,) minus that of others, exact for large outcomes."""
        level = float(self.y.min())
        shifted = replace(self, y=self.y - level)
        return shifted.mean(one) - shifted.mean(other)

    @property
    def target(self) -> Flags:
        """(m,) the students whom the effect is on."""
        return target(self.treated, self.estimand)

    @cached_property
    def ess_treated(self) -> float:
        return effective_size(self.weights[self.treated])

    @cached_property
    def ess_comparison(self) -> float:
        return effective_size(self.weights[~self.treated])

    def within_arms(self, values: Floats) -> Floats:
        """(m,) values with each arm's own mean taken out, students unweighted."""
        within: Floats = values - values.min()  # a common level only costs digits
        for arm in (self.treated, ~self.treated):
            if arm.any():
                within[arm] -= within[arm].mean()
        return within

    def mean(self, arm: Flags) -> float:
        """Weighted mean outcome of an arm (m,)."""
        w = self.weights[arm]
        return float(np.sum(w * self.y[arm]) / np.sum(w))

    @cached_property
    def sds(self) -> tuple[float, float]:
        """Unweighted SDs of the outcome of participants and of comparison students, 0
        for equal values."""
        level = self.y.min()
        arms = (self.y[arm] - level for arm in (self.treated, ~self.treated))
        t, c = (float(y.std(ddof=1)) if y.min() < y.max() else 0.0 for y in arms)
        return t, c


def matched_sample(study: Study, whole: Matched, y: Floats) -> Sample:
    """Students in sets whose members all have y (n,), as `broken_sets` leaves them."""
    if np.isnan(y[whole.rows]).any():
        raise PromiseBroken("a set holds a student without the outcome; mend it first")
    sets = None
    if whole.is_paired:
        member = np.full(study.n, -1, dtype=np.int64)
        member[whole.rows] = whole.sets
        sets = member
    sample = _sample(study, y, whole.weights(), sets, whole.estimand)
    if study.blocks is None:
        return sample
    return replace(sample, blocks=study.blocks[sample.rows])


def unmatched_sample(
    study: Study,
    y: Floats,
    estimand: Estimand = Estimand.ATT,
    fitted: Propensity | None = None,
) -> Sample:
    """Everyone with the outcome, unweighted: what a naive comparison would use. fitted
    : the score of the whole study, when known."""
    known = ~np.isnan(y)
    if not known.all():
        return _sample(study, y, known.astype(float), None, estimand)
    even = np.broadcast_to(1.0, study.n)  # which takes no room
    return replace(_sample(study, y, even, None, estimand), fitted=fitted)


def _sample(
    study: Study, y: Floats, weights: Floats, sets: Ints | None, estimand: Estimand
) -> Sample:
    rows = np.flatnonzero(weights > 0)
    of: Ints | slice = rows if len(rows) < study.n else slice(None)  # all: no copies
    return Sample(
        rows=rows,
        treated=study.treated[of],
        y=y[of],
        weights=weights[of],
        covariates=study.covariates,
        clusters=None if study.clusters is None else study.clusters[of],
        sets=None if sets is None else sets[of],
        estimand=estimand,
    )
