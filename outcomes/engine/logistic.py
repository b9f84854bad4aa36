"""Logistic regression by Newton's method, in blocks of rows that stay in the cache.

No copy of the columns is ever made, weighted or not: each block is read, scaled and
weighted in place, and one product gives its part of the curvature and of the slope.
"""

import numpy as np

from outcomes.engine.arrays import BLOCK, Flags, Floats, blocks
from outcomes.engine.linear import LARGE, Columns, inverse
from outcomes.engine.matrix import EVERYONE

STEPS = 25  # as in R's glm; a fit that has not settled by then has no maximum
HALVINGS = 30
COARSER = 16  # a large table begins where one row in so many ended
SETTLED = 3e-5  # change of any logit; its square, 1e-9, bounds what is still to come
TINY = float(np.sqrt(np.finfo(float).tiny))  # odds; sums of 1 over them are finite


def logistic(
    columns: Columns, y: Flags, near: Floats | None = None
) -> tuple[Floats, bool]:
    """Maximum likelihood of y (n,) on k independent columns, an intercept first. near :
    (k,) where to begin, when it is known about where this will end.

    Returns coefficients (k,), and whether they settled: without overlap they grow for
    ever. Source: McCullagh and Nelder (1989), Generalized Linear Models, 2.5.
    """
    columns = _kept(columns) if len(y) < LARGE else columns
    start = _start(columns, y) if near is None else near
    beta, settled = _newton(columns, y, start)
    # Without a maximum there is only the way to it, and that is told from 0.
    return (beta, True) if settled else _newton(columns, y, np.zeros(len(beta)))


def _start(columns: Columns, y: Flags) -> Floats:
    """(k,) where a sample ended, or where nothing tells students apart."""
    start = np.zeros(len(columns(slice(0, 1))))
    # Half a student more in each arm keeps it finite.
    start[0] = np.log((np.sum(y) + 0.5) / (np.sum(~y) + 0.5))
    if len(y) < LARGE:
        return start
    some = _kept(columns, slice(0, None, COARSER))
    found, settled = _newton(some, y[::COARSER], start)
    return found if settled else start


def _kept(columns: Columns, some: slice = EVERYONE) -> Columns:
    """The columns of some rows, read once."""
    whole = np.ascontiguousarray(columns(some))
    return lambda rows: whole[:, rows]


def _newton(columns: Columns, y: Flags, beta: Floats) -> tuple[Floats, bool]:
    """Newton's steps from beta (k,); one that lowers the likelihood is halved."""
    reach, room = np.zeros(len(beta)), np.empty((len(beta) + 1, min(BLOCK, len(y))))
    for block in map(columns, blocks(len(y))):
        reach = np.max([reach, block.max(axis=1), -block.min(axis=1)], axis=0)
    best, step, steps, halvings = -np.inf, np.zeros(len(beta)), 0, 0
    while steps < STEPS and halvings < HALVINGS:
        likelihood, moments, slope = _curvature(columns, y, beta + step, room)
        if likelihood < best - 1e-12 * abs(best):
            step, halvings = step / 2, halvings + 1
            continue
        beta, best, steps, halvings = beta + step, likelihood, steps + 1, 0
        try:
            step = inverse(moments) @ slope
        except np.linalg.LinAlgError:  # nobody is left whose part is not certain
            return beta, False
        if np.abs(step) @ reach < SETTLED:
            return beta + step, True
    return beta, False


def _curvature(
    columns: Columns, y: Flags, beta: Floats, room: Floats
) -> tuple[float, Floats, Floats]:
    """At beta (k,): the log likelihood, (k, k) X'WX and (k,) X'(y - p).

    One product of sqrt(W) [X, (y - p) / W] with itself holds both; room (k + 1, b) for
    a block of them is asked of the memory once.
    """
    k = len(beta)
    likelihood, moments = 0.0, np.zeros((k + 1, k + 1))
    for rows in blocks(len(y)):
        block, took = columns(rows), y[rows]
        eta = np.einsum("j,ji->i", beta, block)
        odds = np.maximum(np.exp(-np.abs(eta)), TINY)
        mean = np.where(eta > 0, 1.0, odds) / (1 + odds)
        root = np.sqrt(odds) / (1 + odds)
        likelihood += np.sum(took * eta - np.maximum(eta, 0) - np.log1p(odds))
        weighted = room[:, : len(eta)]
        np.multiply(block, root, out=weighted[:k])
        np.divide(took - mean, root, out=weighted[k])
        moments += weighted @ weighted.T
    return float(likelihood), moments[:k, :k], moments[:k, k]
