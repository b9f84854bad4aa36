"""Points between which Euclidean distance is the metric that was asked for."""

import numpy as np
from scipy.stats import rankdata

from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.covariates import Covariates
from outcomes.engine.linear import blocks, gram, independent
from outcomes.engine.notices import Warn

FLAT = 1e-10  # an SD within the arms below this share of the whole SD is rounding
CONDITION = 1e-8  # a direction with a smaller share of the variance is rounding


def whitened(covariates: Covariates, treated: Flags, warn: Warn) -> Floats:
    """(n, d) covariates in which Euclidean distance is Mahalanobis distance.

    The covariance is pooled within the arms: group means are taken out, then cov() over
    all n (divisor n - 1). A column that those before it all but imply (condition beyond
    1e8) is left out and named. Source: MatchIt 4.7.2, distance = "mahalanobis".
    """
    x = covariates.model.dense()
    within = _within(x, treated)
    scale = within.std(axis=0)
    varies = scale > FLAT * x.std(axis=0)
    x, within = x[:, varies] / scale[varies], within[:, varies] / scale[varies]
    moments = gram(within, within) / (len(x) - 1)
    kept = independent(moments, CONDITION)
    names = np.array(covariates.names)[covariates.in_model][varies]
    for j in set(range(len(moments))) - set(kept):
        warn(
            "near_collinear",
            f'"{names[j]}" is as good as implied by the covariates before it and was '
            "left out of the distance.",
        )
    if not kept:  # no covariate varies within an arm
        return np.zeros((len(x), 1))
    triangle = np.linalg.cholesky(moments[np.ix_(kept, kept)])
    turn = np.linalg.inv(triangle)
    centred = x[:, kept] - x[:, kept].mean(axis=0)
    return _turned(centred, turn)


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
    return _turned(ranks, turn.T)


def scaled(covariates: Covariates, treated: Flags) -> Floats:
    """(n, d) covariates in units of their SD within the arms, every level of a text
    column among them; those that vary in neither arm are left out.

    Source: MatchIt 4.7.2, distance = "scaled_euclidean".
    """
    x = covariates.x.dense()
    within = _within(x, treated)
    sd = np.sqrt((within**2).sum(axis=0) / (len(within) - 1))
    varies = sd > FLAT * x.std(axis=0)
    if not varies.any():
        return np.zeros((len(within), 1))
    points: Floats = x[:, varies] / sd[varies]
    return points


def _within(x: Floats, treated: Flags) -> Floats:
    """(n, k) each arm's own means taken out; row by row, as sums over it are taken."""
    means = np.array([x[arm].mean(axis=0) for arm in (~treated, treated)])
    within: Floats = np.subtract(x, means[treated.astype(np.int8)], order="C")
    return within


def _turned(x: Floats, turn: Floats) -> Floats:
    """(n, d) x (n, k) times each row of `turn` (d, k), to the bit as `times` does it; a
    block is read once for all, and a zero is nothing to add."""
    out = np.zeros((len(turn), len(x)))
    for rows in blocks(len(x)):
        columns = np.ascontiguousarray(x[rows].T)
        for part, row in zip(out[:, rows], turn, strict=True):
            for j in np.flatnonzero(row):
                part += columns[j] * row[j]
    return np.ascontiguousarray(out.T)
