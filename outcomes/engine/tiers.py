"""Whom to prefer: first those alike in one list of columns, then in the next, then any.

Own to this engine: the school next door is a better comparison than one far away only
where the own school has nobody left.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.distance import Space
from outcomes.engine.estimand import sought_for
from outcomes.engine.limits import Limits, by_cell
from outcomes.engine.matched import Matched
from outcomes.engine.reuse import Reusing


def tier_of(tiers: tuple[Ints, ...], one: Ints, other: Ints) -> Ints:
    """(m,) the first tier, from 1, in which two students are alike; one more than there
    are tiers where they are alike in none.

    tiers : codes (n,) each, -1 where a part is missing; one, other : (m,) rows.
    """
    sides = ([code[rows] for code in tiers] for rows in (one, other))
    return tier_between(*sides)


def tier_between(one: Sequence[Ints], other: Sequence[Ints]) -> Ints:
    """The same from the codes of each side, (m,) each, or of one student, (1,) each."""
    found = np.full(len(other[0]), len(other) + 1)
    for i in reversed(range(len(other))):
        found[(one[i] == other[i]) & (one[i] != UNKNOWN)] = i + 1
    return found


class Preferring(Reusing):
    """A look at everyone allowed who is of the best tier that is left."""

    def nearby(self, row: int, count: int) -> tuple[Ints, Floats]:
        return next(self.in_tiers(row, count), (np.empty(0, np.int64), np.empty(0)))

    def in_tiers(self, row: int, count: int) -> Iterator[tuple[Ints, Floats]]:
        rows, distances = super().nearby(row, count)
        tier = self._tiers(row, rows)
        for number in np.unique(tier):
            yield rows[tier == number], distances[tier == number]

    def rank(self, row: int, other: int) -> int:
        return int(self._tiers(row, np.array([other]))[0])

    def _tiers(self, row: int, rows: Ints) -> Ints:
        return tier_of(self._limits.tiers, np.full(len(rows), row), rows)


def member_tiers(tiers: tuple[Ints, ...], matched: Matched) -> Ints:
    """(m,) the tier in which each comparison student of a set with one participant was
    found; 0 for the participant."""
    found = tier_of(tiers, _owners(matched), matched.rows)
    return np.where(matched.is_own, 0, found)


def _owners(matched: Matched) -> Ints:
    """(m,) the participant of each member's set."""
    in_arm = matched.is_own
    owner = np.zeros(int(matched.sets.max(initial=-1)) + 1, dtype=np.int64)
    owner[matched.sets[in_arm]] = matched.rows[in_arm]
    return owner[matched.sets]


def is_overlooked(limits: Limits, matched: Matched, space: Space) -> bool:
    """Whether some participant was given a student of a lesser tier while one of a
    better tier was allowed and stayed free."""
    owners, sought = _owners(matched), sought_for(matched.treated, matched.estimand)
    worst = np.zeros(len(sought), dtype=np.int64)
    np.maximum.at(worst, owners, member_tiers(limits.tiers, matched))
    most = 1 if matched.is_paired else limits.reuse or np.inf
    is_free = limits.times_served(matched.rows[~matched.is_own]) < most
    pools = by_cell(np.flatnonzero(~sought & limits.known & is_free), limits.cell)
    for row in np.flatnonzero(worst > 1).tolist():
        rows = pools.get(int(limits.cell[row]), matched.rows[:0])
        rows = rows[~np.isin(rows, matched.rows[owners == row])]
        mine = np.full(len(rows), row)
        better = tier_of(limits.tiers, mine, rows) < worst[row]
        if _are_allowed(limits, space, mine[better], rows[better]).any():
            return True
    return False


def _are_allowed(limits: Limits, space: Space, one: Ints, other: Ints) -> Flags:
    """(m,) whether pairs of the same cell keep every limit."""
    allowed: Flags = space.between(one, other) <= limits.width
    limits.forbid(allowed, one, other)
    return allowed
