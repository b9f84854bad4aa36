"""All distances between the participants and the comparison students of a cell."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.designs.errors import InputError
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.distance import Space, length
from outcomes.engine.limits import Limits, by_cell

LARGEST = 100_000_000  # distances held at once: 0.8 GB


@dataclass(frozen=True, slots=True)
class Cell:
    """turns : (t,) rows of participants; pool : (c,) rows of comparison students;
    distances : (t, c), infinite where a limit forbids the pair."""

    turns: Ints
    pool: Ints
    distances: Floats


def cells_with_distances(
    turns: Ints, pool: Ints, space: Space, limits: Limits
) -> Iterator[Cell]:
    """One cell after the other, those without both arms left out.

    Raises InputError where a cell has more pairs than memory should hold.
    """
    pools = by_cell(pool, limits.cell)
    for code, here in by_cell(turns, limits.cell).items():
        there = pools.get(code, pool[:0])
        if len(there):
            yield Cell(here, there, _distances(here, there, space, limits))


def _distances(turns: Ints, pool: Ints, space: Space, limits: Limits) -> Floats:
    if len(turns) * len(pool) > LARGEST:
        raise InputError(
            f"{len(turns)} participants and {len(pool)} comparison students of one "
            "cell are too many pairs to weigh at once; name exact columns that divide "
            'them, match on a score without further calipers, or use method "nearest"',
            "too_many_pairs",
        )
    points = space.points[pool]
    found = np.empty((len(turns), len(pool)))
    for i, row in enumerate(turns):
        found[i] = length(points - space.points[row])
        allowed = found[i] <= limits.width
        for code in limits.apart:
            allowed &= code[pool] != code[row]
        for caliper in limits.within:
            near = np.abs(caliper.values[pool] - caliper.values[row]) <= caliper.width
            allowed &= near
        found[i, ~allowed] = np.inf
    return found
