"""Inverse probability weighting (IPW): students count by the odds of the other arm."""

import numpy as np

from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.distance import Space
from outcomes.engine.estimand import sought_for
from outcomes.engine.notices import Warn
from outcomes.terms import Estimand

BOUND = 0.99  # a higher score counts as this, so nobody weighs more than 99 others
SCORES = {
    Estimand.ATT: f"comparison students have a score above {BOUND}",
    Estimand.ATC: f"participants have a score below {1 - BOUND:.2g}",
    Estimand.ATE: f"students have a score beyond {1 - BOUND:.2g} or {BOUND}",
}


def participation_weights(
    space: Space, treated: Flags, estimand: Estimand, warn: Warn
) -> Floats:
    """(n,) the weights that turn an arm into the estimand's students.

    With p the score of the other arm: p/(1 - p) for the ATT and ATC, 1/(1 - p) for the
    ATE. Scores above the bound are trimmed to it, and how many is said. Sources:
    Hirano, Imbens and Ridder (2003), Econometrica 71(4):1161-1189; Hajek's ratio, as
    the shares of a set sum to 1.
    """
    fitted = space.propensity
    assert fitted is not None
    score = fitted.score
    other = np.where(treated, 1 - score, score)
    trimmed = int((other > BOUND)[~sought_for(treated, estimand)].sum())
    if trimmed:
        warn("trimmed", f"{trimmed} {SCORES[estimand]}; they count as if it were that.")
    logit = np.where(treated, -fitted.logit, fitted.logit)
    odds: Floats = np.exp(np.minimum(logit, np.log(BOUND / (1 - BOUND))))
    return 1 + odds if estimand == Estimand.ATE else odds
