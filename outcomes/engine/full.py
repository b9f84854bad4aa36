"""Full matching: everyone is matched, in sets of one against several or several against
one, at the least total distance.

Sources: Rosenbaum (1991), J. R. Stat. Soc. B 53(3):597-610; Hansen (2004), J. Am. Stat.
Assoc. 99(467):609-618. As a cheapest edge cover: Schrijver (2003), section 19.3.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from outcomes.designs.design import Design
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.cell_distances import links_by_cell, within_width
from outcomes.engine.distance import Space
from outcomes.engine.full_scores import links_on_scores
from outcomes.engine.limits import Limits
from outcomes.engine.matched import Matched, from_cells
from outcomes.engine.study import Study


def match_full(study: Study, design: Design, space: Space, limits: Limits) -> Matched:
    """Match everyone who has an allowed partner, so that pairs cost least in all."""
    turns = np.flatnonzero(study.treated & limits.known)
    pool = np.flatnonzero(~study.treated & limits.known)
    by_matrix = partial(links_by_cell, space=space, limits=limits, solve=cover)
    if space.score is not None and not limits.apart and not limits.within:
        line = links_on_scores(turns, pool, space.score, limits.cell, limits.width)
        one, other = within_width(line, turns, pool, space.score, limits, by_matrix)
    else:
        one, other = by_matrix(turns, pool)
    needed = _needed(one, other)
    one, other = one[needed], other[needed]
    number = np.full(study.n, -1, dtype=np.int64)
    # Of the two ends of a link, the one with more links is the hub of its set.
    hub = np.where(np.bincount(other, minlength=study.n)[other] > 1, other, one)
    number[one] = number[other] = hub
    total = float(np.sum(space.between(one, other)))
    sets = from_cells(number, study.treated, estimand=design.estimand)
    return replace(sets, total_distance=total)


def cover(distances: Floats) -> tuple[Ints, Ints]:
    """(e,) rows and columns of the links that cost least and leave out nobody.

    distances : (t, c), infinite where forbidden; who has no allowed partner is left
    out. All take their cheapest link but those whom one common link serves for less
    than two: these are the best assignment on the savings.
    """
    t = np.flatnonzero(np.isfinite(distances).any(axis=1))
    c = np.flatnonzero(np.isfinite(distances).any(axis=0))
    is_all = distances.shape == (len(t), len(c))
    cost = distances if is_all else distances[np.ix_(t, c)]
    if not cost.size:
        return t, c
    of_row, of_column = cost.argmin(axis=1), cost.argmin(axis=0)
    cheapest = cost.min(axis=1)[:, None] + cost.min(axis=0)
    saved = np.subtract(cost, cheapest, out=cheapest)
    np.minimum(saved, 0, out=saved)
    one, other = linear_sum_assignment(saved)
    shared = saved[one, other] < 0
    one, other = one[shared], other[shared]
    alone = np.setdiff1d(np.arange(len(t)), one)
    left = np.setdiff1d(np.arange(len(c)), other)
    rows = np.concatenate([one, alone, of_column[left]])
    columns = np.concatenate([other, of_row[alone], left])
    return t[rows], c[columns]


def _needed(one: Ints, other: Ints) -> Flags:
    """(e,) links without which somebody would be left out, so that each set has a hub.

    What goes is free: a link of distance 0, or one that stands twice.
    """
    links = np.bincount(np.concatenate([one, other]))
    keep = np.ones(len(one), dtype=bool)
    for i in np.flatnonzero((links[one] > 1) & (links[other] > 1)).tolist():
        ends = [one[i], other[i]]
        if (links[ends] > 1).all():
            keep[i] = False
            links[ends] -= 1
    return keep
