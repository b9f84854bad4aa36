"""Columns of 0 and 1, told by which pattern of them each student shows.

Students show few patterns, some hundred in a district: race, gender, language, need and
income together. A sum over students, by pattern, gives the sums of every flag and of
every two of them, whatever there is to be summed, for one look at each student.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.matrix import Matrix, Narrow, Rows

AT_ONCE = 8  # flags that fill a byte
MOST = 4096  # patterns whose sums stay in the cache


@dataclass(frozen=True, slots=True)
class Patterns:
    """flags : (f, P) the flags of each pattern, 0 or 1; code : (n,) whose is which."""

    flags: Floats
    code: NDArray[np.uint16]

    @property
    def count(self) -> int:
        """P."""
        return int(self.flags.shape[1])

    @classmethod
    def of(cls, x: Matrix, flags: Ints) -> tuple["Patterns", Ints]:
        """The patterns of the columns `flags` of x (n, k), of 0 and 1 in bytes, and
        which of these they tell: eight at a time, unless they came to more than `MOST`
        patterns."""
        told = [flags[:0]]
        patterns = cls(np.zeros((0, 1)), np.zeros(len(x), dtype=np.uint16))
        for start in range(0, len(flags), AT_ONCE):
            some = flags[start : start + AT_ONCE]
            finer = patterns._with([x.columns[j] for j in some])
            if finer:
                patterns = finer
                told.append(some)
        return patterns, np.concatenate(told)

    def _with(self, flags: Sequence[Narrow]) -> "Patterns | None":
        """The same with a few flags more, unless they are too many patterns then."""
        byte = np.zeros(len(self.code), dtype=np.uint8)
        for flag in flags:
            byte <<= 1
            byte |= flag.view(np.uint8)
        wide = self.code * np.uint32(1 << len(flags)) + byte
        is_shown = np.zeros(self.count << len(flags), dtype=bool)
        is_shown[wide] = True
        shown = np.flatnonzero(is_shown)
        if len(shown) > MOST:
            return None
        rank = np.zeros(len(is_shown), dtype=np.uint16)
        rank[shown] = np.arange(len(shown))
        bits = shown >> np.arange(len(flags))[::-1, None] & 1
        told = np.vstack([self.flags[:, shown >> len(flags)], bits])
        return Patterns(told, rank[wide])

    def only(self, kept: Ints) -> "Patterns":
        """With a part of the flags."""
        return Patterns(self.flags[kept], self.code)

    def where(self, rows: Rows) -> "Patterns":
        """Those of some of the students."""
        return Patterns(self.flags, self.code[rows])

    def at(self, rows: slice) -> Ints:
        """(b,) the pattern of each of these rows."""
        return self.code[rows].astype(np.intp)

    def sums(self, at: Ints, of: Floats) -> Floats:
        """(m, P) of m quantities of b students, (m, b), by their patterns (b,)."""
        return np.array([np.bincount(at, column, self.count) for column in of])

    def times(self, slopes: Floats) -> Floats:
        """(P,) what slopes (f,) make of each pattern, added flag by flag."""
        total = np.zeros(self.count)
        for flag, slope in zip(self.flags, slopes, strict=True):
            total += flag * slope
        return total

    def of_flags(self, sums: Floats) -> Floats:
        """(m, f) the sums over who has each flag, of m sums by pattern (m, P)."""
        of_each: Floats = np.einsum("jp,fp->jf", sums, self.flags)
        return of_each
