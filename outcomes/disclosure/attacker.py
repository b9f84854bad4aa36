"""What a reader can work out: the least and the most that a hidden count may be.

Every count that is shown is an equation in the numbers of students of each kind, a kind
being one label of each column. A hidden count is protected where the numbers that
solve all equations leave it wide enough. Source: Fischetti and Salazar (2001), Manag.
Sci. 47(7):1008-1027, attacker problems; the same test as `sdcTable::attack` in R.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from time import monotonic

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from outcomes.designs.clauses import CROSS, crossed
from outcomes.disclosure.counts import Cell, Counts

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class NotProven(Exception):
    """Time ran out before every hidden count was known to be wide enough."""


@dataclass(frozen=True)
class Kinds:
    """Of students: one label of each column, None where it is not known."""

    columns: tuple[str, ...]
    labels: tuple[tuple[str | None, ...], ...]

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> "Kinds":
        """Every combination of the labels of the cells."""
        found: dict[str, set[str]] = {}
        for dimension, group in cells:
            for column in crossed(dimension):
                found.setdefault(column, set())
            if group is not None:
                for column, label in _parts(dimension, group):
                    found[column].add(label)
        labels = ([*sorted(known), None] for known in found.values())
        return cls(tuple(found), tuple(product(*labels)))

    def within(self, cell: Cell) -> Flags:
        """(k,) which kinds a cell counts."""
        dimension, group = cell
        if group is None:
            places = [self.columns.index(column) for column in crossed(dimension)]
            return np.array([any(k[p] is None for p in places) for k in self.labels])
        wanted = [(self.columns.index(c), label) for c, label in _parts(*cell)]
        return np.array(
            [all(k[p] == label for p, label in wanted) for k in self.labels]
        )


def _parts(dimension: str, group: str | None) -> Iterable[tuple[str, str]]:
    """A label of each column: that of a single one may hold anything."""
    columns = crossed(dimension)
    labels = str(group).split(CROSS) if len(columns) > 1 else [str(group)]
    return zip(columns, labels, strict=True)


@dataclass(frozen=True)
class Attacker:
    """Knows the counts but those of hidden cells. until : on the clock of monotonic."""

    kinds: Kinds
    until: float

    def narrow(
        self,
        counts: Counts,
        hidden: Collection[Cell],
        targets: Sequence[Cell],
        width: int,
    ) -> list[Cell]:
        """Those of the targets whose whole numbers all lie within less than the width.

        Raises NotProven.
        """
        known = {cell: n for cell, n in counts.of.items() if cell not in hidden}
        told = [self.kinds.within(cell) for cell in known]
        values = [*known.values()]
        if counts.everyone is not None:
            told.append(np.ones(len(self.kinds.labels), dtype=bool))
            values.append(counts.everyone)
        equations = LinearConstraint(csr_array(np.array(told, float)), values, values)
        asked = np.array([self.kinds.within(cell) for cell in targets], float)
        return [
            cell
            for cell, is_wide in zip(
                targets, self._wide(equations, asked, width), strict=True
            )
            if not is_wide
        ]

    def _wide(self, equations: LinearConstraint, asked: Floats, width: int) -> Flags:
        """Each solution is evidence for all that is asked: all together are pushed up
        and down first, then each that is not yet wide."""
        seen: list[Floats] = []

        def is_wide() -> Flags:
            return np.ptp(np.array(seen), axis=0) >= width

        for sign in (1, -1):
            seen.append(asked @ self._solution(equations, sign * asked.sum(axis=0)))
        for i, row in enumerate(asked):
            for sign in (1, -1):
                if not is_wide()[i]:
                    seen.append(asked @ self._solution(equations, sign * row))
        return is_wide()

    def _solution(self, equations: LinearConstraint, cost: Floats) -> Floats:
        """Whole numbers of students that cost least."""
        left = self.until - monotonic()
        if left <= 0:
            raise NotProven
        found = milp(
            cost,
            constraints=equations,
            integrality=np.ones(len(cost)),
            bounds=Bounds(0, np.inf),
            options={"time_limit": left},
        )
        if found.status != 0:
            raise NotProven
        return np.rint(found.x)
