"""Weighted least squares whose sums do not depend on threads or blocks.

Long sums run over blocks of rows in one fixed order, for the last bit of a score can
decide a tie. Within a block they are einsum's, or a matrix times its own transpose,
which a BLAS computes alike on any number of threads, as it does no other product.
"""

from dataclasses import dataclass, replace

import numpy as np

from outcomes.engine.arrays import Flags, Floats, blocks
from outcomes.engine.model_columns import ModelColumns, moments

WELL = 1000.0  # condition of scaled columns: three digits of sixteen lost at most
LARGE = 64_000  # rows from which columns are made anew for each look, not held
DEPENDENT = 1e-11  # share of a column's own variance that must be left to keep it


def gram(a: Floats, b: Floats) -> Floats:
    """(k, m) a'b of (n, k) and (n, m)."""
    product = np.zeros((a.shape[1], b.shape[1]))
    for rows in blocks(len(a)):
        left = np.ascontiguousarray(a[rows].T)
        right = left if a is b else np.ascontiguousarray(b[rows].T)
        product += np.einsum("ji,ki->jk", left, right)
    return product


def by_columns(*parts: Floats | Flags) -> Floats:
    """(n, k) columns (n,) and tables (n, m) side by side, each column in one piece."""
    return np.vstack([part.T for part in parts]).astype(float, copy=False).T


def times(x: Floats, beta: Floats) -> Floats:
    """(n,) x @ beta, column by column, so that equal rows give equal bits."""
    out = np.zeros(len(x))
    for rows in blocks(len(x)):
        part = out[rows]
        for column, b in zip(x[rows].T, beta, strict=True):
            part += column * b
    return out


def independent(moments: Floats, tolerance: float = DEPENDENT) -> list[int]:
    """Columns to keep so that none is a combination of those declared before it.

    moments : (k, k) cross products. Each kept column is swept from the later ones; one
    with less than `tolerance` of its own variance left says nothing new.
    """
    return _swept(moments, tolerance, len(moments))[0]


def are_implied(moments: Floats, count: int, tolerance: float) -> Flags:
    """(k - count,) which of the later columns are combinations of the first `count`,
    each for itself. moments : (k, k), as above."""
    _, left = _swept(moments, tolerance, count)
    own = np.diag(moments)[count:]
    says_nothing: Flags = (own <= 0) | (np.diag(left)[count:] <= tolerance * own)
    return says_nothing


def _swept(moments: Floats, tolerance: float, count: int) -> tuple[list[int], Floats]:
    """Those of the first `count` columns that are kept, and what is left of all."""
    left = moments.copy()
    own = np.diag(moments).copy()
    kept = []
    for j in range(count):
        pivot = left[j, j]
        if own[j] <= 0 or pivot <= tolerance * own[j]:
            continue
        left -= np.outer(left[:, j], left[j, :]) / pivot
        kept.append(j)
    return kept, left


def inverse(moments: Floats) -> Floats:
    """(..., k, k) inverses of positive definite matrices, each scaled to a unit
    diagonal first."""
    scale = 1 / np.sqrt(np.diagonal(moments, axis1=-2, axis2=-1))
    scales = scale[..., :, None] * scale[..., None, :]
    inner = np.linalg.inv(moments * scales)
    unscaled: Floats = (inner + inner.mT) / 2 * scales
    return unscaled


def _condition(moments: Floats, inverted: Floats) -> float:
    """By how much errors grow: |A| |A^-1| of the moments (k, k) of columns of length 1,
    in the norm of sums of columns. Source: Higham (2002), Accuracy and Stability of
    Numerical Algorithms, 7.1."""
    length = np.sqrt(np.diag(moments))
    scale = np.outer(length, length)
    sizes = [
        np.abs(a).sum(axis=0).max(initial=0)
        for a in (moments / scale, inverted * scale)
    ]
    return float(sizes[0] * sizes[1])


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

    def implied(self, on: Floats) -> Floats:
        """(n,) the weights that outcomes have in a contrast (k,) of coefficients."""
        return self.weights * times(self.x, self.bread @ on)

    def of(self, rows: slice) -> "Fit":
        """The same regression, as some of its rows see it."""
        return replace(
            self,
            x=self.x[rows],
            weights=self.weights[rows],
            residuals=self.residuals[rows],
        )


def least_squares(y: Floats, x: Floats, weights: Floats) -> Fit:
    """Regress y (n,) on x (n, k) by weights (n,) > 0, leaving out dependent columns."""
    beta, bread, kept = coefficients(ModelColumns(lambda rows: x[rows].T), y, weights)
    x = x if len(kept) == x.shape[1] else by_columns(*(x[:, j] for j in kept))
    return Fit(x, weights, y - times(x, beta), beta, bread, kept)


def coefficients(
    columns: ModelColumns, y: Floats, weights: Floats
) -> tuple[Floats, Floats, tuple[int, ...]]:
    """(m,) what y (n,) is regressed to by weights (n,) >= 0, (m, m) (X'WX)^-1, and the
    m independent ones among the k columns.

    Normal equations on scaled columns, then one step of refinement on the residuals
    unless the columns are so far from dependent that it would say nothing new.
    """
    both = moments(columns, weights, y)
    kept = independent(both[:-1, :-1])
    inner = both[np.ix_(kept, kept)]
    bread = inverse(inner)
    beta = bread @ both[kept, -1]
    if _condition(inner, bread) <= WELL:
        return beta, bread, tuple(kept)
    slope, whole = np.zeros(len(both) - 1), np.zeros(len(both) - 1)
    whole[kept] = beta
    for part in columns.parts(len(y), whole):
        rest = y[part.rows] - part.says
        slope += columns.sums(part, weights[part.rows] * rest)
    return beta + bread @ slope[kept], bread, tuple(kept)
