"""Covariates as a model reads them: an intercept, then columns at mean 0 and SD 1."""

from dataclasses import dataclass, replace

import numpy as np

from outcomes.engine.arrays import Floats, Ints, blocks
from outcomes.engine.linear import LARGE, independent
from outcomes.engine.matrix import EVERYONE, Matrix


@dataclass(frozen=True, slots=True)
class Standardized:
    """x : (n, k) the covariates as they came; kept : (m,) those that are independent;
    mean, sd : (m,) of these; made : (1 + m, n) the intercept and the columns of every
    row, where they are held.

    Elsewhere a block of rows is made when it is asked for."""

    x: Floats | Matrix
    kept: Ints
    mean: Floats
    sd: Floats
    made: Floats | None = None

    def held(self) -> "Standardized":
        """The same for whoever reads it often: few rows are made once. Many would cost
        more memory than time."""
        return self if len(self.x) >= LARGE else replace(self, made=self.of(self.x))

    def of_some(self, x: Floats | Matrix) -> "Standardized | None":
        """The same columns in the same units of a part x (m, k) of the students, held;
        None where one of them says nothing new there."""
        part = replace(self, x=x, made=None).held()
        found = independent(part.products())
        return part if len(found) == 1 + len(self.kept) else None

    def products(self) -> Floats:
        """(1 + m, 1 + m) X'X of the intercept and the columns."""
        total = np.zeros((1 + len(self.kept), 1 + len(self.kept)))
        for rows in blocks(len(self.x)):
            block = self.block(rows)
            total += block @ block.T
        return total

    def block(self, rows: slice) -> Floats:
        """(1 + m, b) the intercept and the columns of these rows."""
        return self.of(self.x, rows) if self.made is None else self.made[:, rows]

    def of(self, x: Floats | Matrix, rows: slice = EVERYONE) -> Floats:
        """(1 + m, b) the same of these rows of other students x (n, k), in the same
        units."""
        out = np.empty((1 + len(self.kept), len(range(len(x))[rows])))
        out[0] = 1.0
        scales = zip(self.kept, self.mean, self.sd, strict=True)
        for column, (j, mean, sd) in zip(out[1:], scales, strict=True):
            np.subtract(x[rows, j], mean, out=column)
            column /= sd
        return out

    def times(self, beta: Floats, x: Floats | Matrix | None = None) -> Floats:
        """(n,) what the model says of its own students, or of others x (n, k): added
        column by column, so that equal rows give equal bits."""
        model = self if x is None else replace(self, x=x, made=None)
        out = np.empty(len(model.x))
        for rows in blocks(len(out)):
            total = np.zeros(rows.stop - rows.start)
            for column, b in zip(model.block(rows), beta, strict=True):
                total += column * b
            out[rows] = total
        return out


def standardized(x: Floats | Matrix, offered: Ints) -> Standardized:
    """Those of the `offered` columns of x (n, k) that vary, none a combination of those
    before it."""
    everything = Standardized(
        x, offered, np.array([x[:, j].mean() for j in offered]), np.ones(len(offered))
    )
    products = everything.products()
    # The intercept stands first, so a constant column is a combination of it.
    kept = np.array(independent(products)[1:], dtype=np.int64)
    sd = np.sqrt(np.diag(products)[kept] / len(x))
    return Standardized(x, offered[kept - 1], everything.mean[kept - 1], sd)
