"""Who is the nearest free comparison student? Two answers to the same question.

`line.Line` answers for scores on a line in nearly constant time; `Scan` looks at all
and so can weigh any constraint. Rows are in canonical order, which decides between
equally near students; both finders decide alike.
"""

from typing import Protocol

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.distance import Space, length
from outcomes.engine.limits import Limits, Within
from outcomes.engine.line import NOBODY


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
        self._score = space.score
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
        place = tied[0] if self._score is None else self._next_on_line(row, rows, tied)
        return int(rows[place]), float(distances[place])

    def _next_on_line(self, row: int, rows: Ints, tied: Ints) -> int:
        """Among tied distances the next on the line: the last of the lower scores, the
        first of the others; of these two the lower row."""
        assert self._score is not None
        score = self._score[rows[tied]]
        in_order = tied[np.argsort(score, kind="stable")]
        n_below = int((score < self._score[row]).sum())
        ends = in_order[max(n_below - 1, 0) : n_below + 1]
        return int(ends.min())

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
