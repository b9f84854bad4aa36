"""Where the two arms stand on the score: a picture of who can be compared."""

from typing import Any

import numpy as np

from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.covariates import Covariates
from outcomes.engine.propensity import Propensity

BINS = 20
QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


def overlap(fitted: Propensity | None, treated: Flags) -> dict[str, Any] | None:
    """Quartiles and counts by twentieth of the propensity score for each arm, and how
    many participants score beyond every comparison student.

    None where the method fits no score.
    """
    if fitted is None:
        return None
    score = fitted.score
    low, high = score[~treated].min(), score[~treated].max()
    beyond = treated & ((score < low) | (score > high))
    return {
        "score": "propensity",
        "treated": _spread(score[treated]),
        "comparison": _spread(score[~treated]),
        "treated_beyond_comparison": int(beyond.sum()),
    }


def separating(covariates: Covariates, treated: Flags) -> str | None:
    """The first covariate on which no participant is where a comparison student is."""
    for name, x in zip(covariates.names, covariates.x, strict=True):
        own = x[treated]
        # Who is not below the lowest participant, or not above the highest.
        reached = np.count_nonzero(x >= own.min()), np.count_nonzero(x <= own.max())
        if len(own) in reached:
            return name
    return None


def _spread(score: Floats) -> dict[str, Any]:
    counts, _ = np.histogram(score, bins=BINS, range=(0.0, 1.0))
    return {
        "quartiles": np.quantile(score, QUARTILES).tolist(),
        "counts": counts.tolist(),
    }
