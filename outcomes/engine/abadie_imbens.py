"""The error of matching with replacement, where one student stands for many.

V = N_1^-2 { sum_T (Y_i - Yhat0_i - tau)^2 + sum_C (K_i^2 - K'_i) sigma_i^2 }, K_i the
sum and K'_i the sum of squares of a comparison student's shares over all sets; with M
untied matches K_i^2 - K'_i is K(K-1)/M^2 in counts. Source: Abadie and Imbens (2006),
Econometrica 74(1):235-267, as R's Matching.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.matched import Matched
from outcomes.terms import Estimand

TIE = 1e-9  # relative: distances this close count as equal


@dataclass(frozen=True, slots=True)
class MatchingEffect:
    """The effect on matched participants and its error, in units of the outcome."""

    estimate: float
    std_error: float


def abadie_imbens(
    matched: Matched, outcome: Floats, variance: Floats | None = None
) -> MatchingEffect:
    """Effect and error of sets that each hold one participant, ties sharing.

    outcome : (n,), known for everyone matched; variance : (n,) sigma_i^2, for instance
    `neighbour_variance`; one for all when None, half the mean squared deviation of the
    pairs' differences from the effect. Raises NotEstimable for sets of several
    participants and for fewer than two sets. For comparison students (ATC) the arms
    are exchanged.
    """
    if matched.estimand == Estimand.ATC:
        found = abadie_imbens(matched.swapped(), outcome, variance)
        return MatchingEffect(-found.estimate, found.std_error)
    difference = _differences(matched, outcome)
    estimate = float(difference.mean())
    pool = ~matched.is_treated
    rows, shares = matched.rows[pool], matched.shares[pool]
    n = len(matched.treated)
    reuse = np.bincount(rows, shares, n) ** 2 - np.bincount(rows, shares**2, n)
    if variance is None:
        own = np.zeros(matched.sets.max() + 1)
        own[matched.sets[~pool]] = outcome[matched.rows[~pool]]
        apart = own[matched.sets[pool]] - outcome[rows] - estimate
        variance = np.full(n, np.sum(shares * apart**2) / (2 * len(difference)))
    total = np.sum((difference - estimate) ** 2) + np.sum(reuse * variance)
    return MatchingEffect(estimate, float(np.sqrt(total)) / len(difference))


def _differences(matched: Matched, outcome: Floats) -> Floats:
    """(sets,) each participant's outcome less the mean of the set's others."""
    _, code = np.unique(matched.sets, return_inverse=True)
    code = code.reshape(-1)
    in_arm = matched.is_treated
    if matched.n_sets < 2:
        raise NotEstimable("the error of matching needs two sets")
    if (np.bincount(code, in_arm) != 1).any():
        raise NotEstimable("a set holds several participants; use another error")
    signed = np.where(in_arm, 1.0, -matched.shares) * outcome[matched.rows]
    return np.bincount(code, signed).astype(np.float64)


def neighbour_variance(
    outcome: Floats, treated: Flags, points: Floats, count: int
) -> Floats:
    """(n,) sigma_i^2 = J/(J+1) (y_i - mean of the J nearest of the same arm)^2.

    points : (n, k) such that plain distance is the metric (whitened, or a score);
    count : J, which ties raise for the student they concern. Robust to errors of
    unequal size. Raises NotEstimable when an arm has no J other students.
    """
    out = np.zeros(len(outcome))
    for arm in (treated, ~treated):
        out[arm] = _arm_variance(outcome[arm], points[arm], count)
    return out


def _arm_variance(outcome: Floats, points: Floats, count: int) -> Floats:
    if len(outcome) <= count:
        raise NotEstimable(f"an arm has fewer than {count + 1} students")
    tree = cKDTree(points)
    reach = tree.query(points, k=count + 1)[0][:, -1]
    near = tree.query_ball_point(points, reach * (1 + TIE) + 1e-300)
    sizes = np.array([len(rows) - 1 for rows in near])
    sums = np.array([outcome[rows].sum() for rows in near]) - outcome
    variance: Floats = sizes / (sizes + 1) * (outcome - sums / sizes) ** 2
    return variance
