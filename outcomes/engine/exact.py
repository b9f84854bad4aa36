"""Exact matching: students alike in everything that was named."""

import numpy as np

from outcomes.engine.arrays import Ints
from outcomes.engine.limits import cells_of
from outcomes.engine.study import Study


def exact_cells(study: Study) -> Ints:
    """(n,) cells of all covariates and `exact` columns together.

    A missing covariate is a value of its own; a missing `exact` column leaves a student
    outside every cell (-1). Source: MatchIt 4.7.2, method = "exact".
    """
    alike = [
        np.unique(column, return_inverse=True)[1].astype(np.int64)
        for column in study.covariates.x
    ]
    return cells_of(study, *alike)
