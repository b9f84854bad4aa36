"""The columns of a model, read in blocks of students, and sums of their products."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from outcomes.engine.arrays import BLOCK, Floats, Ints, blocks
from outcomes.engine.matrix import EVERYONE
from outcomes.engine.patterns import Patterns

EVEN = 4  # rows, of which a multiple is multiplied in less time than one fewer
Reader: TypeAlias = Callable[[slice], Floats]  # (d, b) columns of some rows


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the rows. numbers : (d, b); at : (b,) their patterns, None where no flags
    are told so; says : (b,) what the model predicts."""

    rows: slice
    numbers: Floats
    at: Ints | None
    says: Floats


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """k = d + f columns: d that `numbers` reads, then the f flags that `patterns`
    tell. With flags, the first number is an intercept."""

    numbers: Reader
    patterns: Patterns | None = None

    @property
    def widths(self) -> tuple[int, int]:
        """d and f."""
        flags = len(self.patterns.flags) if self.patterns else 0
        return len(self.numbers(slice(0, 0))), flags

    def held(self, some: slice = EVERYONE) -> "ModelColumns":
        """Those of some rows, read once."""
        whole = np.ascontiguousarray(self.numbers(some))
        patterns = self.patterns and self.patterns.where(some)
        return ModelColumns(lambda rows: whole[:, rows], patterns)

    def at(self, rows: slice) -> Ints | None:
        """(b,) the patterns of these rows."""
        return self.patterns.at(rows) if self.patterns else None

    def parts(self, n: int, beta: Floats) -> Iterator[Part]:
        """All n rows in turn, with what coefficients (k,) say of them."""
        d = self.widths[0]
        of_pattern = self.patterns.times(beta[d:]) if self.patterns else None
        for rows in blocks(n):
            numbers, at = self.numbers(rows), self.at(rows)
            says = np.einsum("j,ji->i", beta[:d], numbers)
            if of_pattern is not None:
                says += of_pattern[at]
            yield Part(rows, numbers, at, says)

    def sums(self, part: Part, of: Floats) -> Floats:
        """(k,) the sum of each column times a quantity (b,) of these rows."""
        sums: Floats = np.einsum("ji,i->j", part.numbers, of)
        if self.patterns is None or part.at is None:
            return sums
        by_pattern = self.patterns.sums(part.at, of[None])
        return np.concatenate([sums, self.patterns.of_flags(by_pattern)[0]])


class Products:
    """Sums over students of w times the products of every two of a model's k columns
    and m quantities more, block by block.

    Products of numbers are one of a matrix with itself; whatever a flag takes part in
    comes from sums by pattern.
    """

    def __init__(self, columns: ModelColumns, more: int, n: int) -> None:
        self._patterns = columns.patterns
        self._widths = (*columns.widths, more)
        wide = self._widths[0] + more
        full = -(-wide // EVEN) * EVEN
        self._room = np.zeros((full, min(BLOCK, n)))  # asked of the memory once
        self._numbers = np.zeros((full, full))
        patterns = columns.patterns.count if columns.patterns else 0
        self._by_pattern = np.zeros((wide, patterns))

    def clear(self) -> None:
        self._numbers[...] = self._by_pattern[...] = 0.0

    def weighted(self, numbers: Floats, root: Floats) -> tuple[Floats, Floats]:
        """Room for the block that is to be added, its numbers (d, b) times root, the
        square root of w (b,); and (m, b) of it to fill with the quantities times root.
        """
        d, _, m = self._widths
        block = self._room[:, : len(root)]
        np.multiply(numbers, root, out=block[:d])
        return block, block[d : d + m]

    def add(self, block: Floats, root: Floats, at: Ints | None) -> None:
        """A block as `weighted` gave it, which is written over."""
        self._numbers += block @ block.T
        if self._patterns is None or at is None:
            return
        told = block[: len(self._by_pattern)]
        told *= root
        self._by_pattern += self._patterns.sums(at, told)

    def whole(self) -> Floats:
        """(k + m, k + m) the sums: numbers, flags, quantities."""
        d, f, m = self._widths
        wide = d + m
        numbers = self._numbers[:wide, :wide]
        if self._patterns is None:
            return numbers.copy()
        flags = self._patterns.flags * np.sqrt(self._by_pattern[0])
        total = np.empty((wide + f, wide + f))
        total[:wide, :wide] = numbers
        total[wide:, wide:] = flags @ flags.T
        total[:wide, wide:] = self._patterns.of_flags(self._by_pattern)
        total[wide:, :wide] = total[:wide, wide:].T
        at = np.r_[:d, wide : wide + f, d:wide]
        in_order: Floats = total[at[:, None], at]
        return in_order


def moments(columns: ModelColumns, weights: Floats, *more: Floats) -> Floats:
    """(k + m, k + m) X'WX of the columns, and of m more (n,) behind them, by weights
    (n,) >= 0."""
    products = Products(columns, len(more), len(weights))
    for rows in blocks(len(weights)):
        root = np.sqrt(weights[rows])
        block, room = products.weighted(columns.numbers(rows), root)
        for column, out in zip(more, room, strict=True):
            np.multiply(column[rows], root, out=out)
        products.add(block, root, columns.at(rows))
    return products.whole()
