"""Students of the estimand without a match, each with what kept them alone."""

from collections import Counter
from itertools import combinations

import numpy as np

from outcomes.engine.arrays import Flags, Ints
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.estimand import target
from outcomes.engine.limits import Limits, cells
from outcomes.engine.matched import Matched
from outcomes.engine.study import CLUSTER_SET, Study


def unmatched_reasons(
    study: Study, limits: Limits, matched: Matched
) -> list[tuple[str, int]]:
    """(reason, number of students), most frequent first.

    cluster : the cluster found none to be compared with; support : beyond the scores of
    the other arm; exact_missing, limit_missing : an exact or another limited column is
    empty; exact : nobody of the other arm in the cell; anti_exact : all of them are on
    the forbidden side; pool_exhausted : all went to others; caliper : some stayed free,
    but too far away; balance : a larger match would not have been balanced.
    """
    weights = matched.weights()
    # Only a pair, or a limit on reuse, uses a student up.
    most = 1 if matched.is_paired else limits.reuse or np.inf
    is_free = limits.times_served(matched.rows[~matched.is_own]) < most
    reasons: Counter[str] = Counter()
    for arm in (study.treated, ~study.treated):
        alone = arm & target(study.treated, matched.estimand) & (weights == 0)
        if alone.any():
            pool = ~arm & limits.known
            reasons += _reasons(study, np.flatnonzero(alone), pool, limits, is_free)
    return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))


def _reasons(
    study: Study, alone: Ints, pool: Flags, limits: Limits, is_free: Flags
) -> Counter[str]:
    """alone : (a,) rows, each counted under the first reason that holds."""
    no_set = study.exact.get(CLUSTER_SET, np.zeros(study.n)) == UNKNOWN
    beyond = np.zeros(study.n, dtype=bool) if limits.beyond is None else limits.beyond
    there = np.bincount(limits.cell[pool] + 1, minlength=int(limits.cell.max()) + 2)
    reasons = {
        "cluster": no_set[alone],
        "support": beyond[alone],
        "exact_missing": limits.cell[alone] == UNKNOWN,
        "limit_missing": ~limits.known[alone],
        "exact": there[limits.cell[alone] + 1] == 0,
        "anti_exact": _allowed(alone, pool, limits) == 0,
        "pool_exhausted": _allowed(alone, pool & is_free, limits) == 0,
        "caliper" if limits.has_caliper else "balance": np.ones(len(alone), dtype=bool),
    }
    first = np.argmax(np.array([*reasons.values()]), axis=0)
    counts = np.bincount(first, minlength=len(reasons)).tolist()
    return Counter(dict(zip(reasons, counts, strict=True)))


def _allowed(alone: Ints, pool: Flags, limits: Limits) -> Ints:
    """(a,) how many of the pool (n,) are in the cell of each and differ from him in all
    in which they must: those in the cell, less those alike in one, and those alike in
    two back again, and so on."""
    total = np.zeros(len(alone), dtype=np.int64)
    for size in range(len(limits.apart) + 1):
        for some in combinations(limits.apart, size):
            alike = cells([limits.cell, *some], len(pool)) if some else limits.cell
            there = np.bincount(alike[pool] + 1, minlength=int(alike.max()) + 2)
            total += (-1) ** size * there[alike[alone] + 1]
    return total
