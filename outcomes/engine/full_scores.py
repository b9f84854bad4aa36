"""Full matching on a score: the cheapest cover of a line, in the time of a few sorts.

Sorted, the students of a cell fall into runs of one arm after the other. In a cheapest
cover links reach from a run into the next only, and split each run in two: those who
link to the left, then those who link to the right.
"""

from dataclasses import dataclass

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.cell_order import in_order
from outcomes.engine.line import least_so_far


@dataclass(frozen=True, slots=True)
class Run:
    """Students of one arm, next to each other: places `start` to `end` of the line."""

    start: int
    end: int
    is_first: bool  # of its cell


def links_on_scores(
    turns: Ints, pool: Ints, score: Floats, cell: Ints, width: float
) -> tuple[Ints, Ints]:
    """(e,) rows of participants and of comparison students: the cheapest links that
    leave out nobody who has somebody of the other arm within `width` in the cell.

    The width is not minded further: the caller checks the links. Source: Colannino et
    al. (2007), Graphs Comb. 23:169-183, many-to-many matching on a line.
    """
    everyone = np.concatenate([turns, pool])
    is_pool = np.arange(len(everyone)) >= len(turns)
    order = in_order(score[everyone], cell[everyone], is_pool)
    order = order[
        _in_reach(score[everyone[order]], cell[everyone[order]], is_pool[order], width)
    ]
    rows, in_pool = everyone[order], is_pool[order]
    left, right = _links(score[rows], _runs(cell[rows], in_pool))
    swapped = in_pool[left]
    one, other = np.where(swapped, right, left), np.where(swapped, left, right)
    return rows[one], rows[other]


def _in_reach(score: Floats, cell: Ints, in_pool: Flags, width: float) -> Flags:
    """(n,) places with somebody of the other arm within `width` in the same cell."""
    n = len(score)
    places = np.arange(n)
    reach = np.zeros(n, dtype=bool)
    for arm in (in_pool, ~in_pool):
        before = np.maximum.accumulate(np.where(arm, places, -1))
        after = np.minimum.accumulate(np.where(arm, places, n)[::-1])[::-1]
        for other, is_there in ((before, before >= 0), (after, after < n)):
            nearest = np.where(is_there, other, 0)
            near = is_there & (cell[nearest] == cell)
            reach |= ~arm & near & (np.abs(score[nearest] - score) <= width)
    return reach


def _runs(cell: Ints, in_pool: Flags) -> list[Run]:
    is_first = np.diff(cell, prepend=-2) != 0
    starts = np.flatnonzero(is_first | np.diff(in_pool, prepend=False))
    ends = np.append(starts[1:], len(cell))[: len(starts)]
    columns = (starts.tolist(), ends.tolist(), is_first[starts].tolist())
    return [Run(*run) for run in zip(*columns, strict=True)]


def _links(score: Floats, runs: list[Run]) -> tuple[Ints, Ints]:
    """(e,) places on the left and on the right of each link of the cheapest cover.

    cost[j] : of all runs so far, with the first j of this run linked to the left.
    """
    left, right, chosen = [], [], []
    cost = np.zeros(1)
    for i, run in enumerate(runs):
        if run.is_first:
            cost = np.full(run.end - run.start + 1, np.inf)
            cost[0], choice = 0.0, np.zeros(0, dtype=np.int64)
        else:
            before = runs[i - 1]
            cost, choice = _next_cost(
                cost, score[before.start : before.end], score[run.start : run.end]
            )
        chosen.append(choice)
    for i in range(len(runs) - 1, 0, -1):
        if i == len(runs) - 1 or runs[i + 1].is_first:
            taken = runs[i].end - runs[i].start
        if runs[i].is_first:
            continue
        given = int(chosen[i][taken])
        one, other = _fan(runs[i].start, given, taken)
        left.append(one)
        right.append(other)
        taken = runs[i - 1].end - runs[i - 1].start - given
    none = [np.empty(0, dtype=np.int64)]
    return np.concatenate(none + left), np.concatenate(none + right)


def _next_cost(cost: Floats, a: Floats, b: Floats) -> tuple[Floats, Ints]:
    """(len(b) + 1,) cost of a run b after a run a, and how many of a link to b.

    When the last l of a link to the first j of b, each reaches the edge of its run, and
    max(l, j) links cross the gap between.
    """
    gap = b[0] - a[-1]
    own = cost[::-1] + np.concatenate([[0.0], np.cumsum(a[-1] - a[::-1])])
    across = own + gap * np.arange(len(own))
    j = np.arange(len(b) + 1)
    to_b = np.concatenate([[0.0], np.cumsum(b - b[0])])
    fewer, l_fewer = least_so_far(own)
    more, l_more = least_so_far(across[::-1])
    more, l_more = more[::-1], len(own) - 1 - l_more[::-1]
    at = np.minimum(j, len(own) - 1)
    few = fewer[at] + gap * j
    many = np.where(j < len(own), more[at], np.inf)
    return to_b + np.minimum(few, many), np.where(many < few, l_more[at], l_fewer[at])


def _fan(edge: int, given: int, taken: int) -> tuple[Ints, Ints]:
    """(max(given, taken),) links across an edge; the nearest student takes the rest.

    Without anyone given or taken, the nearest serves, who is linked elsewhere too.
    """
    k = np.arange(max(given, taken))
    before, after = max(given, 1), max(taken, 1)
    one = edge - before + np.minimum(k, before - 1)
    other = edge + np.maximum(k - (len(k) - after), 0)
    return one, other
