"""Students of the estimand without a match, each with what kept them alone."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from outcomes.engine.arrays import Flags
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.estimand import target
from outcomes.engine.limits import Limits, by_cell
from outcomes.engine.matched import Matched
from outcomes.engine.study import CLUSTER_SET, Study


def unmatched_reasons(
    study: Study, limits: Limits, matched: Matched
) -> list[tuple[str, int]]:
    """(reason, number of students), most frequent first.

    support : beyond the scores of the other arm; missing : a limited column is empty;
    exact : nobody of the other arm in the cell; anti_exact : all of them are on the
    forbidden side; caliper : some stayed free, but too far away; pool_exhausted : all
    went to others; balance : a larger match would not have been balanced; cluster : the
    cluster found none to be compared with.
    """
    weights = matched.weights()
    # Only a pair, or a limit on reuse, uses a student up.
    most = 1 if matched.is_paired else limits.reuse or np.inf
    is_free = limits.times_served(matched.rows[~matched.is_own]) < most
    reasons: Counter[str] = Counter()
    for arm in (study.treated, ~study.treated):
        alone = arm & target(study.treated, matched.estimand) & (weights == 0)
        pool = ~arm & limits.known
        reasons.update(_reasons(study, alone, pool, limits, is_free))
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def _reasons(
    study: Study, alone: Flags, pool: Flags, limits: Limits, is_free: Flags
) -> Iterator[str]:
    known = limits.known
    no_set = study.exact.get(CLUSTER_SET, np.zeros(study.n)) == UNKNOWN
    pools = by_cell(np.flatnonzero(pool), limits.cell)
    for row in np.flatnonzero(alone).tolist():
        if no_set[row]:
            yield "cluster"
            continue
        if not known[row]:
            yield _why_unknown(row, limits)
            continue
        rows = pools.get(int(limits.cell[row]), np.empty(0, dtype=np.int64))
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
