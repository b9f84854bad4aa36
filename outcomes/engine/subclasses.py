"""Subclassification: students of nearly the same score stand together."""

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.engine.arrays import Ints
from outcomes.engine.distance import Space
from outcomes.engine.limits import cells
from outcomes.engine.study import Study


def subclass_cells(study: Study, design: Design, space: Space) -> Ints:
    """(n,) subclass of each student's score, within the cells of the `exact` columns.

    Cut at quantiles of the participants' scores, so that each subclass holds as many of
    them; a score on a cut falls above it. Raises DesignError for a metric. Source:
    Rosenbaum and Rubin (1984), J. Am. Stat. Assoc. 79(387):516-524, as MatchIt 4.7.2,
    method = "subclass", but that nobody is moved to fill an empty subclass.
    """
    if space.score is None:
        raise DesignError(
            'method "subclass" ranks students by a score; use "propensity" or "logit"',
            "distance",
        )
    shares = np.linspace(0, 1, design.subclasses + 1)[1:-1]
    edges = np.quantile(space.score[study.treated], shares)
    number = np.searchsorted(edges, space.score, side="right")
    return cells([*study.exact.values(), number], study.n)
