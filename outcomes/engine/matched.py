"""Matched sets and the weights they give: what every matching method returns."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints, by_code, how_many
from outcomes.engine.estimand import sought_for, target
from outcomes.terms import Estimand


@dataclass(frozen=True)
class Matched:
    """m memberships of students in sets.

    treated : (n,) of the study; sets, rows : (m,) which set, which student; shares :
    (m,) a student's part of the mean of his arm in the set, 1 for whom others were
    sought for; is_paired : sets of one of these whose members stand in no other set;
    total_distance : summed over pairs, None where the method has no distance; estimand
    : whose effect the weights give.
    """

    treated: Flags
    sets: Ints
    rows: Ints
    shares: Floats
    is_paired: bool
    total_distance: float | None = None
    estimand: Estimand = Estimand.ATT

    @property
    def n_sets(self) -> int:
        return how_many(self.sets)

    @property
    def is_treated(self) -> Flags:
        """(m,) whether a membership is a participant's."""
        return self.treated[self.rows]

    @property
    def is_own(self) -> Flags:
        """(m,) memberships of the arm that the others were sought for; none for the
        ATE."""
        return sought_for(self.treated, self.estimand)[self.rows]

    def swapped(self) -> "Matched":
        """The same sets with the arms exchanged, ATT for ATC and ATC for ATT."""
        own, other = Estimand.ATT, Estimand.ATC
        estimand = own if self.estimand == other else other
        return replace(self, treated=~self.treated, estimand=estimand)

    def membership_weights(self) -> Floats:
        """(m,) part of each membership in its student's weight.

        The arm others were sought for 1; any other student its share of each set times
        the set's students of the target, scaled so that an arm sums to the number of
        its matched students. Source: MatchIt's matching weights for ATT, ATC and ATE.
        """
        weights = np.ones(len(self.rows))
        in_target = target(self.is_treated, self.estimand)
        raw = self.shares * np.bincount(self.sets, in_target)[self.sets]
        for arm in (self.is_treated, ~self.is_treated):
            arm = arm & ~self.is_own
            if arm.any():
                students = how_many(self.rows[arm])
                scale = students / raw[arm].sum()
                weights[arm] = raw[arm] * scale
        return weights

    def weights(self) -> Floats:
        """(n,) analysis weights: 0 for the unmatched. Made once, for all to read."""
        return self._weights

    @cached_property
    def _weights(self) -> Floats:
        parts, n = self.membership_weights(), len(self.treated)
        weights = np.bincount(self.rows, parts, n).astype(float, copy=False)
        weights.setflags(write=False)
        return weights

    def without(self, gone: Flags) -> "Matched":
        """Drop students (n,) and what is left of sets that lose an arm; in the others
        the remaining comparison students share the set."""
        keep = ~gone[self.rows]
        left = self._where(keep)
        whole = _has_both(left)[left.sets] if len(left.sets) else keep[:0]
        return left._where(whole)._reshared()

    def without_sets(self, gone: Flags) -> "Matched":
        """Drop whole sets (sets,); the others stay as they are."""
        return self._where(~gone[self.sets])

    def _where(self, keep: Flags) -> "Matched":
        return replace(
            self, sets=self.sets[keep], rows=self.rows[keep], shares=self.shares[keep]
        )

    def _reshared(self) -> "Matched":
        arm = 2 * self.sets + self.is_treated
        shares = self.shares / np.bincount(arm, self.shares)[arm]
        return replace(self, shares=np.where(self.is_own, 1.0, shares))

    def sorted(self) -> "Matched":
        """Sets numbered from 0 by their first student, participants first in each."""
        first = np.full(int(self.sets.max(initial=-1)) + 1, len(self.treated))
        np.minimum.at(first, self.sets, self.rows)
        # Sets that share their first student, as replacement allows, stay apart.
        place = np.empty_like(first)
        place[by_code(first)] = np.arange(len(first))
        order = by_code(self.rows)
        arm = 2 * place[self.sets[order]] + ~self.is_treated[order]
        order = order[by_code(arm)]
        begins = np.diff(self.sets[order], prepend=-1) != 0
        return replace(self._where(order), sets=np.cumsum(begins) - 1)  # type: ignore[arg-type]


def _has_both(matched: Matched) -> Flags:
    """(sets,) whether a set holds both arms."""
    in_arm = matched.is_treated
    return (np.bincount(matched.sets, in_arm) > 0) & (
        np.bincount(matched.sets, ~in_arm) > 0
    )


def nobody(treated: Flags) -> Matched:
    """No set at all."""
    none = np.empty(0, dtype=np.int64)
    return Matched(treated, none, none, np.empty(0), is_paired=False)


def from_cells(
    cell: Ints,
    treated: Flags,
    weights: Floats | None = None,
    estimand: Estimand = Estimand.ATT,
) -> Matched:
    """Every cell with both arms is a set; a cell of -1 belongs to nobody.

    weights : (n,) by which the students of an arm share their set, equal without any.
    """
    rows = np.flatnonzero(cell >= 0)
    parts = np.ones(len(treated)) if weights is None else weights
    everyone = Matched(
        treated, cell[rows], rows, parts[rows], is_paired=False, estimand=estimand
    )
    return everyone.without(np.zeros(len(treated), dtype=bool))


def effective_size(weights: Floats) -> float:
    """(sum w)^2 / sum w^2: how many equally weighted students these are worth."""
    squares = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / squares if squares else 0.0


def worth_of_participants(
    treated: Flags, weights: Floats, estimand: Estimand
) -> dict[str, float]:
    """`ess_treated` as rows print it where participants are weighted too, (n,) treated
    and weights; for the ATT nothing, since each of them counts as one."""
    if estimand == Estimand.ATT:
        return {}
    return {"ess_treated": effective_size(weights[treated])}
