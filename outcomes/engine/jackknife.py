"""The error of a contrast by leaving out one cluster at a time (CR3)."""

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats, Ints, how_many
from outcomes.engine.covariance import (
    Spread,
    as_arms,
    batches,
    residual_link,
)
from outcomes.engine.forms import Forms
from outcomes.engine.linear import Fit, inverse

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
    found, count = cr3_forms(fit, contrast, clusters), how_many(clusters)
    variance = (count - 1) / count * np.sum(np.square(found.sums))
    return Spread(float(np.sqrt(variance)), found.df)


def cr3_forms(fit: Fit, contrast: Floats, clusters: Ints) -> Forms:
    """What `cr3` sums over clusters: how the contrast falls without each."""
    if how_many(clusters) < 2:
        raise NotEstimable("all students are in one cluster")
    fit, clusters = as_arms(fit, clusters)
    moments = inverse(fit.bread)
    at, falls, own, moved = [], [], [], []
    for rows, _, x in batches(fit.x, clusters):
        weighted = x * fit.weights[rows, None]
        p = _pull(x, weighted, contrast, moments)
        at.append(clusters[rows[:, 0]])
        falls.append(np.sum(p * fit.residuals[rows], axis=1))
        own.append(np.sum(p * p, axis=1))
        both = np.concatenate([x, weighted], axis=2)
        moved.append(np.einsum("gi,gij->gj", p, both))
    return Forms(
        np.concatenate(at),
        np.concatenate(falls),
        np.concatenate(own),
        np.concatenate(moved),
        residual_link(fit),
    )


def _pull(x: Floats, weighted: Floats, contrast: Floats, moments: Floats) -> Floats:
    """(b, m) p_g: without the rows of a cluster the contrast falls by p_g'e_g.

    x, weighted : (b, m, k) X_g and W_g X_g. A column about one cluster alone, such as
    its fixed effect, leaves with it.
    """
    left = moments - weighted.mT @ x
    stays = np.diagonal(left, axis1=1, axis2=2) > GONE * np.diag(moments)
    # In the place of a column that has left stands one that says nothing of the others.
    left = np.where(stays[:, :, None] & stays[:, None, :], left, np.eye(len(contrast)))
    if contrast[~stays.all(axis=0)].any() or not _are_independent(left):
        raise NotEstimable("one cluster alone decides the effect, so no jackknife")
    falls = (inverse(left) @ contrast) * stays
    pull: Floats = np.einsum("gij,gj->gi", weighted, falls)
    return pull


def _are_independent(moments: Floats) -> bool:
    """Whether no column of any of these (b, k, k) cross products is a combination of
    those before it, as `linear.independent` finds them, and all beside each other."""
    left = moments.copy()
    least = GONE * np.diagonal(moments, axis1=1, axis2=2)
    for j in range(left.shape[1]):
        pivot = left[:, j, j]
        if (pivot <= least[:, j]).any():
            return False
        column, row = left[:, j + 1 :, j, None], left[:, j, None, j + 1 :]
        left[:, j + 1 :, j + 1 :] -= column * row / pivot[:, None, None]
    return True
