"""The error of a contrast by leaving out one cluster at a time (CR3)."""

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.covariance import Spread
from outcomes.engine.linear import Fit, gram, independent, inverse

GONE = 1e-9  # share of a column's own variance that no longer counts as any


def cr3(fit: Fit, contrast: Floats, clusters: Ints) -> Spread:
    """Jackknife: sqrt((G-1)/G sum (estimate without g - estimate)^2), df G - 1.

    clusters : (n,) codes 0..G-1. No refit: without g the coefficients fall by
    (M - M_g)^-1 X_g'W_g e_g, M = X'WX and M_g its part from g. Source: Bell and
    McCaffrey (2002); MacKinnon, Nielsen and Webb (2023), J. Appl. Econom. 38(5). Raises
    NotEstimable when one cluster alone decides the contrast.
    """
    count = int(clusters.max()) + 1
    if count < 2:
        raise NotEstimable("all students are in one cluster")
    moments = inverse(fit.bread)
    order = np.argsort(clusters, kind="stable")
    edges = np.flatnonzero(np.diff(clusters[order])) + 1
    falls = [_fall(fit, contrast, moments, rows) for rows in np.split(order, edges)]
    variance = (count - 1) / count * np.sum(np.square(falls))
    return Spread(float(np.sqrt(variance)), float(count - 1))


def _fall(fit: Fit, contrast: Floats, moments: Floats, rows: Ints) -> float:
    """By how much the contrast falls when the rows of one cluster are left out.

    A column about this cluster alone, such as its fixed effect, leaves with it.
    """
    x, e = fit.x[rows], fit.residuals[rows]
    weighted = x * fit.weights[rows, None]
    left = moments - gram(weighted, x)
    stays = np.diag(left) > GONE * np.diag(moments)
    inner = left[np.ix_(stays, stays)]
    if contrast[~stays].any() or len(independent(inner, GONE)) < len(inner):
        raise NotEstimable("one cluster alone decides the effect, so no jackknife")
    pull = gram(weighted, e[:, None])[stays, 0]
    return float(contrast[stays] @ inverse(inner) @ pull)
