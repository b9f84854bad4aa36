"""Finding comparison students who may serve more than once, though not for ever."""

from collections import Counter

import numpy as np

from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.distance import Space
from outcomes.engine.finders import Scan
from outcomes.engine.limits import Limits


class Reusing(Scan):
    """A look at everyone in the cell who has not served as often as allowed, nor this
    participant before. Source: MatchIt 4.7.2, reuse.max."""

    def __init__(
        self,
        turns: Ints,
        pool: Ints,
        space: Space,
        limits: Limits,
        tie_tolerance: float,
    ) -> None:
        super().__init__(turns, pool, space, limits, tie_tolerance)
        served = limits.served if limits.served is not None else pool[:0]
        self._served = Counter(dict(enumerate(served.tolist())))
        self._partners: dict[int, list[int]] = {}

    def take(self, row: int, other: int) -> None:
        self._served[other] += 1
        self._partners.setdefault(row, []).append(other)
        if self._served[other] >= (self._limits.reuse or 1):
            super().take(row, other)

    def nearby(self, row: int, count: int) -> tuple[Ints, Floats]:
        rows, distances = super().nearby(row, count)
        keep = ~np.isin(rows, self._partners.get(row, []))
        return rows[keep], distances[keep]
