"""Links within exact cells, found from all distances between the arms of a cell.

No cell depends on another, so they are tasks: what is sent is the students of a cell,
and whoever solves it writes its distances, those of one cell at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from outcomes.designs.errors import InputError
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.distance import Space, each_to_each
from outcomes.engine.limits import Limits, by_cell
from outcomes.engine.tasks import run_in_parts
from outcomes.engine.tiers import tier_between

LARGEST = 100_000_000  # distances held at once: 0.8 GB
AS_PAIRS = 5_000  # distances that take as long as a cell does without any

# From (t, c) distances, infinite where a limit forbids the pair, to rows and columns.
Solve: TypeAlias = Callable[[Floats], tuple[Ints, Ints]]
Links: TypeAlias = tuple[Ints, Ints]  # (e,) rows of participants, and of the others


def within_width(
    links: Links,
    turns: Ints,
    pool: Ints,
    score: Floats,
    limits: Limits,
    by_matrix: Callable[[Ints, Ints], Links],
) -> Links:
    """The links of a line without those of cells in which one is longer than the
    caliper; these cells' students are linked by their matrix instead.

    turns, pool : the rows that were to be linked; by_matrix : from some of them.
    """
    one, other = links
    is_long = np.abs(score[one] - score[other]) > limits.width
    again = np.unique(limits.cell[one[is_long]])
    keep = ~np.isin(limits.cell[one], again)
    turns, pool = (rows[np.isin(limits.cell[rows], again)] for rows in (turns, pool))
    more = by_matrix(turns, pool)
    return np.concatenate([one[keep], more[0]]), np.concatenate([other[keep], more[1]])


@dataclass(frozen=True, slots=True)
class Side:
    """One arm of a cell. rows : (m,); points : (m, d); apart : (m,) codes that must
    differ within a pair; within : (m,) values that calipers are on; tiers : (m,) codes,
    alike in the first of which a pair is preferred."""

    rows: Ints
    points: Floats
    apart: tuple[Ints, ...]
    within: tuple[Floats, ...]
    tiers: tuple[Ints, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    turns: Side
    pool: Side


def links_by_cell(
    turns: Ints, pool: Ints, space: Space, limits: Limits, solve: Solve, times: int = 1
) -> tuple[Ints, Ints]:
    """(e,) rows of participants and of comparison students that `solve` links, cell
    after cell, under any limits.

    solve : a function of a module or a `partial` of one; times : how often it holds
    each distance. Raises InputError where a cell has more pairs than memory should
    hold.
    """
    cells = [*_cells(turns, pool, space, limits, times)]
    widths = limits.width, tuple(caliper.width for caliper in limits.within)
    work = [len(c.turns.rows) * len(c.pool.rows) + AS_PAIRS for c in cells]
    links = run_in_parts(partial(_links, solve, *widths), cells, work)
    none = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    one, other = zip(none, *links, strict=True)
    return np.concatenate(one), np.concatenate(other)


def _cells(
    turns: Ints, pool: Ints, space: Space, limits: Limits, times: int
) -> Iterator[Cell]:
    """Those with both arms."""
    pools = by_cell(pool, limits.cell)
    for code, here in by_cell(turns, limits.cell).items():
        there = pools.get(code, pool[:0])
        _require_room(len(here), len(there), times)
        if len(there):
            yield Cell(_side(here, space, limits), _side(there, space, limits))


def _require_room(turns: int, pool: int, times: int) -> None:
    if turns * pool * times > LARGEST:
        each = f", each of whom seeks {times}," if times > 1 else ""
        raise InputError(
            f"{turns} participants{each} and {pool} comparison students of one "
            "cell are too many pairs to weigh at once; name exact columns that divide "
            'them, match on a score without further calipers, or use method "nearest"',
            "too_many_pairs",
        )


def _side(rows: Ints, space: Space, limits: Limits) -> Side:
    return Side(
        rows,
        space.points[rows],
        tuple(code[rows] for code in limits.apart),
        tuple(caliper.values[rows] for caliper in limits.within),
        tuple(code[rows] for code in limits.tiers),
    )


def _links(
    solve: Solve, width: float, widths: tuple[float, ...], cell: Cell
) -> tuple[Ints, Ints]:
    one, other = solve(_distances(cell.turns, cell.pool, width, widths))
    return cell.turns.rows[one], cell.pool.rows[other]


def _distances(
    turns: Side, pool: Side, width: float, widths: tuple[float, ...]
) -> Floats:
    """(t, c), infinite where a limit forbids the pair. To stand a tier lower costs more
    than any pairs of the cell together."""
    found = each_to_each(turns.points, pool.points)
    for i, far in enumerate(found):
        allowed = far <= width
        for own, code in zip(turns.apart, pool.apart, strict=True):
            allowed &= code != own[i]
        for at, values, most in zip(turns.within, pool.within, widths, strict=True):
            allowed &= np.abs(values - at[i]) <= most
        far[~allowed] = np.inf
    if pool.tiers:
        step = found.max(initial=0, where=np.isfinite(found)) * found.shape[1] + 1
        for i, far in enumerate(found):
            mine = [code[i : i + 1] for code in turns.tiers]
            far += step * (tier_between(mine, pool.tiers) - 1)
    return found
