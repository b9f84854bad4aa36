"""Inverse probability weighting (IPW): comparison students count by their odds."""

import numpy as np

from outcomes.designs.errors import DesignError
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.distance import Space
from outcomes.engine.notices import Warn

BOUND = 0.99  # a higher score counts as this, so nobody weighs more than 99 others


def participation_odds(space: Space, treated: Flags, warn: Warn) -> Floats:
    """(n,) e/(1 - e), e the propensity score: the weights that turn comparison students
    into the participants they resemble.

    Scores above the bound are trimmed to it, and how many is said. Sources: Hirano,
    Imbens and Ridder (2003), Econometrica 71(4):1161-1189; Hajek's ratio, as the shares
    of a set sum to 1. Raises DesignError for a metric.
    """
    fitted = space.propensity
    if space.score is None or fitted is None:
        raise DesignError(
            'method "ipw" weighs by the score; use "propensity" or "logit"', "distance"
        )
    trimmed = int((fitted.score[~treated] > BOUND).sum())
    if trimmed:
        warn(
            "trimmed",
            f"{trimmed} comparison students have a score above {BOUND}; they count as "
            "if it were that.",
        )
    odds: Floats = np.exp(np.minimum(fitted.logit, np.log(BOUND / (1 - BOUND))))
    return odds
