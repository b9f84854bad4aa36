"""Optimal pairs: of all ways to pair students, one with the least total distance.

Most participants first, then most pairs, then the least total. Sources: Rosenbaum
(1989), J. Am. Stat. Assoc. 84(408):1024-1032; Crouse (2016), IEEE Trans. Aerosp.
52(4):1679-1696 for the solver.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.cell_distances import cells_with_distances
from outcomes.engine.distance import Space
from outcomes.engine.limits import Limits
from outcomes.engine.matched import Matched, from_cells
from outcomes.engine.optimal_scores import MORE, SERVED, pairs_on_scores
from outcomes.engine.study import Study


def match_optimal(
    study: Study, design: Design, space: Space, limits: Limits
) -> Matched:
    """Match `ratio` comparison students to each participant where that many are left.

    Raises DesignError for matching with replacement, where nearest is optimal already.
    """
    if design.replacement:
        raise DesignError(
            'with replacement the nearest match is the optimal one; use "nearest"',
            "method",
        )
    turns = np.flatnonzero(study.treated & limits.known)
    pool = np.flatnonzero(~study.treated & limits.known)
    if space.score is not None and not limits.apart and not limits.within:
        one, other = pairs_on_scores(
            turns, pool, space.score, limits.cell, limits.width, design.ratio
        )
    else:
        one, other = pairs_by_cell(turns, pool, space, limits, design.ratio)
    number = np.full(study.n, -1, dtype=np.int64)
    number[one] = number[other] = one
    return replace(
        from_cells(number, study.treated),
        is_paired=True,
        total_distance=float(np.sum(space.between(one, other))),
    )


def pairs_by_cell(
    turns: Ints, pool: Ints, space: Space, limits: Limits, ratio: int
) -> tuple[Ints, Ints]:
    """(p,) rows of participants and of their partners, under any limits."""
    one, other = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for cell in cells_with_distances(turns, pool, space, limits):
        rows, columns = assign(cell.distances, ratio)
        one.append(cell.turns[rows])
        other.append(cell.pool[columns])
    return np.concatenate(one), np.concatenate(other)


def assign(distances: Floats, ratio: int) -> tuple[Ints, Ints]:
    """(p,) rows and columns of the pairs that cost least.

    distances : (t, c), infinite where forbidden. Each row stands `ratio` times. Where
    not all can be served, a partner is worth more than all distances together, and a
    row's first partner twice as much.
    """
    allowed = np.isfinite(distances)
    columns = np.flatnonzero(allowed.any(axis=0))
    cost = np.repeat(distances[:, columns], ratio, axis=0)
    if not allowed[:, columns].all() or len(cost) > len(columns):
        is_first = np.arange(len(cost)) % ratio == 0
        worth = np.where(is_first, SERVED, MORE) * _above(cost)
        # A pair that costs 0 is none: nobody gains from it.
        cost = np.minimum(cost - worth[:, None], 0)
    one, other = linear_sum_assignment(cost)
    real = allowed[one // ratio, columns[other]]
    return one[real] // ratio, columns[other[real]]


def _above(cost: Floats) -> float:
    """More than any set of pairs costs."""
    finite = cost[np.isfinite(cost)]
    return (min(cost.shape) + 1) * float(finite.max(initial=0)) or 1.0
