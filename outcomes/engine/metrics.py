"""Points between which Euclidean distance is the metric that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import rankdata

from outcomes.engine.arrays import WIDTH, Flags, Floats, Ints, blocks, packed
from outcomes.engine.covariates import Covariates
from outcomes.engine.linear import gram, independent
from outcomes.engine.matrix import Matrix, Narrow
from outcomes.engine.notices import Warn

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
    x = _centred(covariates.model)
    covariance = _products(_within(x, treated)) / (len(treated) - 1)
    scale = np.sqrt(np.diag(covariance))
    varies = np.flatnonzero(scale > FLAT * _sds(x))
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
    is_binary = covariates.is_binary[covariates.in_model]
    kept = kept[np.lexsort((scale[kept], ~is_binary[kept]))]
    triangle = np.linalg.cholesky(covariance[np.ix_(kept, kept)])
    turn = np.zeros((len(kept), len(x)))
    turn[:, kept] = np.linalg.inv(triangle)
    columns = covariates.model.columns
    flags = [columns[j] for j in kept[is_binary[kept]]][: len(kept) - 1]
    return _turned(x, turn), _alike(flags, len(treated))


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
    return _turned(np.ascontiguousarray(ranks.T), turn.T)


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


def _turned(x: Floats, turn: Floats) -> Floats:
    """(n, d) x (k, n) times each row of `turn` (d, k), to the bit as `times` does it; a
    block is read once for all, and a zero is nothing to add."""
    out = np.empty((x.shape[1], len(turn)))
    for rows in blocks(len(out)):
        parts = np.zeros((len(turn), rows.stop - rows.start))
        for part, row in zip(parts, turn, strict=True):
            for j in np.flatnonzero(row):
                part += x[j, rows] * row[j]
        out[rows] = parts.T
    return out
