"""Scores in order within cells, and the nearest free one on either side.

One sort serves every query. Everyone's first choice is found at once; the only loop is
over participants in turn, and it looks on only for those who come too late.
"""

from typing import TypeVar

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.cell_order import by_cell_and_score, by_score, is_one

Column = TypeVar("Column", Ints, Floats)

NO_DISTANCE = float("inf")
NOBODY = (-1, NO_DISTANCE)


def _pool_by_score(pool: Ints, score: Floats) -> tuple[Ints, Floats]:
    """(m,) the rows of the pool by score and row, and their scores."""
    order, scores = by_score(score[pool])
    return pool[order], scores


def _ended(values: Column, end: float) -> Column:
    """The same with one more at the end, where it stands: nothing is copied."""
    values.resize(len(values) + 1, refcheck=False)
    values[-1] = end
    return values


def least_so_far(values: Floats) -> tuple[Floats, Ints]:
    """Running minima, and where the last of each stands."""
    least = np.minimum.accumulate(values)
    places = np.where(values == least, np.arange(len(values)), 0)
    return least, np.maximum.accumulate(places)


class Line:
    """Nearest free neighbours on a line, each in nearly constant time.

    turns : (t,) participants in the order in which they choose; pool : (m,) comparison
    students; both rows of score and cell (n,); width : the widest distance allowed.
    A slot is a place in the order of the pool; slot m, behind all, is nobody's.
    """

    def __init__(
        self, turns: Ints, pool: Ints, score: Floats, cell: Ints, width: float
    ) -> None:
        self._turns, self._own, self._width = turns, score[turns], width
        if is_one(cell):
            rows, scores = _pool_by_score(pool, score)
            self._low = np.zeros_like(turns)
            self._high = np.full_like(turns, len(pool))
            self._at = np.searchsorted(scores, self._own)
        else:
            rows, scores = by_cell_and_score(pool, score, cell)
            self._low, self._high = _bounds(cell[pool], cell[turns])
            self._at = _places(scores, self._own, self._low, self._high)
        self._rows, self._scores = _ended(rows, -1), _ended(scores, np.inf)
        self._index: dict[int, int] = {}  # of each turn, once one is asked for by row
        self._slot: dict[int, int] = {}  # of each row that was found
        self._taken = bytearray(len(rows) + 1)
        self._right: dict[int, int] = {}  # where to look on from a slot that is taken
        self._left: dict[int, int] = {}

    def in_turn(self) -> tuple[Ints, Ints, Floats]:
        """One round: participants, whom each took, and how far apart they are."""
        slots, distances, is_tied = self._first_choices()
        nobody, taken = len(self._rows) - 1, self._taken
        some = np.flatnonzero(slots != nobody)
        chosen, tied = slots[some].tolist(), is_tied[some].tolist()
        for k, slot in enumerate(chosen):
            # A tie between both sides may fall otherwise once somebody was taken.
            if taken[slot] or tied[k]:
                i = int(some[k])
                slot, distances[i] = self._search(i)
                chosen[k] = slot
            if slot != nobody:
                taken[slot] = 1
        found = np.array(chosen, dtype=np.int64)
        some, found = some[found != nobody], found[found != nobody]
        return self._turns[some], self._rows[found], distances[some]

    def only(self, wants: Flags) -> None:
        """From now on only these (t,) of the participants in turn take part."""
        self._turns, self._own = self._turns[wants], self._own[wants]
        self._at, self._low = self._at[wants], self._low[wants]
        self._high = self._high[wants]
        self._index = {}

    def _first_choices(self) -> tuple[Ints, Floats, Flags]:
        """(t,) the nearest slot that is free before the round, its distance, and
        whether one on the other side is as near."""
        right, left = self._at, self._at - 1
        if 1 in self._taken:
            free = np.flatnonzero(np.frombuffer(self._taken, dtype=np.int8) == 0)
            place = np.searchsorted(free, right)  # slot m is free for ever
            right, left = free[place], np.append(free, -1)[place - 1]
        above, below = self._gaps(right, left)
        is_lower = self._rows[right] < self._rows[left]
        slots = np.where((above < below) | ((above == below) & is_lower), right, left)
        distances = np.minimum(above, below)
        is_far = (distances > self._width) | (distances == NO_DISTANCE)
        return np.where(is_far, len(self._rows) - 1, slots), distances, above == below

    def nearest_of_all(self, count: int) -> tuple[Ints, Ints, Floats, Floats]:
        """Whoever is as near as the count-th nearest, taken or not.

        (m,) which turn, which comparison student, how far; (t,) the farthest distance.
        """
        right, left = self._at, self._at - 1
        edge = np.full(len(right), -np.inf)
        for _ in range(count):
            above, below = self._gaps(right, left)
            near = np.minimum(above, below)
            is_near = (near <= self._width) & (near < NO_DISTANCE)
            edge = np.where(is_near, near, edge)
            right = right + (is_near & (above <= below))
            left = left - (is_near & (above > below))
        right, left = self._with_ties(right, left, edge)
        many = right - left - 1
        turn = np.repeat(np.arange(len(many)), many)
        slots = np.arange(len(turn)) - np.repeat(np.cumsum(many) - right, many)
        distances = np.abs(self._scores[slots] - self._own[turn])
        return turn, self._rows[slots], distances, edge

    def _with_ties(self, right: Ints, left: Ints, edge: Floats) -> tuple[Ints, Ints]:
        """The slots before and after all that are within the edge, score by score."""
        steps = np.flatnonzero(self._scores[1:] != self._scores[:-1]) + 1
        ends, starts = np.append(steps, len(self._rows)), np.append(0, steps)
        while True:
            above, below = self._gaps(right, left)
            if not ((above <= edge) | (below <= edge)).any():
                return right, left
            end = ends[np.searchsorted(steps, right, side="right")]
            start = starts[np.searchsorted(steps, left, side="right")]
            right = np.where(above <= edge, np.minimum(end, self._high), right)
            left = np.where(below <= edge, np.maximum(start, self._low) - 1, left)

    def _gaps(self, right: Ints, left: Ints) -> tuple[Floats, Floats]:
        """(t,) how far these slots are, infinite beyond the cell."""
        above = np.where(right < self._high, self._scores[right] - self._own, np.inf)
        below = np.where(left >= self._low, self._own - self._scores[left], np.inf)
        return above, below

    def nearest(self, row: int) -> tuple[int, float]:
        """The nearest free comparison student and the distance, or NOBODY.

        Of equal scores, the one next on the line: the last row from above, the first
        from below; of two equally near on either side, the lower row. So do MatchIt's
        ties fall, whose data order our rows stand in.
        """
        if not self._index:
            places = range(len(self._turns))
            self._index = dict(zip(self._turns.tolist(), places, strict=True))
        slot, distance = self._search(self._index[row])
        found = int(self._rows[slot])
        self._slot[found] = slot
        return found, distance

    def rank(self, row: int, other: int) -> int:
        return 0

    def take(self, row: int, other: int) -> None:
        self._taken[self._slot[other]] = 1

    def is_free(self, other: int) -> bool:
        return not self._taken[self._slot[other]]

    def _search(self, i: int) -> tuple[int, float]:
        """The nearest free slot of the i-th participant and its distance."""
        right, left = int(self._at[i]), int(self._at[i]) - 1
        if self._taken[right]:
            right = _free(self._taken, self._right, right, 1)
        if self._taken[left]:
            left = _free(self._taken, self._left, left, -1)
        score, above, below = float(self._own[i]), NO_DISTANCE, NO_DISTANCE
        if right < self._high[i]:
            above = float(self._scores[right]) - score
        if left >= self._low[i]:
            below = score - float(self._scores[left])
        distance = min(above, below)
        if distance > self._width or distance == NO_DISTANCE:
            return len(self._rows) - 1, NO_DISTANCE
        is_lower = self._rows[right] < self._rows[left]
        is_right = above < below or (above == below and is_lower)
        return (right if is_right else left), distance


def _bounds(pool: Ints, turns: Ints) -> tuple[Ints, Ints]:
    """(t,) where the cell of each of `turns` begins among the sorted cells of the pool,
    and where it ends."""
    most = max(int(pool.max(initial=0)), int(turns.max(initial=0)))
    sizes = np.bincount(pool, minlength=most + 1)
    ends = np.cumsum(sizes)
    return (ends - sizes)[turns], ends[turns]


def _places(scores: Floats, own: Floats, low: Ints, high: Ints) -> Ints:
    """(t,) the first slot from low to high whose score is not below one's own, by
    halves. Cells are short, and all are asked at once."""
    while (is_open := low < high).any():
        middle = (low + high) >> 1
        is_below = np.zeros_like(is_open)
        is_below[is_open] = scores[middle[is_open]] < own[is_open]
        low = np.where(is_below, middle + 1, low)
        high = np.where(is_open & ~is_below, middle, high)
    return low


def _free(taken: bytearray, jump: dict[int, int], slot: int, step: int) -> int:
    """The first slot on the way that is not taken, shortening the way."""
    end = slot
    while taken[end]:  # slots m and -1, the two ends, are one byte that stays 0
        end = jump.get(end, end + step)
    while slot != end:
        jump[slot], slot = end, jump.get(slot, slot + step)
    return end
