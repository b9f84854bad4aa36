"""Are the effects of several groups of students all equal, by an F test?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import f as f_distribution

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats
from outcomes.engine.forms import Forms
from outcomes.engine.linear import gram, inverse

SINGULAR = 1e-12  # share of the largest variance below which a direction has none


@dataclass(frozen=True, slots=True)
class Wald:
    """An F statistic on two degrees of freedom; se_kind : the error in it."""

    statistic: float
    df: tuple[int, float]
    p: float
    se_kind: str


def hotelling(values: Floats, spread: Floats, v: float, se_kind: str) -> Wald:
    """F = (v - q + 1) / (q v) W on q and v - q + 1 degrees of freedom.

    values : (k,) effects; spread : (k, k) their covariance; v : its degrees of freedom;
    q = k - 1 differences. Source: Hotelling (1931), Ann. Math. Stat. 2(3):360-378.
    Raises NotEstimable where the differences have no spread, or v is too small.
    """
    q = len(values) - 1
    apart = values[1:] - values[0]
    against = np.eye(q + 1)[1:] - np.eye(q + 1)[0]
    of_apart = against @ spread @ against.T
    _require_spread(of_apart)
    if v - q + 1 <= 0:
        raise NotEstimable(f"some groups are too small to compare {q + 1} effects")
    w = float(apart @ inverse(of_apart) @ apart)
    statistic = (v - q + 1) / (q * v) * w
    p = float(f_distribution.sf(statistic, q, v - q + 1))
    return Wald(statistic, (q, v - q + 1), p, se_kind)


def by_forms(
    values: Floats, forms: Sequence[Forms], factor: float, se_kind: str
) -> Wald:
    """`hotelling` with the covariance factor * (sums of forms), v of its own.

    values : (k,) effects of groups without a student in common; forms : theirs, over
    the same clusters. Under independent errors of equal variance groups are
    independent, with the variances w^-1 and B = diag(w) - ww'/sum(w) of the differences
    v = q (q + 1) / sum_jk S_jk (B_jj B_kk + B_jk^2), S_jk = sum_gh P_gh^j P_gh^k. For
    two groups these are Satterthwaite's. Source: Tipton and Pustejovsky (2015), J.
    Educ. Behav. Stat. 40(6):604-634, their HTZ; clubSandwich's Wald_test.
    """
    sums = np.column_stack([form.sums for form in forms])
    w = 1 / np.array([above_nothing(form.expected) for form in forms])
    b = np.diag(w) - np.outer(w, w) / np.sum(w)
    shared = np.array([[one.shared(other) for other in forms] for one in forms])
    own = np.diag(b)
    q = len(forms) - 1
    v = q * (q + 1) / float(np.sum(shared * (np.outer(own, own) + b**2)))
    return hotelling(values, factor * gram(sums, sums), v, se_kind)


def above_nothing(variance: float) -> float:
    """The same. Raises NotEstimable for 0."""
    if variance <= 0:
        raise NotEstimable("zero variance: the effects have no spread")
    return variance


def _require_spread(spread: Floats) -> None:
    values = np.linalg.eigvalsh(spread)
    if values[0] <= SINGULAR * values[-1] or values[-1] <= 0:
        raise NotEstimable("zero variance: the differences of effects have no spread")
