"""From a standard error to an interval and a p-value, or to the reason for neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Ints, how_many
from outcomes.engine.covariance import Spread
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.few_clusters import (
    Widest,
    are_few,
    half_width,
    two_sided_p,
    widest,
)
from outcomes.engine.influence import Estimate
from outcomes.engine.linear import Fit, by_columns, least_squares
from outcomes.engine.outcome_model import EFFECT, contrast, spreads
from outcomes.engine.permutation import arm_of_each, permute_clusters
from outcomes.engine.sample import Sample
from outcomes.terms import Estimator

NO_SPREAD = NotEstimable("zero variance: the outcome does not vary within the groups")
ALIKE = NotEstimable("zero variance: those whom this error compares say just the same")
EXACT = 1e-12  # residuals below this share of the outcome's range are rounding


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another standard error of the same estimate."""

    se_kind: str
    std_error: Number
    df: Number


@dataclass(frozen=True, slots=True)
class Inference:
    """A standard error and what follows from it; any number may be a reason instead.

    is_widest : it is the widest of several, and p the largest.
    """

    std_error: Number
    se_kind: str | None
    df: Number
    ci_low: Number
    ci_high: Number
    p: Number
    alternatives: tuple[Alternative, ...] = ()
    is_widest: bool = False

    @property
    def numbers(self) -> dict[str, object]:
        """As every row of a report prints them."""
        names = ("std_error", "se_kind", "df", "ci_low", "ci_high", "p")
        return {name: getattr(self, name) for name in names}


def infer(
    estimate: float,
    fit: Fit,
    weights: Mapping[int, float],
    sample: Sample,
    design: Design,
) -> Inference:
    """Inference on a contrast of a fitted model, by the design's rule first.

    Where participants' clusters are few, the widest interval and the largest p of all.
    """
    found = spreads(fit, contrast(fit, weights), sample, design)
    if np.abs(fit.residuals).max() <= EXACT * np.ptp(sample.y):
        found = [(kind, NO_SPREAD) for kind, _ in found]
    found = [(kind, _above_rounding(spread, sample)) for kind, spread in found]
    is_effect = [*weights] == [EFFECT]
    reported = _widest(estimate, found, sample, design, is_effect=is_effect)
    kind = reported.se_kind if reported else found[0][0]
    chosen = reported.spread if reported else found[0][1]
    others = tuple(beside(*other) for other in found if other[0] != kind)
    inference = from_spread(estimate, kind, chosen, others)
    if reported is None:
        return inference
    return replace(inference, p=reported.p, is_widest=True)


def by_influence(
    found: Estimate, sample: Sample, design: Design, focal: Flags | None = None
) -> Inference:
    """Inference on an estimate that carries its influence (m,), by the same rule.

    The degrees of freedom are those of the smallest arm, of either group where focal
    (m,) tells two apart: its clusters, sets or students less one. All of them together
    would call three clusters among a hundred as sure as a hundred (decision 15).
    Source: the lower bound of Welch (1947), Biometrika 34.
    """
    kind, units = "influence", None
    if sample.clusters is not None:
        kind, units = f"influence by {design.cluster}", sample.clusters
    elif sample.sets is not None:
        kind, units = "influence by set", sample.sets
    spread = attempt(
        lambda: Spread(
            found.std_error(units), df_of_smallest(sample.treated, focal, units)
        )
    )
    return from_spread(found.value, kind, spread, ())


def df_of_smallest(treated: Flags, focal: Flags | None, units: Ints | None) -> float:
    """Units (m,) of the smallest arm, of either group, less one; students without them.
    Raises NotEstimable where that is one alone."""
    groups = [slice(None)] if focal is None else [focal, ~focal]
    counts = [
        int(np.count_nonzero(arm[g])) if units is None else how_many(units[g][arm[g]])
        for arm in (treated, ~treated)
        for g in groups
    ]
    if min(counts) < 2:
        raise NotEstimable("one cluster alone in an arm does not show how they vary")
    return float(min(counts) - 1)


def _above_rounding(
    spread: Spread | NotEstimable, sample: Sample
) -> Spread | NotEstimable:
    """Units whose sums are all equal teach nothing: not that all is sure."""
    if isinstance(spread, NotEstimable):
        return spread
    return ALIKE if spread.std_error <= EXACT * np.ptp(sample.y) else spread


def _widest(
    estimate: float,
    found: Sequence[tuple[str, Spread | NotEstimable]],
    sample: Sample,
    design: Design,
    *,
    is_effect: bool,
) -> Widest | None:
    """The widest answer where participants' clusters are few; None elsewhere.

    Dealing clusters anew tests an effect, not a difference of two.
    """
    clusters = sample.cluster_codes
    usable = {
        kind: spread
        for kind, spread in found
        if kind[:3] in ("CR2", "CR3") and isinstance(spread, Spread)
    }
    if clusters is None or not usable:
        return None
    if not are_few(sample.treated_clusters, next(iter(usable.values())).df):
        return None
    permuted = _permuted(sample, clusters, design) if is_effect else None
    return widest(estimate, usable, permuted)


def _permuted(sample: Sample, clusters: Ints, design: Design) -> float | None:
    """The p of dealing whole clusters anew; None where they hold both arms."""
    values = sample.y
    try:
        arm_of_each(clusters, sample.treated)  # before a regression for nothing
        if design.estimator == Estimator.G_COMPUTATION:
            covariates = by_columns(np.ones(len(sample.rows)), sample.x)
            values = least_squares(sample.y, covariates, sample.weights).residuals
        return permute_clusters(
            values,
            sample.weights,
            sample.treated,
            clusters,
            design.seed,
            sample.blocks,
        ).p
    except NotEstimable:
        return None


def from_spread(
    estimate: float,
    kind: str,
    spread: Spread | NotEstimable,
    others: tuple[Alternative, ...],
) -> Inference:
    """The t interval and p-value of an estimate; none without a spread above 0."""
    if isinstance(spread, NotEstimable):
        return _without(spread, kind, others)
    if spread.std_error <= 0:
        return _without(NO_SPREAD, kind, others)
    half = half_width(spread)
    return Inference(
        std_error=spread.std_error,
        se_kind=kind,
        df=spread.df,
        ci_low=estimate - half,
        ci_high=estimate + half,
        p=two_sided_p(estimate, spread),
        alternatives=others,
    )


def chance_beyond(cutoff: float, estimate: Number, inference: Inference) -> float:
    """How likely, 0 to 1, the effect is at least `cutoff`, or at most when it is < 0.

    The posterior of a flat prior: t with the inference's df around the estimate, in its
    units. Source: Gelman et al. (2013), Bayesian Data Analysis, 3.2; the decision
    question of the RCE Coach. Raises NotEstimable without an estimate or an error.
    """
    std_error, df = known(inference.std_error), known(inference.df)
    beyond = (known(estimate) - cutoff) / std_error
    return float(stdtr(df, -beyond if cutoff < 0 else beyond))


def nothing(reason: NotEstimable) -> Inference:
    """No estimate, so no inference either."""
    return _without(reason, None, ())


def _without(
    reason: NotEstimable, kind: str | None, others: tuple[Alternative, ...]
) -> Inference:
    return Inference(reason, kind, reason, reason, reason, reason, others)


def beside(kind: str, spread: Spread | NotEstimable) -> Alternative:
    """An error that is shown and not reported."""
    if isinstance(spread, NotEstimable):
        return Alternative(kind, spread, spread)
    return Alternative(kind, spread.std_error, spread.df)
