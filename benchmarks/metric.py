"""The matching alone on a Mahalanobis distance, the points given."""

import numpy as np

from benchmarks.contest import Lap, best_of
from benchmarks.districts import district
from benchmarks.whole import METRIC, design
from outcomes.engine.distance import space
from outcomes.engine.limits import limits
from outcomes.engine.matched import Matched
from outcomes.engine.nearest import match_nearest
from outcomes.engine.notices import Notices
from outcomes.engine.study import Study

LOOKED_AT = 100  # participants whose nearest is sought again among all


def nearest(n: int) -> Lap:
    plan = design(**METRIC)
    study, warn = Study.from_frame(district(n).frame(), plan), Notices()
    place = space(study, plan, warn)
    allowed = limits(study, plan, place, warn)
    seconds, found = best_of(
        lambda: match_nearest(study, plan, place, allowed), repeats=2
    )
    return Lap(seconds, wrong=_broken(found, place.points))


def _broken(found: Matched, points: np.ndarray) -> str:
    """Whether the first in turn each took the nearest who was free by then."""
    owners, others = found.rows[found.is_own], found.rows[~found.is_own]
    if len(np.unique(others)) < len(others):
        return "a student stands in two pairs"
    other_of = dict(zip(owners.tolist(), others.tolist(), strict=True))
    is_free = ~found.treated
    for row in np.flatnonzero(found.treated)[:LOOKED_AT].tolist():
        far = np.linalg.norm(points - points[row], axis=1)
        if far[other_of[row]] > far[is_free].min() + 1e-9:
            return "one was given another than the nearest"
        is_free[other_of[row]] = False
    return ""
