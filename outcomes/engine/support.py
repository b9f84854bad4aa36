"""Common support: who scores beyond everyone of the other arm.

Source: MatchIt 4.7.2, discard = "treated", "control" or "both".
"""

from collections.abc import Mapping

import numpy as np

from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.study import Excluded
from outcomes.terms import Discard

# Whether participants, and whether comparison students, are left out.
ARMS: Mapping[Discard, tuple[bool, bool]] = {
    Discard.NONE: (False, False),
    Discard.TREATED: (True, False),
    Discard.COMPARISON: (False, True),
    Discard.BOTH: (True, True),
}


def beyond_support(score: Floats, treated: Flags, discard: Discard) -> Flags:
    """(n,) students of the discarded arms below the least or above the largest score
    (n,) of the other arm; who scores exactly that is within."""
    out = np.zeros(len(score), dtype=bool)
    for arm, leaves in zip((treated, ~treated), ARMS[discard], strict=True):
        other = score[~arm]
        if leaves:
            out |= arm & ((score < other.min()) | (score > other.max()))
    return out


def comparison_beyond(beyond: Flags, treated: Flags) -> list[Excluded]:
    """The discarded comparison students, for the report; discarded participants are
    among the unmatched, which must add up."""
    count = int((beyond & ~treated).sum())
    return [Excluded("support", 0, count)] if count else []
