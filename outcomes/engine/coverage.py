"""What a program does to the gap of a whole district: its reach times its effect.

A gap is reference minus focal. Effects are on participants (ATT), in SDs; shares are
of all students of the group in the district. Source: Lundberg (2022), Sociol. Methods
Res.; the arithmetic is gap_after - gap_without = p_ref ATT_ref - p_focal ATT_focal.
"""

from dataclasses import dataclass
from math import isclose

from outcomes.designs.errors import NotEstimable
from outcomes.engine.balance import ROUNDING
from outcomes.engine.influence import Estimate


@dataclass(frozen=True, slots=True)
class Reach:
    """The part of a group that took part, 0 to 1, and the effect on those who did.
    The share counts as known: it is of everyone."""

    share: float
    att: Estimate

    @property
    def lifted(self) -> Estimate:
        """SDs by which the program raises the mean of the whole group."""
        return self.share * self.att


@dataclass(frozen=True, slots=True)
class DistrictGap:
    """The gap of all students of two groups, in SDs.

    as_delivered : observed; closed : removed by the program; without_program : their
    sum; if_all_focal_served : the gap if every focal student took part, with the effect
    of those who did.
    """

    as_delivered: Estimate
    closed: Estimate
    without_program: Estimate
    if_all_focal_served: Estimate

    @property
    def share_closed(self) -> float:
        return share_closed(self.as_delivered.value, self.closed.value)


def share_closed(as_delivered: float, closed: float) -> float:
    """closed / (as_delivered + closed), of the gap without the program. Raises
    NotEstimable unless there was one, beyond rounding."""
    without = as_delivered + closed
    if without <= 0 or isclose(as_delivered, -closed, rel_tol=ROUNDING):
        raise NotEstimable("without the program the focal group is not behind")
    return closed / without


def district_gap(as_delivered: Estimate, focal: Reach, reference: Reach) -> DistrictGap:
    """Coverage times effect. Raises NotEstimable for a share outside 0 to 1.

    Assumes that students who did not take part are untouched by those who did.
    """
    for reach in (focal, reference):
        if not 0 <= reach.share <= 1:
            raise NotEstimable(f"a share of {reach.share:g} is not between 0 and 1")
    closed = focal.lifted - reference.lifted
    return DistrictGap(
        as_delivered=as_delivered,
        closed=closed,
        without_program=as_delivered + closed,
        if_all_focal_served=as_delivered - (1 - focal.share) * focal.att,
    )


def closed_among_participants(att_focal: Estimate, att_reference: Estimate) -> Estimate:
    """ATT_focal - ATT_reference: whom it helps more, not what the gap loses."""
    return att_focal - att_reference
