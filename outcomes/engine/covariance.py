"""Standard errors of one contrast of a weighted regression: HC3, CR1, CR2.

All work on the influence r = W X (X'WX)^-1 c of each row, so a contrast c'b has
c'b - c'beta = r'e, and no n by n matrix is ever formed.
"""

from dataclasses import dataclass

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.linear import Fit, blocks, gram, moments, times

NULL = 1e-10  # what is left of a residual, or of a cluster's, below this is nothing


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard error and the degrees of freedom of its t."""

    std_error: float
    df: float


def influence(fit: Fit, contrast: Floats) -> Floats:
    """(n,) weight of each row's error in the contrast (k,)."""
    return fit.weights * times(fit.x, fit.bread @ contrast)


def hc3(fit: Fit, contrast: Floats) -> Spread:
    """Heteroskedasticity-robust: sqrt(sum (r_i e_i / (1 - h_i))^2), df n - k.

    Source: MacKinnon and White (1985), as sandwich::vcovHC(type = "HC3"). A student who
    alone decides a coefficient (h = 1) has no residual and adds nothing, as in CR2.
    """
    _require_freedom(fit)
    total = 0.0
    for rows in blocks(len(fit.x)):
        part = fit.of(rows)
        hat = part.weights * _leverage(part)
        left = np.where(hat < 1 - NULL, 1 - hat, np.inf)
        scores = influence(part, contrast) * part.residuals / left
        total += float(np.sum(scores**2))
    return Spread(float(np.sqrt(total)), float(fit.residual_df))


def cr1(fit: Fit, contrast: Floats, clusters: Ints) -> Spread:
    """Cluster-robust with the factor G/(G-1) (n-1)/(n-k), df G - 1.

    clusters : (n,) codes 0..G-1. Source: Liang and Zeger (1986), as sandwich::vcovCL.
    """
    count, n = _clusters(clusters), len(fit.x)
    _require_freedom(fit)
    sums = np.bincount(clusters, influence(fit, contrast) * fit.residuals)
    factor = count / (count - 1) * (n - 1) / fit.residual_df
    return Spread(float(np.sqrt(factor * np.sum(sums**2))), float(count - 1))


def cr2(fit: Fit, contrast: Floats, clusters: Ints) -> Spread:
    """Bias-reduced cluster-robust with Satterthwaite degrees of freedom.

    The working model is independent errors of equal variance. With B_g the block of
    (I - H)(I - H)' of cluster g, its residuals are weighted by A_g = B_g^(-1/2).
    Source: Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), J. Bus. Econ.
    Stat. 36(4):672-683, as clubSandwich.
    """
    _clusters(clusters)
    link = residual_link(fit)
    order = np.argsort(clusters, kind="stable")
    edges = np.flatnonzero(np.diff(clusters[order])) + 1
    r = influence(fit, contrast)
    sums, own, moved = [], [], []
    for rows in np.split(order, edges):
        both = np.hstack([fit.x[rows], fit.x[rows] * fit.weights[rows, None]])
        p = _adjust(r[rows], both, link)
        sums.append(np.sum(p * fit.residuals[rows]))
        own.append(np.sum(p * p))
        moved.append(np.sum(both * p[:, None], axis=0))
    variance = float(np.sum(np.square(sums)))
    return Spread(
        float(np.sqrt(variance)), satterthwaite(np.array(own), np.array(moved), link)
    )


def _leverage(fit: Fit) -> Floats:
    """(n,) x_i'(X'WX)^-1 x_i."""
    columns = np.ascontiguousarray(fit.x.T)
    moved = np.einsum("jk,ki->ji", fit.bread, columns)
    hat: Floats = np.einsum("ji,ji->i", moved, columns)
    return hat


def _require_freedom(fit: Fit) -> None:
    if fit.residual_df < 1:
        raise NotEstimable("the model has as many coefficients as there are students")


def _clusters(clusters: Ints) -> int:
    count = int(np.count_nonzero(np.bincount(clusters)))
    if count < 2:
        raise NotEstimable("all students are in one cluster")
    return count


def residual_link(fit: Fit) -> Floats:
    """(2k, 2k) K with (I - H)(I - H)' = I + [X, WX] K [X, WX]'."""
    squared = moments(lambda rows: fit.x[rows].T, fit.weights**2)
    zero = np.zeros_like(fit.bread)
    return np.block([[fit.bread @ squared @ fit.bread, -fit.bread], [-fit.bread, zero]])


def _adjust(r: Floats, both: Floats, link: Floats) -> Floats:
    """A_g r for one cluster: B^(-1/2) differs from I only in the span of `both`."""
    if len(r) <= both.shape[1]:
        basis = np.eye(len(r))
        inner = both @ link @ both.T
    else:
        basis, triangle = np.linalg.qr(both)
        inner = triangle @ link @ triangle.T
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    shrink = np.where(values + 1 > NULL, 1 / np.sqrt(np.maximum(values + 1, NULL)), 0)
    span = basis @ vectors
    adjusted: Floats = r + span @ ((shrink - 1) * (span.T @ r))
    return adjusted


def satterthwaite(own: Floats, moved: Floats, link: Floats) -> float:
    """2 / CV^2 of the variance: (sum P_gg)^2 / sum P_gh^2, P = diag(own) + F K F'.

    The variance is sum (p_g'e_g)^2 of residuals e. own : (G,) p_g'p_g; moved : (G, 2k)
    F, rows [X, WX]_g'p_g; link : K. Source: Bell and McCaffrey (2002). Raises
    NotEstimable where nothing varies.
    """
    cross = np.einsum("gi,ij,gj->g", moved, link, moved)
    small = gram(moved, moved) @ link
    squares = np.sum(own**2) + 2 * np.sum(own * cross) + np.trace(small @ small)
    if squares <= 0:
        raise NotEstimable("the clusters leave no error to learn from")
    return float(np.sum(own + cross) ** 2 / squares)
