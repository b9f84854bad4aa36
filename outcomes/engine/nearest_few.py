"""The few of a pool who are nearest, and how near anyone else may be.

Flags are the first coordinates of a metric, and who differs in one is some two SDs away
or more. So the few are sought among those of one's own flags; others are no nearer than
their flags put them apart. Own to this engine; the answer is that of a look at all.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outcomes.engine.arrays import (
    POSITION,
    WIDTH,
    Floats,
    Ints,
    blocks,
    by_code,
    packed,
)
from outcomes.engine.distance import Space, each_to_each
from outcomes.engine.limits import by_cell
from outcomes.engine.line import NO_DISTANCE, NOBODY
from outcomes.engine.tasks import processors

LEAF = 24  # students of a leaf of a tree
SIDES = 30  # coordinates whose sides one number tells
# From so many students and questions on a tree is sooner built than all looked at.
CROWD, MANY = 4096, 256
STEPS = (8, 64, 512)  # of a crowd, before a look at all of it
IN_CACHE = 1 << 17  # distances that stay there while the least of them are found
ROUNDED = float(np.finfo(np.float32).eps)  # share lost with single precision

Singles: TypeAlias = NDArray[np.float32]
# Of t students (t, few) who are the nearest, NOBODY where there are too few, and (t,)
# how near all others are at the most.
Few: TypeAlias = tuple[Ints, Floats]


class Crowd:
    """A tree of points (m, d)."""

    def __init__(self, points: Floats) -> None:
        self._order = _side_by_side(points)
        # Cut in the middle of space, not of the students, it answers twice as fast.
        self._tree = cKDTree(points[self._order], LEAF, balanced_tree=False)

    def nearest(self, points: Floats, few: int) -> Few:
        """The few nearest to points (t, d), by their places."""
        order, count = _side_by_side(points), np.arange(1, few + 1)
        workers = processors() if len(points) > MANY else 1
        far, places = self._tree.query(points[order], count, workers=workers)
        back = np.argsort(order)
        return self._order[places[back]], far[back, -1]


class NearestFew:
    """Those of a pool, rows (p,) ascending, who are near to a student.

    They stand in parts of equal flags, each a crowd or looked at one by one.
    """

    def __init__(self, space: Space, pool: Ints) -> None:
        self._space, alike = space, space.alike
        everyone = np.broadcast_to(np.int64(0), len(space.points))
        self._code, self._told = (alike.code, alike.told) if alike else (everyone, 0)
        order = packed(self._code[pool])
        self._rows = pool[order & POSITION]
        codes = order >> WIDTH
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        edges = [*starts.tolist(), len(pool)]
        self._spans = [*map(slice, edges[:-1], edges[1:])]
        self._place = dict(zip(codes[starts].tolist(), range(len(starts)), strict=True))
        self._corners = space.points[self._rows[starts], : self._told]
        self._crowds: dict[int, Crowd] = {}

    def ask(self, rows: Ints, few: int) -> Few:
        """The few nearest to rows (t,), ascending, NOBODY where too few share their
        flags, and how near all others are at the most."""
        near, edge = np.full((len(rows), few), NOBODY[0]), np.full(len(rows), np.inf)
        apart = np.empty(len(rows))
        asked = by_cell(np.arange(len(rows)), self._code[rows])
        gaps_of = self._apart(rows[[places[0] for places in asked.values()]])
        for (code, places), gaps in zip(asked.items(), gaps_of, strict=True):
            own = self._place.get(code)
            if own is not None:
                near[places], edge[places] = self._alike(own, rows[places], few)
                gaps[own] = NO_DISTANCE
            apart[places] = gaps.min()
        edge = np.minimum(edge, apart)
        least = self._space.between(rows, near[:, 0])
        beside = (near[:, 0] == NOBODY[0]) | (least >= apart)
        if beside.any():
            near[beside], edge[beside] = self._among_all(rows[beside], few)
        near.sort(axis=1)
        return near, edge

    def about(self, row: int, after: int) -> Iterator[tuple[Ints, float]]:
        """Rows, ascending, of ever more than `after` of the part nearest to a row by
        flags, and how near all others are at the most."""
        gaps = self._apart(np.array([row]))[0]
        own = int(gaps.argmin())
        gaps[own] = NO_DISTANCE
        apart = float(gaps.min())
        for few in STEPS if own in self._crowds else ():
            if after < few < len(self._rows[self._spans[own]]):
                near, far = self._alike(own, np.array([row]), few)
                yield np.sort(near[0]), min(float(far[0]), apart)
        yield self._rows[self._spans[own]], apart

    def within(self, row: int, far: float) -> Ints:
        """Rows, ascending, of all whom flags alone put no farther from a row."""
        gaps = self._apart(np.array([row]))[0]
        parts = [self._spans[place] for place in np.flatnonzero(gaps <= far)]
        return np.sort(np.concatenate([self._rows[part] for part in parts]))

    def _apart(self, rows: Ints) -> Floats:
        """(t, parts) how far flags put rows from each part."""
        return each_to_each(self._space.points[rows, : self._told], self._corners)

    def _alike(self, own: int, rows: Ints, few: int) -> Few:
        """The few nearest of those of equal flags, the nearest first."""
        span, left = self._spans[own], self._space.points[rows, self._told :]
        there = self._rows[span]
        if own not in self._crowds and len(there) > CROWD and len(rows) > MANY:
            self._crowds[own] = Crowd(self._space.points[there, self._told :])
        if own in self._crowds:
            places, far = self._crowds[own].nearest(left, few)
        else:
            asked = np.column_stack([-2 * left, np.ones(len(left))])
            part = self._singles[1 + self._told :, span]
            places, far = _looked_at(asked, part, part[-1], _squares(left), few)
        near = there[places]
        near[:, len(there) :] = NOBODY[0]
        return near, far

    def _among_all(self, rows: Ints, few: int) -> Few:
        """The same of everyone."""
        points = self._space.points[rows]
        if len(self._rows) > CROWD and len(rows) > MANY:
            places, far = Crowd(self._space.points[self._rows]).nearest(points, few)
        else:
            asked = np.column_stack([np.ones(len(points)), -2 * points])
            pool = self._singles[:-1]
            places, far = _looked_at(asked, pool, pool[0], _squares(points), few)
        return self._rows[places], far

    @cached_property
    def _singles(self) -> Singles:
        """(d + 2, p) points in single precision, the squares of their lengths before
        them and behind them those without the flags."""
        width = self._space.points.shape[1] + 2
        out = np.empty((width, len(self._rows)), dtype=np.float32)
        for part in blocks(len(self._rows)):
            points = self._space.points.take(self._rows[part], axis=0)
            out[0, part], out[1:-1, part] = _squares(points), points.T
            out[-1, part] = _squares(points[:, self._told :])
        return out


def _looked_at(
    asked: Floats, pool: Singles, squares: Singles, own: Floats, few: int
) -> Few:
    """By asked (t, k) times pool (k, m), which is the square of a distance but for
    one's own (t,), that of his length.

    What single precision loses is taken off how near the others are at the most: of k
    terms each is rounded, and so is their sum, k times.
    """
    t, m = len(asked), pool.shape[1]
    narrow, last = asked.astype(np.float32), np.full(t, np.inf)
    places = np.zeros((t, few), dtype=np.int64)
    step = max(1, IN_CACHE // m)
    for first in range(0, t, step):
        some = slice(first, first + step)
        gaps = np.dot(narrow[some], pool)
        each = np.arange(len(gaps))
        for place in places[some, :m].T:
            place[:] = gaps.argmin(axis=1)
            last[some] = gaps[each, place]
            gaps[each, place] = np.inf
    if m <= few:
        return places, np.full(t, np.inf)
    lost = ROUNDED * (len(pool) + 4) * (own + float(squares.max()))
    return places, np.sqrt(np.maximum(own + last - lost, 0))


def _squares(points: Floats) -> Floats:
    total: Floats = np.einsum("ij,ij->i", points, points)
    return total


def _side_by_side(points: Floats) -> Ints:
    """(n,) rows by the side of their mean, 0, on which points (n, d) lie, coordinate
    after coordinate: neighbours in space are so in memory too."""
    side = np.zeros(len(points), dtype=np.int64)
    for j in range(min(points.shape[1], SIDES)):
        side = side << 1 | (points[:, j] > 0)
    return by_code(side)
