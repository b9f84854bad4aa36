"""Whose effect is told: the target to whom the weights and the models are turned."""

import numpy as np

from outcomes.engine.arrays import Flags
from outcomes.terms import Estimand


def target(treated: Flags, estimand: Estimand) -> Flags:
    """(n,) the students whom the effect is on: participants for the ATT, comparison
    students for the ATC, both for the ATE. Source: Imbens (2004), Rev. Econ. Stat.
    86(1):4-29."""
    if estimand == Estimand.ATE:
        return np.ones(len(treated), dtype=bool)
    return sought_for(treated, estimand)


def sought_for(treated: Flags, estimand: Estimand) -> Flags:
    """(n,) the one arm that is left as it is while the other is turned to it; nobody
    for the ATE, where both arms are."""
    if estimand == Estimand.ATE:
        return np.zeros(len(treated), dtype=bool)
    return ~treated if estimand == Estimand.ATC else treated
