"""Columns of numbers side by side, each held as narrowly as its numbers let it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from outcomes.engine.arrays import Flags, Floats, Ints

Rows: TypeAlias = Ints | Flags | slice
Narrow: TypeAlias = Floats | NDArray[np.int8]
EVERYONE = slice(None)


@dataclass(frozen=True, slots=True)
class Matrix:
    """(n, k) numbers, read as an array of floats is: [rows] a matrix of these rows,
    [rows, j] their j-th column as floats.

    n : rows, also where there is no column; columns : k of (n,), flags as a byte each,
    others as floats that are whoever's they were: they are never written to.
    """

    n: int
    columns: tuple[Narrow, ...]

    @property
    def shape(self) -> tuple[int, int]:
        return self.n, len(self.columns)

    def __len__(self) -> int:
        return self.n

    @overload
    def __getitem__(self, at: Rows) -> "Matrix": ...
    @overload
    def __getitem__(self, at: tuple[Rows, int]) -> Floats: ...
    def __getitem__(self, at: Rows | tuple[Rows, int]) -> "Matrix | Floats":
        if isinstance(at, tuple):
            rows, j = at
            return self.columns[j][rows].astype(np.float64, copy=False)
        columns = tuple(column[at] for column in self.columns)
        some = columns[0] if columns else np.empty(self.n, dtype=np.int8)[at]
        return Matrix(len(some), columns)

    def __iter__(self) -> Iterator[Floats]:
        """The columns, one after the other."""
        return (self[EVERYONE, j] for j in range(len(self.columns)))

    def only(self, keep: Flags) -> "Matrix":
        """(n, m) the columns that are kept (k,)."""
        return Matrix(self.n, tuple(self.columns[j] for j in np.flatnonzero(keep)))

    def dense(self, rows: Rows = EVERYONE) -> Floats:
        """(m, k) these rows as one array, each column in one piece."""
        if isinstance(rows, np.ndarray) and rows.dtype == bool:
            rows = np.flatnonzero(rows)  # once, not for each column
        n = len(self.columns[0][rows] if self.columns else np.empty(self.n)[rows])
        out = np.empty((len(self.columns), n))
        for j in range(len(out)):
            out[j] = self.columns[j][rows]
        return out.T
