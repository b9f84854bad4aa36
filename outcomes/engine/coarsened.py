"""Coarsened exact matching (CEM): alike in everything, once numbers are cut in bins."""

from math import ceil, log2

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.designs.reading import nearest
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.limits import cells_of
from outcomes.engine.study import Study


def coarsened_cells(study: Study, design: Design) -> Ints:
    """(n,) cells of all binned covariates and the `exact` columns together.

    A column with cut points is cut there, a number on a cut falls above it; without,
    a text column and one of few values keep them, and another is cut into equal widths.
    Raises DesignError for cut points of no number. Sources: Iacus, King and Porro
    (2012), Polit. Anal. 20(1):1-24; Sturges (1926), as MatchIt 4.7.2, method = "cem".
    """
    _check_cutpoints(study, design)
    columns = zip(study.covariates.names, study.covariates.x, strict=True)
    binned = [_binned(x, design.cutpoints.get(name)) for name, x in columns]
    return cells_of(study, *binned)


def _binned(x: Floats, cutpoints: tuple[float, ...] | None) -> Ints:
    if cutpoints is not None:
        return np.searchsorted(np.sort(cutpoints), x, side="right")
    values, code = np.unique(x, return_inverse=True)
    bins = sturges(len(x))
    if len(values) <= bins:
        return code
    edges = np.linspace(x.min(), x.max(), bins + 1)[1:-1]
    return np.searchsorted(edges, x, side="right")


def sturges(n: int) -> int:
    """How many bins of equal width n values fill: ceil(log2 n + 1)."""
    return ceil(log2(n) + 1)


def _check_cutpoints(study: Study, design: Design) -> None:
    sources = study.covariates.source
    for name in design.cutpoints:
        path = f"cutpoints.{name}"
        if name not in design.matched_on:
            hint = nearest(name, design.matched_on)
            raise DesignError(f"is not among the covariates{hint}", path)
        if name in sources and name not in study.covariates.names:
            raise DesignError("is text, which has no cut points; remove it", path)
