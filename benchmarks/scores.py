"""The propensity fit, against the one matrix product that each of its steps needs."""

import numpy as np

from benchmarks.contest import Lap, best_of
from outcomes.engine.logistic import logistic

COLUMNS = 15


def _table(n: int) -> tuple[np.ndarray, np.ndarray]:
    """x : (n, 15), an intercept first; y : (n,), 1 for about one in twenty."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((n, COLUMNS))
    x[:, 0] = 1.0
    eta = x @ np.r_[-3.4, np.linspace(-0.6, 0.5, COLUMNS - 1)]
    return x, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float)


def fit(n: int) -> Lap:
    x, y = _table(n)
    columns = np.ascontiguousarray(x.T)
    seconds, found = best_of(lambda: logistic(lambda rows: columns[:, rows], y > 0))
    beta, settled = found
    slope = x.T @ (y - 1 / (1 + np.exp(-x @ beta)))
    return Lap(seconds, wrong="" if settled and abs(slope).max() < 1e-6 else "no top")


def product(n: int) -> Lap:
    x, _ = _table(n)
    return Lap(best_of(lambda: x.T @ x, repeats=5)[0])
