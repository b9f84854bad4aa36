"""From a standard error to an interval and a p-value, or to the reason for neither."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.covariance import Spread
from outcomes.engine.estimable import Number
from outcomes.engine.linear import Fit
from outcomes.engine.outcome_model import contrast, spreads
from outcomes.engine.sample import Sample

LEVEL = 0.95
NO_SPREAD = NotEstimable("zero variance: the outcome does not vary within the groups")
EXACT = 1e-12  # residuals below this share of the outcome's size are rounding


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another standard error of the same estimate."""

    se_kind: str
    std_error: Number
    df: Number


@dataclass(frozen=True, slots=True)
class Inference:
    """A standard error and what follows from it; any number may be a reason instead."""

    std_error: Number
    se_kind: str | None
    df: Number
    ci_low: Number
    ci_high: Number
    p: Number
    alternatives: tuple[Alternative, ...] = ()


def infer(
    estimate: float,
    fit: Fit,
    weights: Mapping[int, float],
    sample: Sample,
    design: Design,
) -> Inference:
    """Inference on a contrast of a fitted model, by the design's rule first."""
    found = spreads(fit, contrast(fit, weights), sample, design)
    if np.abs(fit.residuals).max() <= EXACT * np.abs(sample.y).max():
        found = [(kind, NO_SPREAD) for kind, _ in found]
    (kind, chosen), *others = found
    beside = tuple(_alternative(other, spread) for other, spread in others)
    return from_spread(estimate, kind, chosen, beside)


def from_spread(
    estimate: float,
    kind: str,
    spread: Spread | NotEstimable,
    beside: tuple[Alternative, ...],
) -> Inference:
    """The t interval and p-value of an estimate; none without a spread above 0."""
    if isinstance(spread, NotEstimable):
        return _without(spread, kind, beside)
    if spread.std_error <= 0:
        return _without(NO_SPREAD, kind, beside)
    half = float(stdtrit(spread.df, (1 + LEVEL) / 2)) * spread.std_error
    return Inference(
        std_error=spread.std_error,
        se_kind=kind,
        df=spread.df,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p=float(2 * stdtr(spread.df, -abs(estimate) / spread.std_error)),
        alternatives=beside,
    )


def nothing(reason: NotEstimable) -> Inference:
    """No estimate, so no inference either."""
    return _without(reason, None, ())


def _without(
    reason: NotEstimable, kind: str | None, beside: tuple[Alternative, ...]
) -> Inference:
    return Inference(reason, kind, reason, reason, reason, reason, beside)


def _alternative(kind: str, spread: Spread | NotEstimable) -> Alternative:
    if isinstance(spread, NotEstimable):
        return Alternative(kind, spread, spread)
    return Alternative(kind, spread.std_error, spread.df)
