"""What a reader can work out: the least and the most that a hidden count may be.

Every count that is shown is an equation in the numbers of students of each kind, a kind
being one label of each column. A hidden count is protected where the numbers that
solve all equations leave it wide enough. Source: Fischetti and Salazar (2001), Manag.
Sci. 47(7):1008-1027, attacker problems; the same test as `sdcTable::attack` in R.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from time import thread_time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from outcomes.designs.clauses import CROSS, crossed
from outcomes.disclosure.counts import Cell, Counts
from outcomes.engine.arrays import Flags, Floats, Ints

MOST_KINDS = 20_000  # of more, one solution takes the time that there is for all


class NotProven(Exception):
    """Nobody knows yet that every hidden count is wide enough: time ran out, or there
    are too many kinds of students to begin."""


@dataclass(frozen=True)
class Kinds:
    """Of students: a label of each column, or that it is not known.

    labels : of each column; codes : (k,) by column, the place of each kind's label.
    """

    labels: Mapping[str, tuple[str | None, ...]]
    codes: Mapping[str, Ints]

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> "Kinds":
        """Every combination of the labels of the cells. Raises NotProven."""
        found: dict[str, set[str]] = {}
        for dimension, group in cells:
            for column, label in _parts(dimension, group):
                found.setdefault(column, set()).add(label)
        labels = {column: (*sorted(known), None) for column, known in found.items()}
        shape = [len(known) for known in labels.values()]
        if prod(shape) > MOST_KINDS:
            raise NotProven
        codes = np.indices(shape).reshape(len(shape), -1)
        return cls(labels, dict(zip(labels, codes, strict=True)))

    def __len__(self) -> int:
        return prod(map(len, self.labels.values()))

    def within(self, cell: Cell) -> Flags:
        """(k,) which kinds a cell counts."""
        dimension, group = cell
        if group is None:
            columns = crossed(dimension)
            return np.any([self._has(column, None) for column in columns], axis=0)
        parts = _parts(dimension, group)
        return np.all([self._has(column, label) for column, label in parts], axis=0)

    def _has(self, column: str, label: str | None) -> Flags:
        return self.codes[column] == self.labels[column].index(label)


def _parts(dimension: str, group: str | None) -> Iterable[tuple[str, str]]:
    """A label of each column: that of a single one may hold anything."""
    columns = crossed(dimension)
    labels = str(group).split(CROSS) if len(columns) > 1 else [str(group)]
    return zip(columns, labels, strict=True)


@dataclass(frozen=True)
class Attacker:
    """Knows the counts but those of hidden cells. until : on the clock of this thread,
    so that who else is at work changes nothing."""

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
            told.append(np.ones(len(self.kinds), dtype=bool))
            values.append(counts.everyone)
        asked = [self.kinds.within(cell) for cell in targets]
        # Kinds that the same cells count are one number to whoever knows the cells.
        both = np.unique(np.array([*told, *asked]), axis=1).astype(float)
        shown, rows = csr_array(both[: len(told)]), both[len(told) :]
        equations = LinearConstraint(shown, values, values)
        is_wide = self._wide(equations, rows, width)
        return [cell for cell, wide in zip(targets, is_wide, strict=True) if not wide]

    def _wide(self, equations: LinearConstraint, asked: Floats, width: int) -> Flags:
        """Each solution is evidence for all that is asked: halves are pushed up while
        the others are pushed down, then alone what is not yet wide."""
        seen: list[Floats] = []

        def push(cost: Floats) -> Flags:
            seen.append(asked @ self._solution(equations, cost))
            return np.ptp(np.array(seen), axis=0) >= width

        place = np.arange(len(asked))
        for bit in range(max(len(asked) - 1, 1).bit_length()):
            side = np.where(place >> bit & 1, 1.0, -1.0)
            push(side @ asked)
            is_wide = push(-side @ asked)
        for i, row in enumerate(asked):
            for sign in (1, -1):
                if not is_wide[i]:
                    is_wide = push(sign * row)
        return is_wide

    def _solution(self, equations: LinearConstraint, cost: Floats) -> Floats:
        """Whole numbers of students that cost least."""
        left = self.until - thread_time()
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
