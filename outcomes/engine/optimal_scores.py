"""Optimal pairs on a score: the least total distance, in the time of a few sorts.

On a line pairs never need to cross, so it is enough to know who is paired: the first
with the first, the second with the second, and so on. No matrix is ever made.
Most participants come first, then most pairs, then the least distance; the first two
never compete, as every set of participants that can be served extends to a largest one.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.cell_order import in_order

Bits: TypeAlias = NDArray[np.uint8]

SERVED, MORE = 2, 1  # the worth of a participant's first partner, and of each further


@dataclass(frozen=True, slots=True)
class Walk:
    """m stops along the line, cell after cell, scores ascending.

    rows, score : (m,); worth : (m,) what a participant's stop is worth, 0 for a
    comparison student; a participant stops once for each partner sought. block : (m,)
    ascending codes; no optimal pair reaches from one block into another.
    """

    rows: Ints
    score: Floats
    worth: Ints
    block: Ints

    def within(self, one: slice) -> "Walk":
        return Walk(self.rows[one], self.score[one], self.worth[one], self.block[one])

    def paired(self, idle: Flags) -> tuple[Ints, Ints]:
        """(p,) stops of participants, of their partners; idle : (m,) who has none."""
        seeks = self.worth > 0
        return np.flatnonzero(seeks & ~idle), np.flatnonzero(~seeks & ~idle)


def pairs_on_scores(
    turns: Ints, pool: Ints, score: Floats, cell: Ints, width: float, ratio: int
) -> tuple[Ints, Ints]:
    """(p,) rows of participants and of their partners, `ratio` each where possible.

    turns, pool : rows of both arms; score, cell : (n,); width : the longest distance
    allowed. Sources: regret by two heaps is successive shortest paths on a line
    (Edmonds and Karp 1972); pruning as Savje (2020), arXiv:1907.10150.
    """
    walk = _walk(turns, pool, score, cell, ratio)
    idle = _idle(walk)
    one, other = walk.paired(idle)
    long = np.abs(walk.score[one] - walk.score[other]) > width
    seeking = np.bincount(walk.block, walk.worth > 0)
    is_long = np.bincount(walk.block[one[long]], minlength=len(seeking)) > 0
    # Who seeks alone and is too far from the nearest finds nobody nearer.
    idle |= (is_long & (seeking == 1))[walk.block]
    again = np.flatnonzero(is_long & (seeking > 1))
    lows, highs = np.searchsorted(walk.block, [again, again + 1])
    for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
        part = slice(low, high)
        idle[part] = _idle_within(walk.within(part), width)
    one, other = walk.paired(idle)
    return walk.rows[one], walk.rows[other]


def _walk(turns: Ints, pool: Ints, score: Floats, cell: Ints, ratio: int) -> Walk:
    """Everyone in order, but for comparison students whom no optimal pair can need.

    One is needed only if participants on one side, each taking the nearest free student
    towards it, use up all that stand between.
    """
    everyone = np.concatenate([turns, pool])
    is_pool = np.arange(len(everyone)) >= len(turns)
    order = in_order(score[everyone], cell[everyone], is_pool)
    in_pool, rows = is_pool[order], everyone[order]
    step = np.where(in_pool, -1, ratio)
    is_first = np.diff(cell[rows], prepend=-2) != 0
    is_last = np.append(is_first[1:], True)
    from_left = seeking(step, is_first)
    from_right = seeking(step[::-1], is_last[::-1])[::-1]
    starts = (from_left == 0) & np.append(True, from_right[:-1] == 0)
    times = np.where(in_pool, (from_left > 0) | (from_right > 0), ratio)
    rows = np.repeat(rows, times)
    worth = np.repeat(np.where(in_pool, 0, MORE), times)
    first = (np.cumsum(times) - times)[~in_pool]
    worth[first] = SERVED
    return Walk(rows, score[rows], worth, np.repeat(np.cumsum(starts), times))


def seeking(step: Ints, is_first: Flags) -> Ints:
    """(n,) how many still seek when a walk through the cells comes to each stop."""
    level = np.cumsum(step) - step
    deep = int(level.max(initial=0) - level.min(initial=0)) + 1
    level = level - deep * np.cumsum(is_first)  # each cell starts afresh, below all
    still: Ints = level - np.minimum.accumulate(level)
    return still


def _idle(walk: Walk) -> Flags:
    """(m,) stops without a partner in the optimum that knows no caliper.

    A participant takes the cheapest seat on the left or goes idle, on a seat of their
    own; a later student is taken instead where that is cheaper, and then leaves on
    offer the way back. A cost is (worth lost, distance), compared in that order.
    """
    taken = np.zeros(len(walk.rows), dtype=bool)
    seekers: list[tuple[int, float, int]] = []
    offers: list[tuple[int, float, int]] = []
    at = -1
    stops = zip(walk.score.tolist(), walk.worth.tolist(), walk.block.tolist())  # noqa: B905
    for i, (x, worth, block) in enumerate(stops):
        if block != at:
            at, seekers, offers = block, [], []
        if worth:
            lost, cost, seat = worth, 0.0, i
            if offers and (offers[0][0], offers[0][1] + x) < (lost, cost):
                lost, cost, seat = heappop(offers)
                cost += x
            taken[seat] = True
            heappush(seekers, (-lost, -x - cost, seat))
            if worth == MORE and seat != i:
                heappush(offers, (MORE, -x, i))
        elif seekers and (seekers[0][0], seekers[0][1] + x) < (0, 0.0):
            lost, cost, seat = heappop(seekers)
            taken[seat], taken[i] = False, True
            heappush(offers, (-lost, -2 * x - cost, seat))
        else:
            heappush(offers, (0, -x, i))
    # A seat of one's own is taken by who is idle, any other by who is not.
    idle: Flags = taken == (walk.worth > 0)
    return idle


def _idle_within(walk: Walk, width: float) -> Flags:
    """(m,) stops without a partner in the optimum within a caliper.

    What a partner is worth is doubled until as many are served as can be: from there on
    the least cost is the least distance among the largest matches.
    """
    seeks = walk.worth > 0
    scores, pool = walk.score[seeks], walk.score[~seeks]
    worth = walk.worth[seeks].astype(float)
    most = _served(scores, pool, width), _served(scores[worth == SERVED], pool, width)
    scale = width
    while True:
        scale = 2 * scale or 1.0
        one, other = _along(scores, pool, width, worth * scale)
        if (len(one), int((worth[one] == SERVED).sum())) == most:
            break
    idle = np.ones(len(walk.rows), dtype=bool)
    idle[np.flatnonzero(seeks)[one]] = False
    idle[np.flatnonzero(~seeks)[other]] = False
    return idle


def _served(scores: Floats, pool: Floats, width: float) -> int:
    """The most pairs within the caliper: each in turn takes the leftmost in reach."""
    served, j, students = 0, 0, pool.tolist()
    for score in scores.tolist():
        while j < len(students) and score - students[j] > width:
            j += 1
        if j < len(students) and abs(students[j] - score) <= width:
            served, j = served + 1, j + 1
    return served


def _along(
    scores: Floats, pool: Floats, width: float, worth: Floats
) -> tuple[list[int], list[int]]:
    """Positions of paired participants and partners that lose least worth and distance.

    saved[j] : the best of the participants so far with the first j of the pool, as what
    they cost beyond serving nobody. A row touches only those in reach of its caliper.
    """
    slack = np.nextafter(width, np.inf) * (1 + 1e-12)  # the exact test follows
    low = np.searchsorted(pool, scores - slack, side="left")
    high = np.searchsorted(pool, scores + slack, side="right")
    saved, reach, came = np.zeros(len(pool) + 1), 0, []
    for score, a, b, gain in zip(scores, low, high, worth, strict=True):
        saved[reach + 1 : b + 1] = saved[reach]
        reach = b
        distance = np.abs(pool[a:b] - score)
        take = saved[a:b] + np.where(distance <= width, distance - gain, np.inf)
        without = saved[a + 1 : b + 1].copy()
        best = np.minimum.accumulate(np.minimum(without, take))
        came.append((np.packbits(best < without), np.packbits(take == best)))
        saved[a + 1 : b + 1] = best
    return _traced(came, low.tolist(), high.tolist())


def _traced(
    came: list[tuple[Bits, Bits]], low: list[int], high: list[int]
) -> tuple[list[int], list[int]]:
    """Walk back from the last participant along the choices that were best."""
    one, other = [], []
    j = high[-1] if high else 0
    for i in range(len(came) - 1, -1, -1):
        j = min(j, high[i])
        size = j - low[i]
        if size <= 0 or not np.unpackbits(came[i][0], count=size)[-1]:
            continue  # nothing in reach, or no better off than those before
        chosen = np.flatnonzero(np.unpackbits(came[i][1], count=size))
        j = low[i] + int(chosen[-1])
        one.append(i)
        other.append(j)
    return one[::-1], other[::-1]
