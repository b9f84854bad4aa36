"""The regressions, against the one matrix product that each of their steps needs."""

import numpy as np

from benchmarks.contest import Lap, best_of
from benchmarks.districts import STUDENTS_A_SCHOOL
from outcomes.engine.covariance import cr1
from outcomes.engine.linear import least_squares
from outcomes.engine.logistic import logistic
from outcomes.engine.model_columns import ModelColumns

COLUMNS = 15


def table(n: int) -> tuple[np.ndarray, np.ndarray]:
    """x : (n, 15), an intercept first; y : (n,), 1 for about one in twenty."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((n, COLUMNS))
    x[:, 0] = 1.0
    eta = x @ np.r_[-3.4, np.linspace(-0.6, 0.5, COLUMNS - 1)]
    return x, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float)


def below(x: np.ndarray, y: np.ndarray, beta: np.ndarray, most: float) -> str:
    """Whether beta is no maximum: one more step would move a logit by more."""
    chance = 1 / (1 + np.exp(-x @ beta))
    curvature = x.T @ (x * (chance * (1 - chance))[:, None])
    step = np.linalg.solve(curvature, x.T @ (y - chance))
    left = np.abs(x @ step).max()
    return "" if left <= most else f"a logit is {left:.1e} off"


def fit(n: int) -> Lap:
    x, y = table(n)
    by_column = np.ascontiguousarray(x.T)
    columns = ModelColumns(lambda rows: by_column[:, rows])
    seconds, found = best_of(lambda: logistic(columns, y > 0))
    beta, settled = found
    return Lap(
        seconds, wrong=below(x, y, beta, 1e-8) if settled else "it did not settle"
    )


def product(n: int) -> Lap:
    x, _ = table(n)
    return Lap(best_of(lambda: x.T @ x, repeats=5)[0])


def fitted_elsewhere(n: int) -> Lap:
    """The same by statsmodels."""
    from statsmodels.api import Logit

    x, y = table(n)
    seconds, _ = best_of(lambda: Logit(y, x).fit(disp=0), repeats=2)
    return Lap(seconds)


def _outcome(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x : (n, 15) by columns; y : (n,), in which the last column adds .5; school : (n,)
    codes."""
    x, _ = table(n)
    rng = np.random.default_rng(2)
    school = rng.integers(0, max(n // STUDENTS_A_SCHOOL, 2), n)
    y = x @ np.r_[np.zeros(COLUMNS - 1), 0.5] + rng.standard_normal(n)
    return np.asfortranarray(x), y, school


def clustered(n: int) -> Lap:
    """Least squares, and the error of its last coefficient by school."""
    x, y, school = _outcome(n)
    last, even = np.eye(COLUMNS)[-1], np.ones(n)

    def work() -> tuple[float, float]:
        fit = least_squares(y, x, even)
        return fit.coefficients[-1], cr1(fit, last, school).std_error

    seconds, (slope, error) = best_of(work)
    return Lap(seconds, wrong="" if abs(slope - 0.5) < 4 * error else "no slope of .5")


def three_products(n: int) -> Lap:
    """Three products X'X and an argsort."""
    x, y, _ = _outcome(n)
    seconds = [best_of(work, repeats=5)[0] for work in (lambda: x.T @ x, y.argsort)]
    return Lap(3 * seconds[0] + seconds[1])


def clustered_elsewhere(n: int) -> Lap:
    """The same by statsmodels."""
    from statsmodels.api import OLS

    x, y, school = _outcome(n)
    by = {"groups": school}
    seconds, _ = best_of(
        lambda: OLS(y, x).fit(cov_type="cluster", cov_kwds=by).bse, repeats=2
    )
    return Lap(seconds)
