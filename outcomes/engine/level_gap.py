"""The V gap from counts by achievement level, by heteroskedastic ordered probit.

Scores of the reference group are N(0, 1) on some scale, those of the focal group
N(mu, sigma^2) on the same scale, and both are cut at the same unknown points c. With
a = -mu/sigma and b = 1/sigma, P(focal <= level k) = Phi(a + b c_k).
Source: Reardon, Shear, Castellano and Ho (2017), J. Educ. Behav. Stat. 42(1):3-45.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.influence import Estimate

STEPS = 200
SETTLED = 1e-10  # the largest change of a parameter that still counts as none
RARE = 1e-12  # a chance below this means that the cut points run away
NO_MAXIMUM = "the counts by level do not fix the two distributions, so V has no value"


@dataclass(frozen=True, slots=True, eq=False)
class LevelGap:
    """V and its parts. v, mu : reference SDs up to V's own unit; sigma > 0.

    std_error : of v for independent students with counts as weights.
    influence : (2, K) what one reference or focal student at each level adds to v.
    """

    v: float
    mu: float
    sigma: float
    std_error: float
    influence: Floats


def gap_from_counts(reference: Floats, focal: Floats) -> LevelGap:
    """V by maximum likelihood from (K,) counts or weights by level, lowest first.

    v = (0 - mu)/sqrt((1 + sigma^2)/2) = sqrt(2) a / sqrt(1 + b^2). Levels that nobody
    reached are left out. Raises NotEstimable when fewer than 3 levels are used, a group
    is empty, or the likelihood has no maximum.
    """
    counts = np.array([reference, focal], dtype=float)
    used = counts.sum(axis=0) > 0
    if used.sum() < 3 or not counts.sum(axis=1).all():
        raise NotEstimable("V from levels needs both groups and 3 levels in use")
    theta, information, chances, slopes = _maximum(counts[:, used])
    a, b = theta[-2:]
    root = np.sqrt(1 + b * b)
    gradient = np.zeros(len(theta))
    gradient[-2:] = np.sqrt(2) / root, -np.sqrt(2) * a * b / root**3
    moved = np.linalg.solve(information, gradient)
    influence = np.zeros(counts.shape)
    influence[:, used] = np.einsum("gkp,p->gk", slopes, moved) / chances
    return LevelGap(
        v=float(np.sqrt(2) * a / root),
        mu=float(-a / b),
        sigma=float(1 / b),
        std_error=float(np.sqrt(gradient @ moved)),
        influence=influence,
    )


def v_gap_from_levels(levels: Ints, focal: Flags, weights: Floats) -> Estimate:
    """V of students whose level (n,) is coded 0..K-1, lowest first, by weights (n,)."""
    count = int(levels.max()) + 1
    counts = np.zeros((2, count))
    np.add.at(counts, (focal.astype(int), levels), weights)
    if (counts < 0).any():
        raise NotEstimable(
            "adjusted, the weight of a group at some level is below zero"
        )
    gap = gap_from_counts(counts[0], counts[1])
    return Estimate(gap.v, weights * gap.influence[focal.astype(int), levels])


def _maximum(counts: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Fisher scoring: parameters (c, a, b), information, chances and their slopes."""
    theta = _start(counts)
    chances, slopes = _model(theta)
    best = _log_likelihood(counts, chances)
    for _ in range(STEPS):
        score = np.einsum("gk,gkp->p", counts / chances, slopes)
        each = counts.sum(axis=1)[:, None] / chances
        information = np.einsum("gk,gkp,gkq->pq", each, slopes, slopes)
        if np.linalg.cond(information) > 1e12:
            break
        whole = step = np.linalg.solve(information, score)
        for _ in range(40):
            moved, turned = _model(theta + step)
            likelihood = _log_likelihood(counts, moved)
            if likelihood >= best - 1e-12 * abs(best):
                break
            step = step / 2
        else:
            break
        theta, chances, slopes, best = theta + step, moved, turned, likelihood
        if np.abs(whole).max() < SETTLED:
            return theta, information, chances, slopes
    raise NotEstimable(NO_MAXIMUM)


def _start(counts: Floats) -> Floats:
    """Cut points of both groups together; groups alike."""
    heaped = np.cumsum(counts.sum(axis=0))
    return np.concatenate([ndtri(heaped[:-1] / heaped[-1]), [0.0, 1.0]])


def _model(theta: Floats) -> tuple[Floats, Floats]:
    """(2, K) chance of each level by group, and its (2, K, K+1) slope in theta.

    A theta with crossed cut points or sigma <= 0 has chances that are not positive.
    """
    cuts, a, b = theta[:-2], theta[-2], theta[-1]
    points = np.array([cuts, a + b * cuts])
    density = norm.pdf(points)
    heaped = np.zeros((2, len(cuts), len(theta)))
    diagonal = np.arange(len(cuts))
    heaped[0, diagonal, diagonal] = density[0]
    heaped[1, diagonal, diagonal] = b * density[1]
    heaped[1, :, -2] = density[1]
    heaped[1, :, -1] = density[1] * cuts
    below = np.pad(norm.cdf(points), [(0, 0), (1, 1)], constant_values=(0, 1))
    slopes = np.diff(np.pad(heaped, [(0, 0), (1, 1), (0, 0)]), axis=1)
    return np.diff(below, axis=1), slopes


def _log_likelihood(counts: Floats, chances: Floats) -> float:
    """Minus infinity where the model is no model."""
    if (chances < RARE).any():
        return float("-inf")
    return float(np.sum(counts * np.log(chances)))
