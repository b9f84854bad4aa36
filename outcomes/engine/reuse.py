"""Finding comparison students who may serve more than once, though not for ever."""

from collections import Counter

import numpy as np

from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.finders import Scan


class Reusing(Scan):
    """A look at everyone in the cell who has not served as often as allowed, nor this
    participant before. Source: MatchIt 4.7.2, reuse.max."""

    def _prepare(self) -> None:
        served = self._limits.served
        self._served = Counter(
            {} if served is None else dict(enumerate(served.tolist()))
        )
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
