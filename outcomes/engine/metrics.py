"""Points between which Euclidean distance is the metric that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import rankdata

from outcomes.engine.arrays import WIDTH, Flags, Floats, Ints, blocks, packed
from outcomes.engine.covariates import Covariates
from outcomes.engine.linear import gram, independent
from outcomes.engine.matrix import EVERYONE, Matrix, Narrow
from outcomes.engine.notices import Warn
from outcomes.engine.patterns import Patterns

FLAT = 1e-10  # an SD within the arms below this share of the whole SD is rounding
CONDITION = 1e-8  # a direction with a smaller share of the variance is rounding
MOST_FLAGS = 30  # of which one number tells
SHARED, MOST_CELLS = 64, 1000  # students of a cell of equal flags, on average; cells


@dataclass(frozen=True, slots=True)
class Alike:
    """Who shares flags: code (n,), equal for those who are alike in the first `told`
    coordinates of a metric."""

    code: Ints
    told: int

    def where(self, rows: Ints | Flags) -> "Alike":
        return replace(self, code=self.code[rows])


def whitened(
    covariates: Covariates, treated: Flags, warn: Warn
) -> tuple[Floats, Alike | None]:
    """(n, d) covariates in which Euclidean distance is Mahalanobis distance, and who is
    alike in flags.

    The covariance is pooled within the arms: group means are taken out, then cov() over
    all n (divisor n - 1, not MatchIt's n - 2). A column that those before it all but
    imply (condition beyond 1e8) is left out and named. Source: MatchIt 4.7.2, distance
    = "mahalanobis".
    """
    model, is_binary = covariates.model, covariates.is_binary[covariates.in_model]
    patterns, told = Patterns.of(model, np.flatnonzero(is_binary))
    is_told = np.isin(np.arange(len(is_binary)), told)
    x = _centred(model.only(~is_told))
    covariance = _pooled(x, patterns, is_told, treated) / (len(treated) - 1)
    scale, spread = np.sqrt(np.diag(covariance)), np.ones(len(is_told))
    spread[~is_told] = _sds(x)
    varies = np.flatnonzero(scale > FLAT * spread)
    if not len(varies):  # no covariate varies within an arm
        return np.zeros((len(treated), 1)), None
    sds = scale[varies]
    in_sds = covariance[np.ix_(varies, varies)] / np.outer(sds, sds)
    found = independent(in_sds, CONDITION)
    kept, dropped = varies[found], np.delete(varies, found)
    names = np.array(covariates.names)[covariates.in_model]
    for j in dropped:
        warn(
            "near_collinear",
            f'"{names[j]}" is as good as implied by the covariates before it and was '
            "left out of the distance.",
        )
    # Flags first, the rarest before others: whoever has one is far from who has not.
    kept = kept[np.lexsort((scale[kept], ~is_binary[kept]))]
    turn = np.zeros((len(kept), len(is_told)))
    turn[:, kept] = np.linalg.inv(np.linalg.cholesky(covariance[np.ix_(kept, kept)]))
    of_patterns = np.einsum("df,fp->pd", turn[:, is_told], _centred_flags(patterns))
    flags = [model.columns[j] for j in kept[is_binary[kept]]][: len(kept) - 1]
    points = of_patterns.take(patterns.at(EVERYONE), axis=0)
    _turn_into(points, x, turn[:, ~is_told])
    return points, _alike(flags, len(treated))


def _centred_flags(patterns: Patterns) -> Floats:
    """(f, P) the flags of each pattern, at mean 0 among the students."""
    counts = np.bincount(patterns.code, minlength=patterns.count)
    means = np.sum(patterns.flags * counts, axis=1) / np.sum(counts)
    centred: Floats = patterns.flags - means[:, None]
    return centred


def _pooled(x: Floats, patterns: Patterns, is_told: Flags, treated: Flags) -> Floats:
    """(k, k) products of k columns, each arm's own means taken out: those that patterns
    tell, and the others x (m, n), of which each has mean 0."""
    out, within = np.empty((len(is_told), len(is_told))), _within(x, treated)
    numbers, flags = np.flatnonzero(~is_told), np.flatnonzero(is_told)
    out[np.ix_(numbers, numbers)] = _products(within)
    sums = patterns.sums(patterns.at(EVERYONE), within).reshape(len(x), patterns.count)
    both = patterns.of_flags(sums)
    out[np.ix_(numbers, flags)], out[np.ix_(flags, numbers)] = both, both.T
    out[np.ix_(flags, flags)] = _of_flags(patterns, treated)
    return out


def _of_flags(patterns: Patterns, treated: Flags) -> Floats:
    """(f, f) the same of the flags alone, from whole numbers."""
    total = np.zeros((len(patterns.flags), len(patterns.flags)))
    for arm in (treated, ~treated):
        counts = np.bincount(patterns.code[arm], minlength=patterns.count)
        together = patterns.of_flags(patterns.flags * counts)
        each = np.diag(together)
        total += together - np.outer(each, each) / np.sum(counts)
    return total


def _alike(flags: Sequence[Narrow], n: int) -> Alike:
    """Who shares the first of these flags (n,): of so many of them that cells hold
    students enough."""
    code, told = np.zeros(n, dtype=np.int64), min(len(flags), MOST_FLAGS)
    for flag in flags[:told]:
        code <<= 1
        code |= flag.astype(np.int8, copy=False)
    there = packed(code) >> WIDTH
    most = max(min(n // SHARED, MOST_CELLS), 1)
    while np.count_nonzero(np.diff(there)) >= most:
        there >>= 1
        code >>= 1
        told -= 1
    return Alike(code, told)


def ranked(covariates: Covariates) -> Floats:
    """(n, d) ranks in which Euclidean distance is robust Mahalanobis distance.

    Ties share their mean rank; the covariance of the ranks is rescaled until each has
    the variance of ranks without ties, so that a rare level weighs no more than a
    common one. Every level of a text column counts, so the inverse is a generalized
    one. Source: Rosenbaum (2010), Design of Observational Studies, ch. 8, as MatchIt
    4.7.2, distance = "robust_mahalanobis".
    """
    ranks = rankdata(covariates.x.dense(), axis=0)
    ranks = ranks - ranks.mean(axis=0)
    untied = np.std(np.arange(len(ranks)), ddof=1)
    # Ranks at the untied SD have this covariance; a column is never constant.
    spread = ranks / ranks.std(axis=0, ddof=1) * untied
    values, vectors = np.linalg.eigh(gram(spread, spread) / (len(ranks) - 1))
    real = values > CONDITION * values[-1]
    turn = vectors[:, real] / np.sqrt(values[real])
    points = np.zeros((len(ranks), turn.shape[1]))
    _turn_into(points, np.ascontiguousarray(ranks.T), turn.T)
    return points


def scaled(covariates: Covariates, treated: Flags) -> Floats:
    """(n, d) covariates in units of their SD within the arms, every level of a text
    column among them; those that vary in neither arm are left out.

    Source: MatchIt 4.7.2, distance = "scaled_euclidean".
    """
    x = _centred(covariates.x)
    sd = _sds(_within(x, treated))
    varies = sd > FLAT * _sds(x)
    if not varies.any():
        return np.zeros((len(treated), 1))
    return np.ascontiguousarray((x[varies] / sd[varies, None]).T)


def _centred(x: Matrix) -> Floats:
    """(k, n) columns of which each has mean 0."""
    columns = x.dense().T
    columns -= columns.mean(axis=1, keepdims=True)
    return columns


def _within(x: Floats, treated: Flags) -> Floats:
    """(k, n) each arm's own means taken out."""
    within = np.empty_like(x)
    participants, others = np.flatnonzero(treated), np.flatnonzero(~treated)
    for column, out in zip(x, within, strict=True):
        np.subtract(column, column.take(others).mean(), out=out)
        own = column.take(participants)
        out[participants] = own - own.mean()
    return within


def _sds(x: Floats) -> Floats:
    """(k,) the SDs of columns (k, n) of which each has mean 0."""
    sds: Floats = np.sqrt(np.einsum("ij,ij->i", x, x) / (x.shape[1] - 1))
    return sds


def _products(x: Floats) -> Floats:
    """(k, k) xx' of (k, n)."""
    total = np.zeros((len(x), len(x)))
    for rows in blocks(x.shape[1]):
        total += x[:, rows] @ x[:, rows].T
    return total


def _turn_into(points: Floats, x: Floats, turn: Floats) -> None:
    """Add to points (n, d) x (k, n) times each row of `turn` (d, k), column by column,
    so that equal rows give equal bits; a block is read once for all, and a zero is
    nothing to add."""
    for rows in blocks(len(points)):
        for part, row in zip(points[rows].T, turn, strict=True):
            if row.any():
                total = part.copy()
                for j in np.flatnonzero(row):
                    total += x[j, rows] * row[j]
                part[:] = total
