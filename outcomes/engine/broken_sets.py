"""Sets that lose a member to a missing outcome: what becomes of them is fixed in the
plan, before anyone knows whose outcome is missing."""

from dataclasses import dataclass

import numpy as np

from outcomes.designs.errors import PromiseBroken
from outcomes.engine.arrays import Flags
from outcomes.engine.matched import Matched
from outcomes.terms import BrokenSets


@dataclass(frozen=True, slots=True)
class BrokenSetsRow:
    """One outcome. sets : as matched; broken : those that lost a member, each of them
    dropped or re-weighted; n_.._set_aside : students who have the outcome and leave
    with what is left of their set."""

    outcome: str
    rule: BrokenSets
    sets: int
    broken: int
    dropped: int
    reweighted: int
    n_treated_set_aside: int
    n_comparison_set_aside: int


def mended(matched: Matched, gone: Flags, rule: BrokenSets) -> Matched:
    """The sets whose members all have the outcome, by the rule for the others.

    gone : (n,) who has none. Re-weight: those left of a set share it, as long as both
    arms are there; so a pair goes whole. Drop: every set that lost a member goes. With
    replacement a student who is gone breaks each set he serves in. Raises PromiseBroken
    if the result is not what the rule says.
    """
    if rule == BrokenSets.DROP:
        whole = matched.without_sets(_sets_with(matched, gone[matched.rows]))
    else:
        whole = matched.without(gone)
    if not _keeps_rule(matched, gone, whole, rule):
        raise PromiseBroken(
            f'sets that lost a member do not keep "broken_sets: {rule}" and were not '
            "reported; please send us the design"
        )
    return whole


def broken_sets_row(
    outcome: str, matched: Matched, gone: Flags, whole: Matched, rule: BrokenSets
) -> BrokenSetsRow:
    """What became of the sets; gone : (n,), whole : from `mended`."""
    is_broken = _sets_with(matched, gone[matched.rows])
    is_left = _are_left(whole, len(is_broken))
    broken, reweighted = int(is_broken.sum()), int((is_broken & is_left).sum())
    aside = np.zeros(len(gone), dtype=bool)
    aside[matched.rows] = ~gone[matched.rows]
    aside[whole.rows] = False
    n_treated = int((aside & matched.treated).sum())
    return BrokenSetsRow(
        outcome=outcome,
        rule=rule,
        sets=matched.n_sets,
        broken=broken,
        dropped=broken - reweighted,
        reweighted=reweighted,
        n_treated_set_aside=n_treated,
        n_comparison_set_aside=int(aside.sum()) - n_treated,
    )


def _sets_with(matched: Matched, is_one: Flags) -> Flags:
    """(sets,) whether any membership (m,) of a set is one."""
    return np.bincount(matched.sets, is_one) > 0


def _are_left(whole: Matched, count: int) -> Flags:
    """(count,) whether a set, of so many that were matched, still stands."""
    return np.bincount(whole.sets, minlength=count) > 0


def _keeps_rule(
    matched: Matched, gone: Flags, whole: Matched, rule: BrokenSets
) -> bool:
    """Counted anew from the memberships: who stayed, and in which sets."""
    if gone[whole.rows].any():
        return False
    stays = ~gone[matched.rows]
    if rule == BrokenSets.DROP:
        should = _sets_with(matched, stays) & ~_sets_with(matched, ~stays)
    else:
        arms = matched.is_treated & stays, ~matched.is_treated & stays
        should = _sets_with(matched, arms[0]) & _sets_with(matched, arms[1])
    expected = int((stays & should[matched.sets]).sum())
    is_left = _are_left(whole, len(should))
    return bool((is_left == should).all()) and len(whole.rows) == expected
