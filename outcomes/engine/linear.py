"""Weighted least squares whose sums do not depend on threads or blocks.

Long sums go through einsum, which adds in one fixed order; a BLAS may split them by
thread, and the last bit of a score then decides a tie.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.engine.arrays import Floats

BLOCK = 8192  # rows of which the columns stay in the cache
DEPENDENT = 1e-11  # share of a column's own variance that must be left to keep it


def blocks(n: int) -> Iterator[slice]:
    """Rows 0..n-1 in the order in which long sums take them."""
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def gram(a: Floats, b: Floats) -> Floats:
    """(k, m) a'b of (n, k) and (n, m)."""
    left = np.ascontiguousarray(a.T)
    right = left if a is b else np.ascontiguousarray(b.T)
    product: Floats = np.einsum("ji,ki->jk", left, right)
    return product


def times(x: Floats, beta: Floats) -> Floats:
    """(n,) x @ beta, column by column, so that equal rows give equal bits."""
    out = np.zeros(len(x))
    for j, b in enumerate(beta):
        out += x[:, j] * b
    return out


def independent(moments: Floats, tolerance: float = DEPENDENT) -> list[int]:
    """Columns to keep so that none is a combination of those declared before it.

    moments : (k, k) cross products. Each kept column is swept from the later ones; one
    with less than `tolerance` of its own variance left says nothing new.
    """
    left = moments.copy()
    own = np.diag(moments).copy()
    kept = []
    for j in range(len(moments)):
        pivot = left[j, j]
        if own[j] <= 0 or pivot <= tolerance * own[j]:
            continue
        left -= np.outer(left[:, j], left[j, :]) / pivot
        kept.append(j)
    return kept


def inverse(moments: Floats) -> Floats:
    """(k, k) inverse of a positive definite matrix, scaled to a unit diagonal first."""
    scale = 1 / np.sqrt(np.diag(moments))
    inner = np.linalg.inv(moments * np.outer(scale, scale))
    unscaled: Floats = (inner + inner.T) / 2 * np.outer(scale, scale)
    return unscaled


@dataclass(frozen=True, slots=True)
class Fit:
    """A weighted regression of n rows on its k independent columns.

    x : (n, k); weights, residuals : (n,); coefficients : (k,); bread : (k, k)
    (X'WX)^-1; kept : k positions among the columns that were offered.
    """

    x: Floats
    weights: Floats
    residuals: Floats
    coefficients: Floats
    bread: Floats
    kept: tuple[int, ...]

    @property
    def residual_df(self) -> int:
        return len(self.x) - len(self.kept)


def least_squares(y: Floats, x: Floats, weights: Floats) -> Fit:
    """Regress y (n,) on x (n, k) by weights (n,) > 0, leaving out dependent columns.

    Normal equations on scaled columns, then one step of refinement on the residuals.
    """
    weighted = x * weights[:, None]
    moments = gram(weighted, x)
    kept = independent(moments)
    x, weighted = x[:, kept], weighted[:, kept]
    bread = inverse(moments[np.ix_(kept, kept)])
    beta = np.zeros(len(kept))
    for _ in range(2):
        rest = y - times(x, beta)
        beta = beta + bread @ gram(weighted, rest[:, None])[:, 0]
    return Fit(x, weights, y - times(x, beta), beta, bread, tuple(kept))
