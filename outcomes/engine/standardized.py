"""Covariates as a model reads them: an intercept, then columns at mean 0 and SD 1."""

from dataclasses import dataclass

import numpy as np

from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.linear import blocks, independent
from outcomes.engine.matrix import EVERYONE, Matrix


@dataclass(frozen=True, slots=True)
class Standardized:
    """x : (n, k) the covariates as they came; kept : (m,) those that are independent;
    mean, sd : (m,) of these.

    A block of rows is made when it is asked for; all rows at once are never copied."""

    x: Floats | Matrix
    kept: Ints
    mean: Floats
    sd: Floats

    def block(self, rows: slice) -> Floats:
        """(1 + m, b) the intercept and the columns of these rows."""
        return self.of(self.x, rows)

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
        x = self.x if x is None else x
        out = np.empty(len(x))
        for rows in blocks(len(x)):
            total = np.zeros(rows.stop - rows.start)
            for column, b in zip(self.of(x, rows), beta, strict=True):
                total += column * b
            out[rows] = total
        return out


def standardized(x: Floats | Matrix, offered: Ints) -> Standardized:
    """Those of the `offered` columns of x (n, k) that vary, none a combination of those
    before it."""
    everything = Standardized(
        x, offered, np.array([x[:, j].mean() for j in offered]), np.ones(len(offered))
    )
    moments = np.zeros((1 + len(offered), 1 + len(offered)))
    for rows in blocks(len(x)):
        block = everything.block(rows)
        moments += block @ block.T
    # The intercept stands first, so a constant column is a combination of it.
    kept = np.array(independent(moments)[1:], dtype=np.int64)
    sd = np.sqrt(np.diag(moments)[kept] / len(x))
    return Standardized(x, offered[kept - 1], everything.mean[kept - 1], sd)
