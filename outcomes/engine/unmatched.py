"""Participants without a match, each with the constraint that kept them alone."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from outcomes.engine.arrays import Ints
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.limits import Limits
from outcomes.engine.matched import Matched
from outcomes.engine.study import Study


def unmatched_reasons(
    study: Study, limits: Limits, matched: Matched
) -> list[tuple[str, int]]:
    """(reason, number of participants), most frequent first.

    missing : a limited column is empty; exact : no comparison student in the cell;
    anti_exact : all of them are on the forbidden side; caliper : some stayed free, but
    too far away; pool_exhausted : all went to other participants.
    """
    weights = matched.weights()
    alone = np.flatnonzero(study.treated & (weights == 0))
    reasons = Counter(_reasons(alone, study, limits, weights == 0))
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def _reasons(
    alone: Ints, study: Study, limits: Limits, unused: np.ndarray
) -> Iterator[str]:
    known = limits.known
    pool = np.flatnonzero(~study.treated & known)
    by_cell = {
        int(cell): pool[limits.cell[pool] == cell]
        for cell in np.unique(limits.cell[alone])
    }
    for row in alone.tolist():
        if not known[row]:
            yield "exact_missing" if limits.cell[row] == UNKNOWN else "limit_missing"
            continue
        rows = by_cell[int(limits.cell[row])]
        if not len(rows):
            yield "exact"
            continue
        for code in limits.apart:
            rows = rows[code[rows] != code[row]]
        if not len(rows):
            yield "anti_exact"
        else:
            yield "caliper" if unused[rows].any() else "pool_exhausted"
