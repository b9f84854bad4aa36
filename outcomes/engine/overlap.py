"""Where the two arms stand on the score: a picture of who can be compared."""

from typing import Any

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints, blocks
from outcomes.engine.covariates import Covariates
from outcomes.engine.matrix import Narrow
from outcomes.engine.propensity import Propensity

BINS = 20
FEW = 256  # students whose values nearly always tell
QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


def overlap(fitted: Propensity | None, treated: Flags) -> dict[str, Any] | None:
    """Quartiles and counts by twentieth of the propensity score for each arm, and how
    many participants score beyond every comparison student.

    None where the method fits no score.
    """
    if fitted is None:
        return None
    score = fitted.score
    own, others = np.sort(score[treated]), np.sort(score[~treated])
    beyond = (own < others[0]) | (own > others[-1])
    return {
        "score": "propensity",
        "treated": _spread(own),
        "comparison": _spread(others),
        "treated_beyond_comparison": int(beyond.sum()),
    }


def separating(covariates: Covariates, treated: Flags) -> str | None:
    """The first covariate on which no participant is where a comparison student is."""
    participants, others = np.flatnonzero(treated), np.flatnonzero(~treated)
    for name, x in zip(covariates.names, covariates.x.columns, strict=True):
        own = x.take(participants)
        if not _reach(x, others, own.min(), own.max()):
            return name
    return None


def _reach(x: Narrow, others: Ints, low: float, high: float) -> bool:
    """Whether others reach up to the lowest value and down to the highest: one look at
    the first of them nearly always tells."""
    is_low = is_high = False
    for rows in (slice(FEW), *blocks(len(others))):
        some = x.take(others[rows])
        is_low |= bool((some <= high).any())
        is_high |= bool((some >= low).any())
        if is_low and is_high:
            return True
    return False


def _spread(score: Floats) -> dict[str, Any]:
    """score : (m,) in order, 1 at most: what is not below the last edge is in the last
    bin."""
    edges = np.linspace(0.0, 1.0, BINS + 1)[:-1]
    places = np.append(np.searchsorted(score, edges), len(score))
    return {
        "quartiles": np.quantile(score, QUARTILES).tolist(),
        "counts": np.diff(places).tolist(),
    }
