"""Optimal pairs: of all ways to pair students, one with the least total distance.

Most participants first, then most pairs, then the best tiers where some students are
preferred, then the least total. Sources: Rosenbaum (1989), J. Am. Stat. Assoc.
84(408):1024-1032; Crouse (2016), IEEE Trans. Aerosp. 52(4):1679-1696 for the solver.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from outcomes.designs.design import Design
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.cell_distances import Solve, links_by_cell, within_width
from outcomes.engine.distance import Space
from outcomes.engine.limits import Limits
from outcomes.engine.matched import Matched, from_cells
from outcomes.engine.optimal_scores import MORE, SERVED, pairs_on_scores
from outcomes.engine.ratio_cells import assign_between
from outcomes.engine.ratio_scores import pairs_in_ratio
from outcomes.engine.study import Study


def match_optimal(
    study: Study, design: Design, space: Space, limits: Limits
) -> Matched:
    """Match `ratio` comparison students to each participant, where as many are left."""
    turns = np.flatnonzero(study.treated & limits.known)
    pool = np.flatnonzero(~study.treated & limits.known)
    is_free = not (limits.apart or limits.within or limits.tiers)
    if space.score is not None and is_free:
        one, other = _on_scores(turns, pool, space, limits, design)
    else:
        one, other = pairs_by_cell(turns, pool, space, limits, design)
    number = np.full(study.n, -1, dtype=np.int64)
    number[one] = number[other] = one
    return replace(
        from_cells(number, study.treated),
        is_paired=True,
        total_distance=float(np.sum(space.between(one, other))),
    )


def _on_scores(
    turns: Ints, pool: Ints, space: Space, limits: Limits, design: Design
) -> tuple[Ints, Ints]:
    """Pairs along the line, the first with the first: of all that lie as far apart in
    total these have the least squares too, and the shortest longest pair.

    Where the ratio varies the line does not mind the caliper, and a cell with a pair
    that is too long is solved by its matrix.
    """
    (least, most), mean, score = design.ratios, design.ratio, space.score
    assert score is not None
    cell, width = limits.cell, limits.width
    if least == most:
        return pairs_on_scores(turns, pool, score, cell, width, mean)
    line = pairs_in_ratio(turns, pool, score, cell, (least, mean, most))
    by_matrix = partial(pairs_by_cell, space=space, limits=limits, design=design)
    one, other = within_width(line, turns, pool, score, limits, by_matrix)
    one, other = (r[np.lexsort((r, score[r], cell[r]))] for r in (one, other))
    return one, other


def pairs_by_cell(
    turns: Ints, pool: Ints, space: Space, limits: Limits, design: Design
) -> tuple[Ints, Ints]:
    """(p,) rows of participants and of their partners, under any limits."""
    least, most = design.ratios
    if least == most:
        solve: Solve = partial(assign, ratio=most)
        return links_by_cell(turns, pool, space, limits, solve, times=most)
    solve = partial(assign_between, least=least, mean=design.ratio, most=most)
    return links_by_cell(turns, pool, space, limits, solve)


def assign(distances: Floats, ratio: int) -> tuple[Ints, Ints]:
    """(p,) rows and columns of the pairs that cost least.

    distances : (t, c), infinite where forbidden. Each row stands `ratio` times. Where
    not all can be served, a partner is worth more than all distances together, and a
    row's first partner twice as much.
    """
    allowed = np.isfinite(distances)
    columns = np.flatnonzero(allowed.any(axis=0))
    cost = distances.take(columns, axis=1)
    if ratio > 1:
        cost = np.repeat(cost, ratio, axis=0)
    if not allowed[:, columns].all() or len(cost) > len(columns):
        is_first = np.arange(len(cost)) % ratio == 0
        cost -= (np.where(is_first, SERVED, MORE) * _above(cost))[:, None]
        # A pair that costs 0 is none: nobody gains from it.
        np.minimum(cost, 0, out=cost)
    one, other = linear_sum_assignment(cost)
    real = allowed[one // ratio, columns[other]]
    return one[real] // ratio, columns[other[real]]


def _above(cost: Floats) -> float:
    """More than any set of pairs costs."""
    most = float(cost.max(initial=0, where=np.isfinite(cost)))
    return (min(cost.shape) + 1) * most or 1.0
