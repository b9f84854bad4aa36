"""How alike the groups are, before and after matching, one covariate at a time."""

from dataclasses import dataclass
from functools import cached_property
from math import isclose, sqrt

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.ecdf import Distributions, Gap
from outcomes.engine.effect_sizes import cox_index, hedges_g, pooled_sd
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.matrix import EVERYONE, Narrow
from outcomes.engine.study import Study
from outcomes.terms import PEOPLE, Estimand

BEYOND = 0.10  # SDs; what differs by more is counted
ROUNDING = 1e-12  # weighted means of equal values differ by no more


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One covariate (a level as `race=black`); `after` uses the matching weights.

    `judged` is what the verdict goes by: the WWC effect size or, where a share of 0 or
    1 leaves it undefined, the difference in SDs of the share itself.
    """

    covariate: str
    smd_before: Number
    smd_after: Number
    variance_ratio_before: Number
    variance_ratio_after: Number
    ks_before: float
    ks_after: Number
    ecdf_mean_before: float
    ecdf_mean_after: Number
    wwc_effect_size_before: Number
    wwc_effect_size: Number
    judged: Number
    mean_treated: Number
    mean_comparison: Number


@dataclass(frozen=True)
class Arm:
    """Those of an arm with a weight above 0: (m,) which, and their weights. What hangs
    on these alone is found once, and not again for each covariate."""

    rows: Ints
    weights: Floats

    @classmethod
    def of(cls, members: Flags, weights: Floats) -> "Arm":
        rows = np.flatnonzero(members & (weights > 0))
        return cls(rows, weights[rows])

    @cached_property
    def total(self) -> float:
        return float(self.weights.sum())

    @cached_property
    def is_unweighted(self) -> bool:
        return bool((self.weights == 1).all())

    @cached_property
    def freedom(self) -> float:
        """1 - sum w^2, w summing to 1."""
        return 1 - float(np.sum((self.weights / self.total) ** 2))


@dataclass(frozen=True)
class Values:
    """One covariate in an arm: x (m,) of its students."""

    x: Narrow
    arm: Arm

    @cached_property
    def mean(self) -> float:
        if self.arm.is_unweighted:
            return self.plain_mean
        return float((self.arm.weights * self.x).sum()) / self.arm.total

    @cached_property
    def plain_mean(self) -> float:
        """The mean of the students as they are."""
        return float(self.x.sum()) / len(self.x)

    @cached_property
    def is_constant(self) -> bool:
        return bool(self.x.min() == self.x.max())

    @cached_property
    def squares(self) -> tuple[float, float]:
        """Sum of squares about the mean of the students as they are, and the weighted
        mean of those about theirs."""
        apart = self.x - self.plain_mean
        apart *= apart
        plain = float(apart.sum())
        if self.arm.is_unweighted:
            return plain, plain / len(self.x)
        apart = np.square(self.x - self.mean)
        apart *= self.arm.weights
        return plain, float(apart.sum()) / self.arm.total

    @property
    def sd(self) -> float:
        """Of students as they are; 0 for equal values, whose SD rounding would make a
        little more."""
        if self.is_constant:
            return 0.0
        return sqrt(self.squares[0] / (len(self.x) - 1))

    @property
    def variance(self) -> float:
        if self.is_constant:
            return 0.0
        if self.arm.freedom <= 0:
            raise NotEstimable("one student has no variance")
        return self.squares[1] / self.arm.freedom


@dataclass(frozen=True, slots=True)
class Split:
    """One covariate in the two arms; values count from `origin`, so that small
    differences between large numbers lose no digits."""

    t: Values
    c: Values
    is_binary: bool
    origin: float = 0.0

    @property
    def means(self) -> tuple[float, float]:
        if not len(self.t.x) or not len(self.c.x):
            raise NotEstimable("nobody was matched")
        return self.t.mean, self.c.mean

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.t.x), len(self.c.x)


def balance_table(
    study: Study, weights: Floats, estimand: Estimand = Estimand.ATT
) -> list[BalanceRow]:
    """One row a covariate; weights (n,), 0 for the unmatched."""
    everyone = arms_of(study.treated, np.ones(study.n))
    matched = arms_of(study.treated, weights)
    distributions = Distributions.of(study.treated, weights)
    covariates, rows = study.covariates, []
    flags = covariates.is_binary.tolist()
    for j, (name, is_binary) in enumerate(zip(covariates.names, flags, strict=True)):
        x = covariates.x.columns[j]
        before = split(x, everyone, is_binary=is_binary)
        after = split(x, matched, is_binary=is_binary)
        if is_binary:
            gaps = _gap_of_shares(before), attempt(_gap_of_shares, after)
        else:
            gaps = distributions.gaps(covariates.x[EVERYONE, j])
        rows.append(_row(name, before, after, gaps, estimand))
    return rows


def arms_of(treated: Flags, weights: Floats) -> tuple[Arm, Arm]:
    """Participants and comparison students, by weights (n,)."""
    return Arm.of(treated, weights), Arm.of(~treated, weights)


def split(x: Narrow, arms: tuple[Arm, Arm], *, is_binary: bool) -> Split:
    """The covariate x (n,) in the two arms."""
    t, c = (x.take(arm.rows) for arm in arms)
    origin = 0 if is_binary else x.min()
    if origin:
        t -= origin
        c -= origin
    return Split(Values(t, arms[0]), Values(c, arms[1]), is_binary, float(origin))


def _gap_of_shares(groups: Split) -> Gap:
    """All that the distributions of a 0/1 covariate differ by."""
    means = groups.means
    gap = abs(means[0] - means[1])
    return Gap(largest=gap, mean=gap)


def _row(
    name: str,
    before: Split,
    after: Split,
    gaps: tuple[Gap, Gap | NotEstimable],
    estimand: Estimand,
) -> BalanceRow:
    def smd(groups: Split) -> Number:
        return attempt(standardized_mean_difference, groups, before, estimand)

    effect_size = attempt(wwc_effect_size, after)
    return BalanceRow(
        covariate=name,
        smd_before=smd(before),
        smd_after=smd(after),
        variance_ratio_before=attempt(variance_ratio, before),
        variance_ratio_after=attempt(variance_ratio, after),
        ks_before=gaps[0].largest,
        ks_after=attempt(lambda: known(gaps[1]).largest),
        ecdf_mean_before=gaps[0].mean,
        ecdf_mean_after=attempt(lambda: known(gaps[1]).mean),
        wwc_effect_size_before=attempt(wwc_effect_size, before),
        wwc_effect_size=effect_size,
        judged=attempt(_judged, effect_size, after),
        mean_treated=attempt(lambda: after.origin + after.means[0]),
        mean_comparison=attempt(lambda: after.origin + after.means[1]),
    )


def standardized_mean_difference(
    groups: Split, before: Split, estimand: Estimand = Estimand.ATT
) -> float:
    """(mean_T - mean_C) / SD before matching: of participants for the ATT, of
    comparison students for the ATC, sqrt((SD_T^2 + SD_C^2)/2) for the ATE.

    The SD of a 0/1 covariate is sqrt(p(1 - p)). Source: MatchIt 4.7.2; Stuart (2010),
    Stat. Sci. 25(1):1-21. Raises NotEstimable where the SD is 0 but means differ.
    """
    mean_t, mean_c = groups.means
    if isclose(mean_t, mean_c, rel_tol=ROUNDING):
        return 0.0
    arms = {Estimand.ATT: (before.t,), Estimand.ATC: (before.c,)}
    both = (before.t, before.c)
    sds = [_own_sd(arm, groups.is_binary) for arm in arms.get(estimand, both)]
    sd = sds[0] if len(sds) == 1 else sqrt((sds[0] ** 2 + sds[1] ** 2) / 2)
    if sd == 0:
        raise NotEstimable(f"{PEOPLE[estimand]} do not differ among themselves")
    return (mean_t - mean_c) / sd


def _own_sd(arm: Values, is_binary: bool) -> float:
    if not is_binary:
        return arm.sd
    return sqrt(arm.plain_mean * (1 - arm.plain_mean))


def variance_ratio(groups: Split) -> float:
    """Weighted variance of participants over that of the comparison group.

    var = sum w (x - mean)^2 / (1 - sum w^2), w summing to 1 (MatchIt 4.7.2).
    """
    if groups.is_binary:
        raise NotEstimable("the variance of a 0/1 covariate follows from its mean")
    if not all(groups.counts):
        raise NotEstimable("nobody was matched")
    top, bottom = groups.t.variance, groups.c.variance
    if bottom == 0:
        raise NotEstimable("the comparison group does not vary")
    return top / bottom


def wwc_effect_size(groups: Split) -> float:
    """Hedges' g, or the Cox index of a 0/1 covariate, on weighted means."""
    mean_t, mean_c = groups.means
    n_t, n_c = groups.counts
    if groups.is_binary:
        return cox_index(mean_t, mean_c, n_t, n_c)
    if isclose(mean_t, mean_c, rel_tol=ROUNDING):
        return 0.0
    return hedges_g(mean_t - mean_c, groups.t.sd, groups.c.sd, n_t, n_c)


def _judged(effect_size: Number, groups: Split) -> float:
    if not isinstance(effect_size, NotEstimable):
        return effect_size
    mean_t, mean_c = groups.means
    n_t, n_c = groups.counts
    sd = pooled_sd(groups.t.sd, groups.c.sd, n_t, n_c)
    return (mean_t - mean_c) / sd
