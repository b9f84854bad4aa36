"""Who is the nearest free comparison student? Two answers to the same question.

`Line` answers for scores on a line in nearly constant time; `Scan` looks at everyone
and so can weigh any constraint. Rows are in canonical order, so of equally near
students the one with the lowest row is taken.
"""

from bisect import bisect_left
from typing import Protocol

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.distance import Space, length
from outcomes.engine.limits import Limits, Within

NOBODY = (-1, float("inf"))


class Finder(Protocol):
    def nearest(self, row: int) -> tuple[int, float]:
        """The nearest free comparison student and the distance, or NOBODY."""

    def take(self, row: int) -> None:
        """That comparison student is no longer free."""


class Scan:
    """Measures the distance to every comparison student of the same cell."""

    def __init__(
        self, pool: Ints, space: Space, limits: Limits, tie_tolerance: float
    ) -> None:
        self._space = space
        self._limits = limits
        self._tolerance = tie_tolerance
        self._pools = {
            int(cell): pool[limits.cell[pool] == cell]
            for cell in np.unique(limits.cell[pool])
        }
        self._points = {c: space.points[rows] for c, rows in self._pools.items()}
        self._free = np.ones(len(space.points), dtype=bool)

    def take(self, row: int) -> None:
        self._free[row] = False

    def nearest(self, row: int) -> tuple[int, float]:
        rows, distances = self.allowed(row)
        if not len(rows):
            return NOBODY
        tied = np.flatnonzero(distances <= distances.min() + self._tolerance)
        return int(rows[tied[0]]), float(distances[tied[0]])

    def allowed(self, row: int) -> tuple[Ints, Floats]:
        """Free comparison students that break no constraint, and their distances."""
        cell = int(self._limits.cell[row])
        rows = self._pools.get(cell)
        if rows is None:
            return np.empty(0, dtype=np.int64), np.empty(0)
        distances = length(self._points[cell] - self._space.points[row])
        keep = self._free[rows] & (distances <= self._limits.width)
        for code in self._limits.apart:
            keep &= code[rows] != code[row]
        for caliper in self._limits.within:
            keep &= _near(caliper, row, rows)
        return rows[keep], distances[keep]


def _near(caliper: Within, row: int, rows: Ints) -> Flags:
    gap = np.abs(caliper.values[rows] - caliper.values[row])
    near: Flags = gap <= caliper.width
    return near


class Line:
    """Scores sorted within cells; taken students are skipped by a union-find."""

    def __init__(self, pool: Ints, score: Floats, limits: Limits) -> None:
        order = pool[np.lexsort((pool, score[pool], limits.cell[pool]))]
        self._rows = order.tolist()
        self._scores = score[order].tolist()
        self._width = limits.width
        self._score, self._cell = score.tolist(), limits.cell.tolist()
        cell = limits.cell[order]
        starts = np.flatnonzero(np.diff(cell, prepend=-2))
        ends = [*starts[1:].tolist(), len(order)]
        self._bounds = {
            int(cell[a]): (a, b) for a, b in zip(starts.tolist(), ends, strict=True)
        }
        self._place = {row: i for i, row in enumerate(self._rows)}
        # Slot i + 1 stands for place i; 0 and len + 1 are the walls.
        self._right = list(range(len(order) + 2))
        self._left = list(range(len(order) + 2))

    def take(self, row: int) -> None:
        slot = self._place[row] + 1
        self._right[slot] = slot + 1
        self._left[slot] = slot - 1

    def nearest(self, row: int) -> tuple[int, float]:
        start, end = self._bounds.get(self._cell[row], (0, 0))
        score = self._score[row]
        found = NOBODY
        for place in self._neighbours(score, start, end):
            distance = abs(self._scores[place] - score)
            candidate = (distance, self._rows[place])
            if distance <= self._width and candidate < (found[1], found[0]):
                found = (self._rows[place], distance)
        return found

    def _neighbours(self, score: float, start: int, end: int) -> list[int]:
        """The first free place at or right of the score, and the first of the nearest
        free block of equal scores left of it."""
        at = bisect_left(self._scores, score, start, end)
        places = []
        right = _find(self._right, at + 1) - 1
        if right < end:
            places.append(right)
        left = _find(self._left, at) - 1
        if left >= start:
            block = bisect_left(self._scores, self._scores[left], start, left)
            places.append(_find(self._right, block + 1) - 1)
        return places


def _find(parent: list[int], slot: int) -> int:
    """The free slot that stands for this one, halving the path on the way."""
    while parent[slot] != slot:
        parent[slot] = parent[parent[slot]]
        slot = parent[slot]
    return slot
