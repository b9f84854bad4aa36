"""Gaps that no rescaling of the test can change, and whether the metrics agree.

All gaps are reference minus focal, so a positive gap means the focal group is behind.
scores : (n,), higher is better; focal : (n,) True for the focal group, False for the
reference group; weights : (n,) >= 0 (ones, or matching weights), 0 for who is left out.
"""

from collections.abc import Iterable

import numpy as np
from scipy.special import ndtri
from scipy.stats import norm

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.influence import Estimate, weighted_mean

ROOT_2 = float(np.sqrt(2.0))


def chance_ahead(scores: Floats, focal: Flags, weights: Floats) -> Estimate:
    """P(a reference student outscores a focal one) + P(they tie)/2, from 0 to 1.

    Exact, by ranks in O(n log n). Source: Mann and Whitney (1947); influence: Sen
    (1967), Sankhya A 29:95-102. Raises NotEstimable when a group is empty.
    """
    reference, behind = weights * ~focal, weights * focal
    over = _share_below(scores, scores, behind)
    under = 1 - _share_below(scores, scores, reference)
    value = weighted_mean(over, reference)
    return Estimate(
        value.value, value.influence + weighted_mean(under, behind).influence
    )


def _share_below(points: Floats, scores: Floats, weights: Floats) -> Floats:
    """(m,) share of the weight whose score is below each point, ties counted half."""
    total = np.sum(weights)
    if total <= 0:
        raise NotEstimable("a gap needs students in both groups")
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    heaped = np.concatenate([[0.0], np.cumsum(weights[order])])
    below = heaped[np.searchsorted(ranked, points, "left")]
    upto = heaped[np.searchsorted(ranked, points, "right")]
    share: Floats = (below + upto) / (2 * total)
    return share


def v_gap(scores: Floats, focal: Flags, weights: Floats) -> Estimate:
    """V = sqrt(2) Phi^-1(chance ahead), in SDs that survive any monotone rescaling.

    Source: Ho and Reardon (2012), J. Educ. Behav. Stat. 37(4):489-517. Raises
    NotEstimable when a group is empty or every student of one outscores the other.
    """
    ahead = chance_ahead(scores, focal, weights)
    if not 0 < ahead.value < 1:
        raise NotEstimable("the groups' scores do not overlap, V has no finite value")
    quantile = float(ndtri(ahead.value))
    slope = ROOT_2 / float(norm.pdf(quantile))
    return Estimate(ROOT_2 * quantile, slope * ahead.influence)


def share_meeting_gap(
    scores: Floats, focal: Flags, weights: Floats, meets: float
) -> Estimate:
    """Reference share minus focal share at or above `meets`, from -1 to 1.

    Source: Ho (2008), Educ. Researcher 37(6):351-360, which also says why this gap may
    move against the others. Raises NotEstimable when a group is empty.
    """
    passed = (scores >= meets).astype(float)
    return weighted_mean(passed, weights * ~focal) - weighted_mean(
        passed, weights * focal
    )


def percentile_of_focal_mean(scores: Floats, focal: Flags, weights: Floats) -> float:
    """Percentile (0 to 100) of the focal mean among reference students, ties half.

    Source: Glass, McGaw and Smith (1981). Raises NotEstimable when a group is empty.
    """
    mean = np.array([weighted_mean(scores, weights * focal).value])
    return 100 * float(_share_below(mean, scores, weights * ~focal)[0])


def metrics_agree(closed: Iterable[float]) -> bool:
    """Whether all metrics that have a number say the same: narrower, wider or still."""
    return len({np.sign(change) for change in closed}) <= 1
