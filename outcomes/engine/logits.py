"""Logits in which no rounding decides a tie.

Scores of whole numbers, or of one decimal, stand on a grid: one student 10 points above
a participant and one 10 below are equally far from her, and their keys must decide, not
the last bit of a sum. So coefficients are rounded to so few digits that all sums are
exact, wherever covariates have few digits too.
"""

import numpy as np

from outcomes.engine.arrays import Floats, blocks
from outcomes.engine.standardized import Standardized

GRAIN = 2.0**30  # parts of a logit to which a coefficient on an SD is rounded
UNITS = (1.0, 10.0, 100.0, 1_000.0)  # in which a column may have whole numbers
LOOKED_AT = 100  # rows that tell whether it does


def logits(model: Standardized, beta: Floats) -> tuple[Floats, Floats]:
    """(n,) the linear predictor of every student, and (m,) the coefficients of the kept
    columns on their own scale: a few 1e-9 from what beta (1 + m,) says, in logits."""
    numbers, flags = model.split
    d = len(numbers)
    units = np.array([_unit(model.x[:LOOKED_AT, j]) for j in numbers])
    slopes = _rounded(beta[1 : 1 + d] / model.sd[:d] / units, model.sd[:d] * units)
    of_flags = _rounded(beta[1 + d :], np.ones(len(flags)))
    means = model.mean[:d] * units
    origins = np.rint(means)  # whole too, and what is left is small
    first = float(_rounded(beta[:1] - slopes @ (means - origins), np.ones(1))[0])
    told = model.of_flags(of_flags)
    out = np.empty(len(model.x))
    for rows in blocks(len(out)):
        total = told(rows) + first
        for j, unit, origin, slope in zip(numbers, units, origins, slopes, strict=True):
            total += (_in_units(model.x[rows, j], unit) - origin) * slope
        out[rows] = total
    return out, np.concatenate([slopes * units, of_flags])


def _rounded(slopes: Floats, sd: Floats) -> Floats:
    """Slopes on columns of such SDs as multiples of a power of 2."""
    grain = GRAIN * 2.0 ** np.floor(np.log2(sd))
    return np.rint(slopes * grain) / grain


def _unit(some: Floats) -> float:
    """How many units to 1 make most of a column's numbers whole; 1 where none does."""
    for unit in UNITS:
        if np.mean(np.rint(some * unit) / unit == some) > 0.5:
            return unit
    return 1.0


def _in_units(x: Floats, unit: float) -> Floats:
    """The numbers in units, whole where they are so but for rounding."""
    if unit == 1:
        return x
    scaled = x * unit
    whole = np.rint(scaled)
    return np.where(whole / unit == x, whole, scaled)
