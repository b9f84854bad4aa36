"""The error of a contrast by leaving out one cluster at a time (CR3)."""

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.covariance import Spread, residual_link, satterthwaite
from outcomes.engine.linear import Fit, gram, independent, inverse

GONE = 1e-9  # share of a column's own variance that no longer counts as any


def cr3(fit: Fit, contrast: Floats, clusters: Ints) -> Spread:
    """Jackknife: sqrt((G-1)/G sum (estimate without g - estimate)^2), Satterthwaite df.

    Each term is a linear form in the residuals of g, so that its variance has degrees
    of freedom as that of CR2 has. G - 1 of them would be right for equal clusters half
    of which take part, and are too many when few do (docs/calibration.md).
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
    falls, own, moved = [], [], []
    for rows in np.split(order, edges):
        p = _pull(fit, contrast, moments, rows)
        both = np.hstack([fit.x[rows], fit.x[rows] * fit.weights[rows, None]])
        falls.append(np.sum(p * fit.residuals[rows]))
        own.append(np.sum(p * p))
        moved.append(np.sum(both * p[:, None], axis=0))
    variance = (count - 1) / count * np.sum(np.square(falls))
    df = satterthwaite(np.array(own), np.array(moved), residual_link(fit))
    return Spread(float(np.sqrt(variance)), df)


def _pull(fit: Fit, contrast: Floats, moments: Floats, rows: Ints) -> Floats:
    """(m,) p_g: without the rows of a cluster the contrast falls by p_g'e_g.

    A column about this cluster alone, such as its fixed effect, leaves with it.
    """
    x = fit.x[rows]
    weighted = x * fit.weights[rows, None]
    left = moments - gram(weighted, x)
    stays = np.diag(left) > GONE * np.diag(moments)
    inner = left[np.ix_(stays, stays)]
    if contrast[~stays].any() or len(independent(inner, GONE)) < len(inner):
        raise NotEstimable("one cluster alone decides the effect, so no jackknife")
    pull: Floats = weighted[:, stays] @ (inverse(inner) @ contrast[stays])
    return pull
