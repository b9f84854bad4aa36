"""How alike the groups are, before and after matching, one covariate at a time."""

from dataclasses import dataclass
from functools import cached_property
from math import isclose, sqrt

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.effect_sizes import cox_index, hedges_g, pooled_sd
from outcomes.engine.estimable import Number, attempt
from outcomes.engine.study import Study
from outcomes.terms import PEOPLE, Estimand

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
    wwc_effect_size_before: Number
    wwc_effect_size: Number
    judged: Number
    mean_treated: Number
    mean_comparison: Number


@dataclass(frozen=True, slots=True)
class Arms:
    """Those with a weight above 0: rows of participants, of comparison students, and
    the weights of both."""

    t: Ints
    c: Ints
    w_t: Floats
    w_c: Floats

    @classmethod
    def of(cls, treated: Flags, weights: Floats) -> "Arms":
        t = np.flatnonzero(treated & (weights > 0))
        c = np.flatnonzero(~treated & (weights > 0))
        return cls(t, c, weights[t], weights[c])


@dataclass(frozen=True)
class Split:
    """One covariate in the two arms, with weights; values count from `origin`, so that
    small differences between large numbers lose no digits."""

    x_t: Floats
    w_t: Floats
    x_c: Floats
    w_c: Floats
    is_binary: bool
    origin: float = 0.0

    @cached_property
    def means(self) -> tuple[float, float]:
        if not len(self.x_t) or not len(self.x_c):
            raise NotEstimable("nobody was matched")
        return _mean(self.x_t, self.w_t), _mean(self.x_c, self.w_c)


def balance_table(
    study: Study, weights: Floats, estimand: Estimand = Estimand.ATT
) -> list[BalanceRow]:
    """One row a covariate; weights (n,), 0 for the unmatched."""
    everyone = Arms.of(study.treated, np.ones(study.n))
    matched = Arms.of(study.treated, weights)
    rows = []
    for j, name in enumerate(study.covariates.names):
        x, is_binary = study.covariates.x[:, j], bool(study.covariates.is_binary[j])
        before = split(x, everyone, is_binary=is_binary)
        after = split(x, matched, is_binary=is_binary)
        rows.append(_row(name, before, after, estimand))
    return rows


def split(x: Floats, arms: Arms, *, is_binary: bool) -> Split:
    """The covariate x (n,) in the two arms."""
    origin = float(x.min())
    x_t, x_c = x[arms.t], x[arms.c]
    x_t -= origin
    x_c -= origin
    return Split(x_t, arms.w_t, x_c, arms.w_c, is_binary, origin)


def _row(name: str, before: Split, after: Split, estimand: Estimand) -> BalanceRow:
    def smd(groups: Split) -> Number:
        return attempt(standardized_mean_difference, groups, before, estimand)

    effect_size = attempt(wwc_effect_size, after)
    return BalanceRow(
        covariate=name,
        smd_before=smd(before),
        smd_after=smd(after),
        variance_ratio_before=attempt(variance_ratio, before),
        variance_ratio_after=attempt(variance_ratio, after),
        ks_before=kolmogorov_smirnov(before),
        ks_after=attempt(kolmogorov_smirnov, after),
        wwc_effect_size_before=attempt(wwc_effect_size, before),
        wwc_effect_size=effect_size,
        judged=attempt(_judged, effect_size, after),
        mean_treated=attempt(lambda: after.origin + after.means[0]),
        mean_comparison=attempt(lambda: after.origin + after.means[1]),
    )


def _mean(x: Floats, w: Floats) -> float:
    return float(np.sum(w * x) / np.sum(w))


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
    arms = {Estimand.ATT: (before.x_t,), Estimand.ATC: (before.x_c,)}
    both = (before.x_t, before.x_c)
    sds = [_own_sd(x, groups.is_binary) for x in arms.get(estimand, both)]
    sd = sds[0] if len(sds) == 1 else sqrt((sds[0] ** 2 + sds[1] ** 2) / 2)
    if sd == 0:
        raise NotEstimable(f"{PEOPLE[estimand]} do not differ among themselves")
    return (mean_t - mean_c) / sd


def _own_sd(x: Floats, is_binary: bool) -> float:
    if not is_binary:
        return _sd(x)
    share = float(x.mean())
    return sqrt(share * (1 - share))


def variance_ratio(groups: Split) -> float:
    """Weighted variance of participants over that of the comparison group.

    var = sum w (x - mean)^2 / (1 - sum w^2), w summing to 1 (MatchIt 4.7.2).
    """
    if groups.is_binary:
        raise NotEstimable("the variance of a 0/1 covariate follows from its mean")
    mean_t, mean_c = groups.means
    top = _variance(groups.x_t, groups.w_t, mean_t)
    bottom = _variance(groups.x_c, groups.w_c, mean_c)
    if bottom == 0:
        raise NotEstimable("the comparison group does not vary")
    return top / bottom


def _variance(x: Floats, w: Floats, mean: float) -> float:
    if x.min() == x.max():
        return 0.0
    share = w / np.sum(w)
    left = 1 - float(np.sum(share**2))
    if left <= 0:
        raise NotEstimable("one student has no variance")
    return float(np.sum(share * (x - mean) ** 2)) / left


def kolmogorov_smirnov(groups: Split) -> float:
    """Largest gap between the weighted distribution functions of the two arms."""
    means = groups.means
    if groups.is_binary:
        return abs(means[0] - means[1])
    # It is widest at a participant's value or just below one.
    at = np.sort(groups.x_t)
    gaps = _shares(groups.x_t, groups.w_t, at)
    gaps -= _shares(groups.x_c, groups.w_c, at)
    return float(np.abs(gaps).max())


def _shares(x: Floats, w: Floats, at: Floats) -> Floats:
    """(2, m) the share, by weight, of those below each value (m,) and of those up to
    it."""
    if w.min() == w.max():
        values, upto = np.sort(x), np.arange(len(x) + 1)
    else:
        order = np.argsort(x, kind="stable")
        values, upto = x[order], np.append(0, np.cumsum(w[order]))
    places = [np.searchsorted(values, at, "left"), np.searchsorted(values, at, "right")]
    shares: Floats = upto[places] / upto[-1]
    return shares


def wwc_effect_size(groups: Split) -> float:
    """Hedges' g, or the Cox index of a 0/1 covariate, on weighted means."""
    mean_t, mean_c = groups.means
    n_t, n_c = len(groups.x_t), len(groups.x_c)
    if groups.is_binary:
        return cox_index(mean_t, mean_c, n_t, n_c)
    if isclose(mean_t, mean_c, rel_tol=ROUNDING):
        return 0.0
    return hedges_g(mean_t - mean_c, _sd(groups.x_t), _sd(groups.x_c), n_t, n_c)


def _sd(x: Floats) -> float:
    """0 for equal values, whose SD rounding would make a little more."""
    return float(x.std(ddof=1)) if x.min() < x.max() else 0.0


def _judged(effect_size: Number, groups: Split) -> float:
    if not isinstance(effect_size, NotEstimable):
        return effect_size
    mean_t, mean_c = groups.means
    n_t, n_c = len(groups.x_t), len(groups.x_c)
    sd = pooled_sd(_sd(groups.x_t), _sd(groups.x_c), n_t, n_c)
    return (mean_t - mean_c) / sd
