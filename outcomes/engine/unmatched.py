"""Participants without a match, each with the constraint that kept them alone."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from outcomes.engine.arrays import Flags, Ints
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.limits import Limits, by_cell
from outcomes.engine.matched import Matched
from outcomes.engine.study import CLUSTER_SET, Study


def unmatched_reasons(
    study: Study, limits: Limits, matched: Matched
) -> list[tuple[str, int]]:
    """(reason, number of participants), most frequent first.

    support : beyond the scores of the other arm; missing : a limited column is empty;
    exact : no comparison student in the cell; anti_exact : all of them are on the
    forbidden side; caliper : some stayed free, but too far away; pool_exhausted : all
    went to other participants; balance : a larger match would not have been balanced;
    cluster : the cluster found none to be compared with.
    """
    weights = matched.weights()
    alone = np.flatnonzero(study.treated & (weights == 0))
    # Only a pair, or a limit on reuse, uses a student up.
    most = 1 if matched.is_paired else limits.reuse or np.inf
    is_free = limits.times_served(matched.rows[~matched.is_treated]) < most
    reasons = Counter(_reasons(alone, study, limits, is_free))
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def _reasons(
    alone: Ints, study: Study, limits: Limits, is_free: Flags
) -> Iterator[str]:
    known = limits.known
    no_set = study.exact.get(CLUSTER_SET, np.zeros(study.n)) == UNKNOWN
    pool = np.flatnonzero(~study.treated & known)
    pools = by_cell(pool, limits.cell)
    for row in alone.tolist():
        if no_set[row]:
            yield "cluster"
            continue
        if not known[row]:
            yield _why_unknown(row, limits)
            continue
        rows = pools.get(int(limits.cell[row]), pool[:0])
        if not len(rows):
            yield "exact"
            continue
        for code in limits.apart:
            rows = rows[code[rows] != code[row]]
        if not len(rows):
            yield "anti_exact"
        elif not is_free[rows].any():
            yield "pool_exhausted"
        else:
            yield "caliper" if limits.has_caliper else "balance"


def _why_unknown(row: int, limits: Limits) -> str:
    if limits.beyond is not None and limits.beyond[row]:
        return "support"
    return "exact_missing" if limits.cell[row] == UNKNOWN else "limit_missing"
