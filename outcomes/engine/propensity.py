"""The propensity score: how likely a student was to take part, given the covariates."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from outcomes.designs.errors import DesignError
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.covariates import Covariates
from outcomes.engine.logistic import logistic
from outcomes.engine.logits import logits
from outcomes.engine.notices import Warn
from outcomes.engine.standardized import Standardized, standardized


@dataclass(frozen=True, slots=True)
class Propensity:
    """logit : (n,); coefficients : one a kept column, as these were declared, on the
    covariate's own scale; has_overlap : False when the arms separate completely;
    model : the columns that it was fitted on, None where some of these students are
    left out."""

    logit: Floats
    coefficients: Floats
    has_overlap: bool
    model: Standardized | None = None

    @property
    def score(self) -> Floats:
        """(n,) the chance to take part; made when asked for, as few ask."""
        chance: Floats = expit(self.logit)
        return chance


def propensity(covariates: Covariates, treated: Flags, warn: Warn) -> Propensity:
    """Fit P(treated | covariates) by logistic maximum likelihood (R's glm).

    Dependent columns are dropped, last declared first, and named. Raises DesignError
    without a covariate to fit on.
    """
    model = _standardized(covariates, warn)
    beta, settled = logistic(model.columns, treated, products=model.cross)
    logit, slopes = logits(model, beta)
    has_overlap = bool(logit[~treated].max() >= logit[treated].min())
    if not settled:
        _warn_separation(has_overlap, warn)
    in_turn = slopes[np.argsort(model.kept)]
    return Propensity(logit, in_turn, has_overlap or settled, model)


def _standardized(covariates: Covariates, warn: Warn) -> Standardized:
    offered = covariates.model
    if not offered.columns:
        raise DesignError(
            "the distance needs at least one covariate that varies; name some, or use "
            'method "exact"',
            "covariates",
        )
    model = standardized(offered, np.arange(len(offered.columns)))
    for j in np.delete(np.flatnonzero(covariates.in_model), model.kept):
        warn(
            "collinear",
            f'"{covariates.names[j]}" is implied by the covariates before it and was '
            "left out of the score.",
        )
    return model


def _warn_separation(has_overlap: bool, warn: Warn) -> None:
    if has_overlap:
        warn(
            "quasi_separation",
            "Some students are certain to take part, or certain not to, by their "
            "covariates alone; their scores are only near 0 or 1. Look for a rare "
            "group that is all in one arm.",
        )
    else:
        warn(
            "no_overlap",
            "The covariates tell participants and comparison students apart without "
            "error; nobody is comparable.",
        )
