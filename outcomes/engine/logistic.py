"""Logistic regression by Newton's method, in blocks of rows that stay in the cache.

No copy of the columns is ever made, weighted or not: each block is read, scaled and
weighted in place, and its products are a part of the curvature and of the slope.
"""

import numpy as np

from outcomes.engine.arrays import Flags, Floats, blocks
from outcomes.engine.linear import LARGE, inverse
from outcomes.engine.model_columns import ModelColumns, Part, Products

STEPS = 25  # as in R's glm; a fit that has not settled by then has no maximum
HALVINGS = 30
COARSER = 8  # a large table begins where one row in so many came about to its end
SETTLED = 3e-5  # change of any logit; its square, 1e-9, bounds what is still to come
ROUGHLY = 0.1  # the same of a sample: its own errors are larger
TOLD_APART = 1e-3  # variance left over variance told, where students are all but told
TINY = float(np.sqrt(np.finfo(float).tiny))  # odds; sums of 1 over them are finite


def logistic(
    columns: ModelColumns,
    y: Flags,
    near: Floats | None = None,
    *,
    products: Floats | None = None,
) -> tuple[Floats, bool]:
    """Maximum likelihood of y (n,) on k independent columns, an intercept first. near :
    (k,) where to begin, when it is known about where this will end; products : (k, k)
    X'X, when known, which tell about where that is.

    Returns coefficients (k,), and whether they settled: without overlap they grow for
    ever. Source: McCullagh and Nelder (1989), Generalized Linear Models, 2.5.
    """
    columns = columns.held() if len(y) < LARGE else columns
    start = _start(columns, y, products) if near is None else near
    beta, settled = _newton(columns, y, start)
    # Without a maximum there is only the way to it, and that is told from 0.
    return (beta, True) if settled else _newton(columns, y, np.zeros(len(beta)))


def _start(columns: ModelColumns, y: Flags, products: Floats | None) -> Floats:
    """(k,) where a sample ended; of few rows the discriminant, or where nothing tells
    students apart."""
    start = np.zeros(sum(columns.widths))
    # Half a student more in each arm keeps it finite.
    start[0] = np.log((np.sum(y) + 0.5) / (np.sum(~y) + 0.5))
    if len(y) < LARGE:
        found = None if products is None else _discriminant(columns, y, products)
        return start if found is None else start + found
    some = columns.held(slice(0, None, COARSER))
    found, settled = _newton(some, y[::COARSER], start, ROUGHLY)
    return found if settled else start


def _discriminant(columns: ModelColumns, y: Flags, products: Floats) -> Floats | None:
    """(k,) what the linear discriminant function adds to the log odds: where the arms
    differ little, it ends near the maximum. None where it parts them completely.

    Its slopes are those of least squares over the mean square left. Source: Haggstrom
    (1983), J. Bus. Econ. Stat. 1(3):229-238.
    """
    nobody = np.zeros(len(products))
    parts = columns.parts(len(y), nobody)
    sums = sum(
        (columns.sums(part, y[part.rows].astype(np.float64)) for part in parts), nobody
    )
    share = sums[0] / len(y)
    slopes = inverse(products) @ sums
    told = slopes @ sums / len(y) - share**2  # of the variance, share (1 - share)
    left = share * (1 - share) - told
    if left <= TOLD_APART * told:
        return None
    slopes[0] -= share + (0.5 - share) * told / (told + left)
    found: Floats = slopes / left
    return found


def _newton(
    columns: ModelColumns, y: Flags, beta: Floats, until: float = SETTLED
) -> tuple[Floats, bool]:
    """Newton's steps from beta (k,), until one changes no logit by so much; one that
    lowers the likelihood is halved."""
    reach, products = _reach(columns, len(y)), Products(columns, 1, len(y))
    best, step, steps, halvings = -np.inf, np.zeros(len(beta)), 0, 0
    while steps < STEPS and halvings < HALVINGS:
        likelihood, moments, slope = _curvature(columns, y, beta + step, products)
        if likelihood < best - 1e-12 * abs(best):
            step, halvings = step / 2, halvings + 1
            continue
        beta, best, steps, halvings = beta + step, likelihood, steps + 1, 0
        absent = np.diag(moments) <= 0  # a flag that nobody of a sample has stays at 0
        moments[absent, absent] = 1.0
        try:
            step = inverse(moments) @ slope
        except np.linalg.LinAlgError:  # nobody is left whose part is not certain
            return beta, False
        if np.abs(step) @ reach < until:
            return beta + step, True
    return beta, False


def _reach(columns: ModelColumns, n: int) -> Floats:
    """(k,) how far from 0 each column goes; a flag as far as 1."""
    d, f = columns.widths
    reach = np.zeros(d)
    for rows in blocks(n):
        block = columns.numbers(rows)
        reach = np.max([reach, block.max(axis=1), -block.min(axis=1)], axis=0)
    return np.append(reach, np.ones(f))


def _curvature(
    columns: ModelColumns, y: Flags, beta: Floats, products: Products
) -> tuple[float, Floats, Floats]:
    """At beta (k,): the log likelihood, (k, k) X'WX and (k,) X'(y - p).

    The slope is the product of the columns with (y - p) / W, weighted by W.
    """
    products.clear()
    likelihood = 0.0
    for part in columns.parts(len(y), beta):
        likelihood += _add(part, y[part.rows], products)
    whole = products.whole()
    return likelihood, whole[:-1, :-1], whole[:-1, -1]


def _add(part: Part, took: Flags, products: Products) -> float:
    """Add some rows to the products; their log likelihood."""
    odds = np.abs(part.says)  # of the less likely; each step in the same room
    np.exp(np.negative(odds, out=odds), out=odds)
    np.maximum(odds, TINY, out=odds)
    both = 1 + odds
    root = np.sqrt(odds)
    root /= both
    block, room = products.weighted(part.numbers, root)
    chance = np.divide(odds, both, out=both)
    np.subtract(1.0, chance, out=chance, where=part.says > 0)
    np.subtract(took, chance, out=room[0])
    room[0] /= root
    products.add(block, root, part.at)
    of_each = took * part.says - np.maximum(part.says, 0) - np.log1p(odds)
    return float(np.sum(of_each))
