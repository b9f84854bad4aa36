"""Who is the nearest free comparison student? Three answers to one question.

`line.Line` answers for scores on a line in nearly constant time; `Scan` looks at all
and so can weigh any constraint; `FewFirst` looks at a few of many first. Rows are in
canonical order, which decides between equally near students; all decide alike.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Protocol, TypeAlias

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.distance import Space, length
from outcomes.engine.limits import Limits, by_cell
from outcomes.engine.line import NO_DISTANCE, NOBODY
from outcomes.engine.nearest_few import NearestFew

# Comparison students a participant; of 100 then 99 get one of the two nearest.
PLENTY = 8

# Participants, the comparison student that each took, and their distances.
Round: TypeAlias = tuple[Ints, Ints, Floats]


class Finder(Protocol):
    def in_turn(self) -> Round:
        """Each participant, in turn, takes the nearest comparison student left."""

    def only(self, wants: Flags) -> None:
        """From now on only these of the participants in turn take part."""

    def nearest(self, row: int) -> tuple[int, float]:
        """The nearest free comparison student and the distance, or NOBODY."""

    def rank(self, row: int, other: int) -> int:
        """What counts before the distance: 0, unless some students are preferred."""

    def take(self, row: int, other: int) -> None:
        """That comparison student served the participant, and may be free no longer."""

    def is_free(self, other: int) -> bool:
        """Whether a comparison student that was found may still serve."""


def as_round(found: Iterable[tuple[int, int, float]]) -> Round:
    """The same as arrays."""
    table = [*found]
    rows, others = ([pair[i] for pair in table] for i in (0, 1))
    distances = [distance for *_, distance in table]
    return np.array(rows, np.int64), np.array(others, np.int64), np.array(distances)


class Scan:
    """Measures the distance to every comparison student of the same cell."""

    def __init__(
        self,
        turns: Ints,
        pool: Ints,
        space: Space,
        limits: Limits,
        tie_tolerance: float,
        ratio: int = 1,
    ) -> None:
        self._turns = turns
        self._pool = pool
        self._ratio = ratio  # how many each may seek
        self._space = space
        self._limits = limits
        self._score = space.score
        self._tolerance = tie_tolerance
        self._free = np.ones(len(space.points), dtype=bool)
        self._prepare()

    def _prepare(self) -> None:
        """What another way to look needs beside."""

    @cached_property
    def _cells(self) -> dict[int, tuple[Ints, Floats]]:
        """The pool of each cell, and its points."""
        pools = by_cell(self._pool, self._limits.cell)
        points = self._space.points
        return {code: (rows, points.take(rows, axis=0)) for code, rows in pools.items()}

    def in_turn(self) -> Round:
        return as_round(self._in_turn())

    def only(self, wants: Flags) -> None:
        self._turns = self._turns[wants]

    def _in_turn(self) -> Iterator[tuple[int, int, float]]:
        for row in self._turns.tolist():
            other, distance = self.nearest(row)
            if other != NOBODY[0]:
                self.take(row, other)
                yield row, other, distance

    def rank(self, row: int, other: int) -> int:
        return 0

    def take(self, row: int, other: int) -> None:
        self._free[other] = False

    def is_free(self, other: int) -> bool:
        return bool(self._free[other])

    def nearest(self, row: int) -> tuple[int, float]:
        rows, distances = self.nearby(row, 1)
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

    def nearby(self, row: int, count: int) -> tuple[Ints, Floats]:
        """Free comparison students that break no constraint, and their distances: at
        least all that are as near as the count-th nearest."""
        found = self._cells.get(int(self._limits.cell[row]))
        if found is None:
            return np.empty(0, dtype=np.int64), np.empty(0)
        return self._allowed(row, *found)

    def in_tiers(self, row: int, count: int) -> Iterator[tuple[Ints, Floats]]:
        """The same in parts, the preferred first."""
        yield self.nearby(row, count)

    def _allowed(self, row: int, rows: Ints, points: Floats) -> tuple[Ints, Floats]:
        distances = length(points - self._space.points[row])
        keep = self._free[rows] & (distances <= self._limits.width)
        self._limits.forbid(keep, row, rows)
        return rows[keep], distances[keep]


class FewFirst(Scan):
    """Asks for the few nearest to all participants at once, then for more about one,
    before it looks at everyone."""

    FEW, FEWER = 8, 3
    SLACK = 1e-9  # by which a distance found may differ from ours, and more

    def _prepare(self) -> None:
        self._nearest = NearestFew(self._space, self._pool)
        few = self.FEWER if self._is_easy() else self.FEW
        self._near, self._edge = self._nearest.ask(self._turns, few)
        self._place = np.full(len(self._space.points), -1)
        self._place[self._turns] = np.arange(len(self._turns))

    def _is_easy(self) -> bool:
        """Whether hardly anybody will have to be asked for again."""
        is_free = not (self._limits.apart or self._limits.within)
        many = PLENTY * len(self._turns)
        return is_free and self._ratio == 1 and many <= len(self._pool)

    def _in_turn(self) -> Iterator[tuple[int, int, float]]:
        few, far, reach = self._few()
        least = far.min(axis=1)
        is_one = (far <= least[:, None] + self._tolerance).sum(axis=1) == 1
        first = np.take_along_axis(few, far.argmin(axis=1)[:, None], axis=1)[:, 0]
        columns = self._turns, first, least, is_one & (least < reach)
        choices = zip(*(column.tolist() for column in columns), strict=True)
        for i, (row, other, distance, is_sure) in enumerate(choices):
            if not (is_sure and self._free[other]):
                other, distance = self._among(row, few[i], far[i], reach[i])
            if other != NOBODY[0]:
                self.take(row, other)
                yield row, other, distance

    def _among(
        self, row: int, few: Ints, far: Floats, reach: float
    ) -> tuple[int, float]:
        """The nearest free of these few, or of all where others may be as near."""
        pairs = zip(far.tolist(), few.tolist(), strict=True)
        free = [pair for pair in pairs if self._free[pair[1]]]
        least = min(free, default=NOBODY[::-1])[0]
        if least >= reach:
            return self.nearest(row)
        return next((o, d) for d, o in free if d <= least + self._tolerance)

    def _few(self) -> tuple[Ints, Floats, Floats]:
        """Of each participant in turn (t, few) the few nearest in the order of rows,
        how far each is, infinite where a limit forbids him or he is taken, and (t,) how
        far one may look among them."""
        at = self._place[self._turns]
        few = self._near[at]
        rows, others = np.repeat(self._turns, few.shape[1]), few.ravel()
        distances = self._space.between(rows, others)
        allowed = self._free[others] & (others != NOBODY[0])
        allowed &= distances <= self._limits.width
        self._limits.forbid(allowed, rows, others)
        distances[~allowed] = NO_DISTANCE
        return few, distances.reshape(few.shape), self._reach(self._edge[at])

    def _reach(self, farthest: Floats) -> Floats:
        """How near one must be, so that nobody whom the tree left out is as near."""
        return farthest * (1 - self.SLACK) - self._tolerance

    def nearby(self, row: int, count: int) -> tuple[Ints, Floats]:
        at, points = self._place[row], self._space.points
        near, least = self._near[at], NO_DISTANCE
        more = self._nearest.about(row, len(near))
        for rows, edge in chain([(near[near >= 0], self._edge[at])], more):
            found, distances = self._allowed(row, rows, points.take(rows, axis=0))
            least = self._limits.width
            if len(found) >= count:
                least = min(least, float(np.partition(distances, count - 1)[count - 1]))
            if least < self._reach(edge):
                return found, distances
        if least == NO_DISTANCE:
            return super().nearby(row, count)
        rows = self._nearest.within(row, (least + self._tolerance) * (1 + self.SLACK))
        return self._allowed(row, rows, points.take(rows, axis=0))
