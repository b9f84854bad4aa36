"""Standard errors of one contrast of a weighted regression: HC3, CR1, CR2.

All work on the weight r = W X (X'WX)^-1 c of each row, so a contrast c'b has
c'b - c'beta = r'e, and no n by n matrix is ever formed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints, blocks, by_code, how_many
from outcomes.engine.forms import Forms, degrees
from outcomes.engine.linear import Fit, by_columns
from outcomes.engine.model_columns import ModelColumns, moments

NULL = 1e-10  # what is left of a residual, or of a cluster's, below this is nothing
BATCH = 16384  # rows of clusters that are worked on at once, unless one alone has more
PIECE = 64  # rows of up to as many columns, which a BLAS multiplies by one thread
SMALL = 0.3  # norm of B - I, up to which its powers are soon nothing
TERMS, ROUNDING = 33, 1e-17  # SMALL ** TERMS is below it
NEAR = 0.8  # of the longest cluster, from where a shorter one is worked on beside it


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard error and the degrees of freedom of its t."""

    std_error: float
    df: float


def hc3(fit: Fit, contrast: Floats) -> Spread:
    """Heteroskedasticity-robust: sqrt(sum (r_i e_i / (1 - h_i))^2), Satterthwaite df.

    n - k degrees of freedom would call two participants among hundreds as sure as
    hundreds. Source: MacKinnon and White (1985), as sandwich::vcovHC(type = "HC3"); its
    degrees of freedom: Bell and McCaffrey (2002); Imbens and Kolesar (2016), Rev. Econ.
    Stat. 98(4):701-712. A student who alone decides a coefficient (h = 1) has no
    residual and adds nothing, as in CR2.
    """
    _require_freedom(fit)
    fit, count = _alike(fit)
    total, (pulls, hats) = 0.0, np.empty((2, len(fit.x)))
    for rows in blocks(len(fit.x)):
        part = fit.of(rows)
        hat = part.weights * _form(part.x, part.bread)
        left = np.where(hat < 1 - NULL, 1 - hat, np.inf)
        own = part.implied(contrast)
        total += float(np.sum(count[rows] * (own * part.residuals / left) ** 2))
        pulls[rows], hats[rows] = own / left, hat
    return Spread(float(np.sqrt(total)), _df_alone(fit, count, pulls**2, hats))


def _df_alone(fit: Fit, count: Floats, squared: Floats, hats: Floats) -> float:
    """`satterthwaite` where each student is a cluster; count : (n,) students a row
    stands for; squared : (n,) p_i^2; hats : (n,) leverages."""
    link, is_even = _short_link(fit)
    k = fit.x.shape[1]

    def both(rows: slice) -> Floats:
        x = fit.x[rows].T
        return x if is_even else np.vstack([x, x * fit.weights[rows]])

    small = moments(ModelColumns(both), count * squared) @ link
    total, squares = 0.0, float(np.trace(small @ small))
    for rows in blocks(len(squared)):
        own, shared = squared[rows], -hats[rows]
        if not is_even:
            shared = _form(fit.x[rows], link[:k, :k]) + 2 * shared
        total += float(np.sum(count[rows] * own * (1 + shared)))
        squares += float(np.sum(count[rows] * own**2 * (1 + 2 * shared)))
    return degrees(total, squares)


def cr1(fit: Fit, contrast: Floats, clusters: Ints) -> Spread:
    """Cluster-robust with the factor G/(G-1) (n-1)/(n-k), df G - 1.

    clusters : (n,) codes 0..G-1. Source: Liang and Zeger (1986), as sandwich::vcovCL.
    """
    count, n = _clusters(clusters), len(fit.x)
    _require_freedom(fit)
    sums = np.bincount(clusters, fit.implied(contrast) * fit.residuals)
    factor = count / (count - 1) * (n - 1) / fit.residual_df
    return Spread(float(np.sqrt(factor * np.sum(sums**2))), float(count - 1))


def cr2(fit: Fit, contrast: Floats, clusters: Ints) -> Spread:
    """Bias-reduced cluster-robust with Satterthwaite degrees of freedom.

    The working model is independent errors of equal variance. With B_g the block of
    (I - H)(I - H)' of cluster g, its residuals are weighted by A_g = B_g^(-1/2).
    Source: Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), J. Bus. Econ.
    Stat. 36(4):672-683, as clubSandwich.
    """
    found = cr2_forms(fit, contrast, clusters)
    return Spread(float(np.sqrt(float(np.sum(found.sums**2)))), found.df)


def cr2_forms(fit: Fit, contrast: Floats, clusters: Ints) -> Forms:
    """What `cr2` sums over clusters."""
    _clusters(clusters)
    fit, clusters = as_arms(fit, clusters)
    link, is_even = _short_link(fit)
    r, w = fit.implied(contrast), fit.weights
    at, sums, own, moved = [], [], [], []
    for rows, is_there, x in batches(fit.x, clusters):
        both = x if is_even else np.concatenate([x, x * w[rows, None]], axis=2)
        p = _adjust(r[rows] * is_there, both, link)
        at.append(clusters[rows[:, 0]])
        sums.append(np.sum(p * fit.residuals[rows], axis=1))
        own.append(np.sum(p * p, axis=1))
        moved.append(np.einsum("gi,gij->gj", p, both))
    return Forms(
        np.concatenate(at),
        np.concatenate(sums),
        np.concatenate(own),
        np.concatenate(moved),
        link,
    )


def as_arms(fit: Fit, clusters: Ints) -> tuple[Fit, Ints]:
    """Each arm of a cluster as one row, where a model knows nothing else; any other as
    it is.

    c students are a row sqrt(c) x with the residual sum(e) / sqrt(c). So X_g'X_g, and
    whatever a rule sums over the students of a cluster, stay what they are.
    """
    treated = _arms(fit)
    if treated is None:
        return fit, clusters
    arm = 2 * clusters + treated
    count = np.bincount(arm)
    there = np.flatnonzero(count)
    root = np.sqrt(count[there])
    same = replace(
        fit,
        x=by_columns(root, root * (there % 2)),
        weights=np.full(len(there), fit.weights[0]),
        residuals=np.bincount(arm, fit.residuals)[there] / root,
    )
    return same, there // 2


def _alike(fit: Fit) -> tuple[Fit, Floats]:
    """Each arm as one row, where a model knows nothing else, with the root of its mean
    squared residual, and how many it stands for; any other as it is, a row for each."""
    treated = _arms(fit)
    if treated is None:
        return fit, np.broadcast_to(1.0, len(fit.x))
    arm = treated.astype(np.int64)
    count = np.bincount(arm).astype(float)
    same = replace(
        fit,
        x=np.array([[1.0, 0.0], [1.0, 1.0]]),
        weights=np.full(2, fit.weights[0]),
        residuals=np.sqrt(np.bincount(arm, fit.residuals**2) / count),
    )
    return same, count


def _arms(fit: Fit) -> Flags | None:
    """(n,) who is in the second arm, in a model of equal weights that knows nothing but
    the arm; None for any other."""
    w, t = fit.weights, fit.x[:, -1]
    knows_arms = fit.x.shape[1] == 2 and bool((fit.x[:, 0] == 1).all())
    if not knows_arms or (w != w[0]).any() or ((t != 0) & (t != 1)).any():
        return None
    arm: Flags = t == 1
    return arm


def batches(x: Floats, clusters: Ints) -> Iterator[tuple[Ints, Flags, Floats]]:
    """(b, m) the rows of some clusters of about one size, which of them are there, for
    the shorter ones end in rows of others, and (b, m, k) what x (n, k) says of these,
    nothing of others."""
    lying = np.ascontiguousarray(x)  # a row in one piece is soon found
    sizes = np.bincount(clusters)
    starts = np.cumsum(sizes) - sizes
    order = by_code(clusters)
    by_size = by_code(sizes)[np.count_nonzero(sizes == 0) :]
    while len(by_size):
        longest = sizes[by_size[-1]]
        count = max(BATCH // longest, 1)
        is_near = sizes[by_size[-count:]] >= NEAR * longest
        some = by_size[len(by_size) - np.count_nonzero(is_near) :]
        by_size = by_size[: -len(some)]
        step = np.arange(longest)
        rows = order[np.minimum(starts[some, None] + step, len(order) - 1)]
        is_there = step < sizes[some, None]
        part = lying.take(rows, axis=0)
        part *= is_there[..., None]
        yield rows, is_there, part


def _form(x: Floats, inner: Floats) -> Floats:
    """(n,) x_i' A x_i of rows (n, k) and A (k, k): with (X'WX)^-1, the leverage."""
    n, k = x.shape
    columns = np.zeros((k, -(-n // PIECE) * PIECE))
    columns[:, :n] = x.T
    pieces = columns.reshape(k, -1, PIECE).swapaxes(0, 1)
    form: Floats = np.einsum("gji,gji->gi", inner @ pieces, pieces)
    return form.reshape(-1)[:n]


def _require_freedom(fit: Fit) -> None:
    if fit.residual_df < 1:
        raise NotEstimable("the model has as many coefficients as there are students")


def _clusters(clusters: Ints) -> int:
    count = how_many(clusters)
    if count < 2:
        raise NotEstimable("all students are in one cluster")
    return count


def residual_link(fit: Fit) -> Floats:
    """(2k, 2k) K with (I - H)(I - H)' = I + [X, WX] K [X, WX]'."""
    squared = moments(ModelColumns(lambda rows: fit.x[rows].T), fit.weights**2)
    zero = np.zeros_like(fit.bread)
    return np.block([[fit.bread @ squared @ fit.bread, -fit.bread], [-fit.bread, zero]])


def _short_link(fit: Fit) -> tuple[Floats, bool]:
    """`residual_link`, and whether the weights are even: it is then (k, k), for WX says
    nothing that X does not, and (I - H)(I - H)' is I - H."""
    w = fit.weights
    if (w != w[0]).any():
        return residual_link(fit), False
    return -w[0] * fit.bread, True


def _adjust(r: Floats, both: Floats, link: Floats) -> Floats:
    """(b, m) A_g r of each cluster: B^(-1/2) differs from I only in the span of `both`
    (b, m, 2k) or (b, m, k), which rows of zeros leave as it is.

    Near I it is a series of powers of F K F', F `both` and K `link`, so of K F'F, which
    is smaller. Source: Higham (2008), Functions of Matrices, 4.3.
    """
    power = link @ (both.mT @ both)
    squared = np.einsum("gij,gji->g", power, power).max()
    norm = float(np.sqrt(max(squared, 0.0)))  # of B - I; rounding may say less
    if norm > SMALL:
        return _adjust_far(r, both, link)
    term = link @ (both.mT @ r[..., None])
    factor, left, change = 1.0, 1.0, np.zeros_like(term)
    for j in range(1, TERMS + 1):
        factor *= 1 / (2 * j) - 1  # of (1 + x)^(-1/2)
        change += factor * term
        left *= norm
        if left < ROUNDING:
            break
        term = power @ term
    adjusted: Floats = r + (both @ change)[..., 0]
    return adjusted


def _adjust_far(r: Floats, both: Floats, link: Floats) -> Floats:
    """The same by eigenvalues, however far B is from I."""
    basis, triangle = np.linalg.qr(both)
    inner = triangle @ link @ triangle.mT
    values, vectors = np.linalg.eigh((inner + inner.mT) / 2)
    shrink = np.where(values + 1 > NULL, 1 / np.sqrt(np.maximum(values + 1, NULL)), 0)
    along = vectors.mT @ (basis.mT @ r[..., None])
    change = basis @ (vectors @ ((shrink - 1)[..., None] * along))
    adjusted: Floats = r + change[..., 0]
    return adjusted
