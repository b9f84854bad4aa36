"""A variable ratio on a score, optimal: partners one by one, each at the least cost.

On a line it is enough to know how many each participant is given and who is taken:
the first is then paired with the first. What a further pair costs is read off the line
too: to walk over a gap costs its width, and gains it where pairs reach over it the
other way.
"""

from functools import partial

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.cell_order import in_order
from outcomes.engine.limits import by_cell
from outcomes.engine.line import least_so_far
from outcomes.engine.optimal_scores import seeking
from outcomes.engine.tasks import run_in_parts

NOWHERE = float("inf")
STEP_A_STOP = 5  # what a pair takes a stop, in tens of nanoseconds


def pairs_in_ratio(
    turns: Ints, pool: Ints, score: Floats, cell: Ints, ratios: tuple[int, int, int]
) -> tuple[Ints, Ints]:
    """(p,) rows of participants and of their partners, cell after cell.

    turns, pool : rows of both arms; score, cell : (n,); ratios : the least, the mean
    and the most that a participant is given. Most participants come first, then most
    of their first `least` places, then most pairs, up to the mean, then the least
    distance.
    Source: successive shortest paths, Edmonds and Karp (1972), J. ACM 19(2):248-264.
    """
    places: list[tuple[Ints, Flags]] = []
    pools = by_cell(pool, cell)
    for code, here in by_cell(turns, cell).items():
        rows = np.concatenate([here, pools.get(code, pool[:0])])
        is_pool = np.arange(len(rows)) >= len(here)
        order = in_order(score[rows], cell[rows], is_pool)
        rows, seeks = rows[order], ~is_pool[order]
        needed = _needed(seeks, ratios[-1])
        places.append((rows[needed], seeks[needed]))
    lines = [(score[rows], seeks) for rows, seeks in places]
    work = [STEP_A_STOP * ratios[1] * int(s.sum()) * len(s) for _, s in lines]
    one, other = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    found = run_in_parts(partial(_given, ratios), lines, work)
    for (rows, seeks), given in zip(places, found, strict=True):
        one.append(np.repeat(rows[seeks], given[seeks]))
        other.append(rows[~seeks & (given > 0)])
    return np.concatenate(one), np.concatenate(other)


def _needed(seeks: Flags, most: int) -> Flags:
    """(n,) stops but for comparison students whom no optimal pair can need: on either
    side participants find all they may seek before they come to them."""
    step, first = np.where(seeks, most, -1), np.arange(len(seeks)) == 0
    from_left = seeking(step, first)
    from_right = seeking(step[::-1], first)[::-1]
    needed: Flags = seeks | (from_left > 0) | (from_right > 0)
    return needed


def _given(ratios: tuple[int, int, int], line: tuple[Floats, Flags]) -> Ints:
    """(n,) partners of each stop along a line.

    line : (n,) scores, ascending, and who seeks;
    flow : (n - 1,) pairs that reach over each gap with the participant on the left,
    less those with the participant on the right.
    """
    (least, mean, most), (score, seeks) = ratios, line
    gap, flow = np.diff(score), np.zeros(len(score) - 1, dtype=np.int64)
    given = np.zeros(len(score), dtype=np.int64)
    left = mean * int(seeks.sum())
    for limit in (1, least, most):
        while left:
            start, end = _cheapest(
                gap, flow, seeks & (given < limit), ~seeks & (given < 1)
            )
            if start < 0:
                break
            flow[start:end] += 1
            flow[end:start] -= 1
            given[[start, end]] += 1
            left -= 1
    return given


def _cheapest(gap: Floats, flow: Ints, starts: Flags, ends: Flags) -> tuple[int, int]:
    """From which stop to which one more pair costs least; -1 where there is none.

    gap, flow : (n - 1,); starts, ends : (n,). A way leads to the right or to the left
    only, since the way back over a gap never gains more than the way over it cost.
    """
    rightwards = np.concatenate([[0.0], np.cumsum(np.where(flow < 0, -gap, gap))])
    leftwards = np.concatenate([[0.0], np.cumsum(np.where(flow > 0, -gap, gap))])
    from_left, on_left = least_so_far(np.where(starts, -rightwards, NOWHERE))
    from_right, on_right = least_so_far(np.where(starts, leftwards, NOWHERE)[::-1])
    to_right = np.where(ends, from_left + rightwards, NOWHERE)
    to_left = np.where(ends, from_right[::-1] - leftwards, NOWHERE)
    right, left = int(to_right.argmin()), int(to_left.argmin())
    if not min(to_right[right], to_left[left]) < NOWHERE:
        return -1, -1
    if to_right[right] <= to_left[left]:
        return int(on_left[right]), right
    return len(starts) - 1 - int(on_right[::-1][left]), left
