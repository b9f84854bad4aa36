"""Subclassification: students of nearly the same score stand together."""

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.distance import Space
from outcomes.engine.estimand import target
from outcomes.engine.limits import cells_of
from outcomes.engine.study import Study


def subclass_cells(study: Study, design: Design, space: Space) -> Ints:
    """(n,) subclass of each student's score, within the cells of the `exact` columns.

    Cut at quantiles of the scores of the estimand's students (participants, for the
    ATT), so that each subclass holds as many of them; a score on a cut falls above it.
    Source: Rosenbaum and Rubin (1984), J. Am. Stat. Assoc. 79(387):516-524, as MatchIt
    4.7.2, method = "subclass", but that nobody is moved to fill an empty subclass.
    """
    assert space.score is not None
    own = space.score[target(study.treated, design.estimand)]
    edges = _quantiles(own, design.subclasses)
    number = np.searchsorted(edges, space.score, side="right")
    return cells_of(study, number)


def _quantiles(values: Floats, parts: int) -> Floats:
    """(parts - 1,) cuts between `parts` equal parts, R's type 7.

    The places are whole numbers and a remainder, so that a cut that falls upon a value
    is that value to the bit.
    """
    ordered = np.sort(values)
    low, rest = np.divmod((len(ordered) - 1) * np.arange(1, parts), parts)
    high = np.minimum(low + 1, len(ordered) - 1)
    cuts: Floats = ordered[low] + rest / parts * (ordered[high] - ordered[low])
    return cuts
