"""Covariates as a model reads them: an intercept, numbers at mean 0 and SD 1, flags."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from outcomes.engine.arrays import Floats, Ints, blocks
from outcomes.engine.linear import LARGE, independent
from outcomes.engine.matrix import EVERYONE, Matrix
from outcomes.engine.model_columns import ModelColumns, moments
from outcomes.engine.patterns import Patterns


@dataclass(frozen=True, slots=True)
class Standardized:
    """x : (n, k) the covariates as they came; kept : (m,) those that are independent,
    numbers before the f flags that patterns tell; mean, sd : (m,) what is taken from
    these and what they are divided by; made : (1 + m - f, n) the intercept and the
    numbers of every row, where they are held; cross : (1 + m, 1 + m) X'X of the
    columns, where it is known.

    Elsewhere a block of rows is made when it is asked for."""

    x: Floats | Matrix
    kept: Ints
    mean: Floats
    sd: Floats
    patterns: Patterns | None = None
    made: Floats | None = None
    cross: Floats | None = None

    @property
    def columns(self) -> ModelColumns:
        """The intercept, the numbers and the flags, 1 + m together."""
        return ModelColumns(self.numbers, self.patterns)

    @property
    def split(self) -> tuple[Ints, Ints]:
        """Those of the kept that are read as numbers, and those told by patterns."""
        count = len(self.kept) - (len(self.patterns.flags) if self.patterns else 0)
        return self.kept[:count], self.kept[count:]

    def held(self) -> "Standardized":
        """The same for whoever reads it often: few rows are made once. Many would cost
        more memory than time."""
        if len(self.x) >= LARGE:
            return self
        return replace(self, made=self.numbers(EVERYONE))

    def of_some(self, x: Floats | Matrix) -> "Standardized | None":
        """The same columns in the same units of a part x (m, k) of the students, held;
        None where one of them says nothing new there."""
        patterns = _patterns(x, self.split[1])[0] if self.patterns else None
        part = replace(self, x=x, patterns=patterns, made=None, cross=None).held()
        found = independent(part.products())
        return part if len(found) == 1 + len(self.kept) else None

    def products(self) -> Floats:
        """(1 + m, 1 + m) X'X of the columns."""
        return moments(self.columns, np.broadcast_to(1.0, len(self.x)))

    def numbers(self, rows: slice) -> Floats:
        """(1 + m - f, b) the intercept and the numbers of these rows."""
        if self.made is not None:
            return self.made[:, rows]
        x, kept = self.x, self.split[0]
        out = np.empty((1 + len(kept), len(range(len(x))[rows])))
        out[0] = 1.0
        scales = zip(kept, self.mean, self.sd, strict=False)
        for column, (j, mean, sd) in zip(out[1:], scales, strict=True):
            np.subtract(x[rows, j], mean, out=column)
            column /= sd
        return out

    def times(self, beta: Floats, x: Floats | Matrix | None = None) -> Floats:
        """(n,) what the model says of its own students, or of others x (n, k): added
        column by column, so that equal rows give equal bits."""
        model = self if x is None else replace(self, x=x, made=None, cross=None)
        d = 1 + len(self.split[0])
        of_flags = self.of_flags(beta[d:], x)
        out = np.empty(len(model.x))
        for rows in blocks(len(out)):
            total = of_flags(rows)
            for column, b in zip(model.numbers(rows), beta[:d], strict=True):
                total += column * b
            out[rows] = total
        return out

    def of_flags(
        self, slopes: Floats, x: Floats | Matrix | None = None
    ) -> Callable[[slice], Floats]:
        """What the flags of some rows add; others x (n, k) may show other patterns."""
        if x is None and self.patterns:
            patterns, of_pattern = self.patterns, self.patterns.times(slopes)
            return lambda rows: of_pattern[patterns.at(rows)]
        others = self.x if x is None else x

        def added(rows: slice) -> Floats:
            total = np.zeros(len(range(len(others))[rows]))
            for j, slope in zip(self.split[1], slopes, strict=True):
                total += others[rows, j] * slope
            return total

        return added


def standardized(x: Floats | Matrix, offered: Ints) -> Standardized:
    """Those of the `offered` columns of x (n, k) that vary, none a combination of those
    before it."""
    patterns, flags = _patterns(x, offered)
    numbers = np.setdiff1d(offered, flags, assume_unique=True)
    asked, even = np.concatenate([numbers, flags]), np.zeros(len(flags))
    mean = np.concatenate([[x[:, j].mean() for j in numbers], even])
    everything = Standardized(x, asked, mean, np.ones(len(asked)), patterns)
    products = everything.products()
    # In the order offered, behind the intercept: a constant column is implied by it.
    order = np.append(0, 1 + np.argsort(asked, kind="stable"))
    kept = np.sort(order[independent(products[np.ix_(order, order)])])[1:] - 1
    is_flag = kept >= len(numbers)
    sd = np.sqrt(np.diag(products)[1 + kept] / len(x))
    sd[is_flag] = 1.0
    told = patterns and patterns.only(kept[is_flag] - len(numbers))
    at, by = np.append(0, 1 + kept), np.append(1.0, sd)
    cross = products[np.ix_(at, at)] / np.outer(by, by)
    return Standardized(x, asked[kept], mean[kept], sd, told, cross=cross)


def _patterns(x: Floats | Matrix, offered: Ints) -> tuple[Patterns | None, Ints]:
    """The patterns of the flags among the columns offered, and which these are; only
    where flags are many: a sum by pattern costs more than a column of a product."""
    if not isinstance(x, Matrix):
        return None, offered[:0]
    flags = np.array([j for j in offered if x.columns[j].dtype == np.int8], np.int64)
    if len(flags) <= (len(offered) - len(flags)) / 2 + 1:
        return None, offered[:0]
    return Patterns.of(x, flags)
