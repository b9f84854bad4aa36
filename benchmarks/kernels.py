"""The matching kernels alone, the score given, against one argsort of its rows."""

import numpy as np

from benchmarks.contest import Lap, best_of
from benchmarks.districts import District, district
from outcomes.engine.limits import Limits
from outcomes.engine.line import Line
from outcomes.engine.optimal_scores import pairs_on_scores

CALIPER = 0.2  # SD of the score


def _limits(town: District, cell: np.ndarray) -> Limits:
    return Limits(cell, width=CALIPER * float(town.score.std(ddof=1)))


def _pairs(town: District, limits: Limits) -> np.ndarray:
    """Nearest free neighbour for each participant, largest score first: (2, pairs)."""
    rows = np.flatnonzero(town.treated)
    turns = rows[np.argsort(-town.score[rows], kind="stable")]
    pool = np.flatnonzero(~town.treated)
    line = Line(turns, pool, town.score, limits.cell, limits.width)
    return np.stack(line.in_turn()[:2])


def _nearest_lap(town: District, cell: np.ndarray) -> Lap:
    limits = _limits(town, cell)
    seconds, pairs = best_of(lambda: _pairs(town, limits))
    return Lap(seconds, wrong=_broken(town, limits, pairs))


def nearest(n: int) -> Lap:
    town = district(n)
    return _nearest_lap(town, np.zeros(n, dtype=np.int64))


def nearest_in_cells(n: int) -> Lap:
    town = district(n)
    return _nearest_lap(town, town.cell)


def optimal_in_cells(n: int) -> Lap:
    town = district(n)
    return _optimal_lap(town, town.cell)


def reused(n: int) -> Lap:
    """With replacement: the nearest of all for everyone."""
    town = district(n)
    turns, pool = np.flatnonzero(town.treated), np.flatnonzero(~town.treated)
    cell = np.zeros(n, dtype=np.int64)
    width = _limits(town, cell).width

    def work() -> tuple[np.ndarray, ...]:
        return Line(turns, pool, town.score, cell, width).nearest_of_all(1)

    seconds, (turn, _, distances, edge) = best_of(work)
    is_right = (distances <= edge[turn]).all() and (distances <= width).all()
    return Lap(seconds, wrong="" if is_right else "one is not the nearest")


def optimal(n: int) -> Lap:
    """Pairs at the least total distance, which is never more than in turn."""
    return _optimal_lap(district(n), np.zeros(n, dtype=np.int64))


def _optimal_lap(town: District, cell: np.ndarray) -> Lap:
    limits = _limits(town, cell)
    turns, pool = np.flatnonzero(town.treated), np.flatnonzero(~town.treated)

    def work() -> tuple[np.ndarray, np.ndarray]:
        return pairs_on_scores(turns, pool, town.score, limits.cell, limits.width, 1)

    seconds, pairs = best_of(work, repeats=2)
    return Lap(seconds, wrong=_broken(town, limits, np.stack(pairs)))


def nearest_twice(n: int) -> Lap:
    """A negative control: the same work done twice must fail the bound."""
    town = district(n)
    limits = _limits(town, np.zeros(n, dtype=np.int64))
    seconds, pairs = best_of(lambda: (_pairs(town, limits), _pairs(town, limits))[0])
    return Lap(seconds, wrong=_broken(town, limits, pairs))


def argsort(n: int) -> Lap:
    score = district(n).score
    seconds, _ = best_of(lambda: np.argsort(score), repeats=5)
    return Lap(seconds)


def _broken(town: District, limits: Limits, pairs: np.ndarray) -> str:
    one, other = pairs
    if len(np.unique(other)) < len(other) or not town.treated[one].all():
        return "a student stands in two pairs"
    if (np.abs(town.score[one] - town.score[other]) > limits.width).any():
        return "a pair breaks the caliper"
    return (
        "" if (limits.cell[one] == limits.cell[other]).all() else "a pair mixes cells"
    )
