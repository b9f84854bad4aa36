"""An effect: estimate, standard error, and how large it is."""

from dataclasses import dataclass, replace

from outcomes.designs.clauses import Outcome
from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.aipw import effect_of
from outcomes.engine.aipw_jackknife import by_refits
from outcomes.engine.arrays import Floats
from outcomes.engine.covariance import Spread
from outcomes.engine.difference_in_differences import Differenced, differenced_row
from outcomes.engine.effect_sizes import (
    cox_index,
    hedges_g,
    improvement_index,
)
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.exact_interval import risk_interval
from outcomes.engine.few_clusters import half_width
from outcomes.engine.inference import (
    Inference,
    chance_beyond,
    infer,
    nothing,
)
from outcomes.engine.linear import Fit, least_squares
from outcomes.engine.matched import worth_of_participants
from outcomes.engine.outcome_model import (
    EFFECT,
    contrast,
    model_of,
    refuse_extrapolation,
)
from outcomes.engine.sample import Sample
from outcomes.engine.sensitivity import e_value, e_value_of_limit
from outcomes.terms import Estimator, OutcomeKind

ALONE = NotEstimable("one student alone in an arm does not show how students vary")


@dataclass(frozen=True, slots=True)
class Effect:
    """One row: an outcome, a group (None for everyone), an estimator.

    estimate in points of the outcome; hedges_g and what follows in SDs of the sample
    (the Cox index for a 0/1 outcome); estimate_sd in SDs of the whole comparison pool;
    exact_interval where a share is 0 or 1, so that no spread tells how sure it is.
    """

    outcome: Outcome
    group: str | None
    estimator: Estimator
    estimate: Number
    inference: Inference
    hedges_g: Number
    estimate_sd: Number
    sample: Sample
    exact_interval: tuple[float, float] | None = None
    differenced: Differenced | None = None

    @property
    def claimed(self) -> tuple[Number, Number]:
        """Size and p of what a claim rests on: the effect, or the difference in
        differences where the verdict rests on that."""
        if self.differenced and self.differenced.rests_on:
            return self.differenced.g, self.differenced.inference.p
        return self.estimate, self.inference.p


def effect(
    sample: Sample,
    design: Design,
    outcome: Outcome,
    reference_sd: Number,
    group: str | None = None,
) -> Effect:
    """The effect in one sample, by the design's estimator.

    reference_sd : SD of the outcome over all comparison students before matching.
    """
    found = attempt(_estimate, sample, design, is_group=group is not None)
    estimate, inference = (
        (found, nothing(found)) if isinstance(found, NotEstimable) else found
    )
    if min(sample.counts) == 1:
        inference = nothing(ALONE)
    is_binary = outcome.kind == OutcomeKind.BINARY
    bounds = risk_interval(sample) if is_binary else None
    return Effect(
        outcome=outcome,
        group=group,
        estimator=design.estimator,
        estimate=estimate,
        inference=_bounded(inference, bounds if _is_known(estimate) else None),
        hedges_g=attempt(_effect_size, estimate, sample, outcome),
        estimate_sd=attempt(_in_sds, estimate, reference_sd),
        sample=sample,
        exact_interval=bounds,
    )


def _is_known(number: Number) -> bool:
    return not isinstance(number, NotEstimable)


def _bounded(inference: Inference, bounds: tuple[float, float] | None) -> Inference:
    """The interval from counting where no spread gives one."""
    if bounds is None or _is_known(inference.ci_low):
        return inference
    return replace(inference, ci_low=bounds[0], ci_high=bounds[1], se_kind="exact")


def _estimate(
    sample: Sample, design: Design, *, is_group: bool
) -> tuple[float, Inference]:
    if design.estimator == Estimator.AIPW:
        sample.require_both_arms()
        own = replace(sample, y=sample.y - sample.y.min())
        found = effect_of(own, design)
        return found.value, by_refits(found, own, design)
    fit, on = regressed(sample, design)
    if is_group:
        refuse_extrapolation(fit.implied(on), (sample.treated, ~sample.treated))
    estimate = float(on @ fit.coefficients)
    return estimate, infer(estimate, fit, {EFFECT: 1.0}, sample, design)


def regressed(sample: Sample, design: Design) -> tuple[Fit, Floats]:
    """The design's regression, and the weights on its coefficients that make the
    effect. Raises NotEstimable, as where an arm is empty."""
    sample.require_both_arms()
    fit = fitted(sample, model_of(design)(sample), means=2)
    return fit, contrast(fit, {EFFECT: 1.0})


def fitted(sample: Sample, columns: Floats, means: int) -> Fit:
    """The regression on columns. Two means are known from two students, but a model of
    more coefficients than `means` that fits everyone perfectly only extrapolates."""
    # A level common to all moves no effect; without it large scores lose no digits.
    fit = least_squares(sample.y - sample.y.min(), columns, sample.weights)
    if fit.residual_df < 1 and len(fit.kept) > means:
        raise NotEstimable("the model has as many coefficients as there are students")
    return fit


def _in_sds(points: Number, sd: Number) -> float:
    return known(points) / known(sd)


def _effect_size(estimate: Number, sample: Sample, outcome: Outcome) -> float:
    points = known(estimate)
    n_t, n_c = sample.counts
    if outcome.kind == OutcomeKind.BINARY:
        share = sample.mean(sample.treated)
        return cox_index(share, share - points, n_t, n_c)
    return hedges_g(points, *sample.sds, n_t, n_c)


def effect_row(found: Effect) -> dict[str, object]:
    """The row as the report prints it."""
    sample, inference = found.sample, found.inference
    n_treated, n_comparison = sample.counts
    return {
        "outcome": found.outcome.name,
        "group": found.group,
        "estimator": str(found.estimator),
        "estimate": found.estimate,
        **inference.numbers,
        "hedges_g": found.hedges_g,
        "improvement_index": attempt(_improvement, found),
        "e_value": attempt(_e_value, found),
        "e_value_ci": attempt(_e_value_ci, found),
        "estimate_sd": found.estimate_sd,
        "n_treated": n_treated,
        "n_comparison": n_comparison,
        "ess_comparison": sample.ess_comparison,
        **worth_of_participants(sample.treated, sample.weights, sample.estimand),
        "matters": _matters(found),
        **_differenced(found),
        **({"exact_interval": found.exact_interval} if found.exact_interval else {}),
        "alternatives": inference.alternatives,
        "few_clusters": inference.is_widest,
    }


def _matters(found: Effect) -> dict[str, object] | None:
    """How likely the effect is worth having, where the plan says what is."""
    cutoff = found.outcome.matters
    if cutoff is None:
        return None
    chance = attempt(chance_beyond, cutoff, found.estimate, found.inference)
    return {"cutoff": cutoff, "chance": chance}


def _differenced(found: Effect) -> dict[str, object]:
    if found.differenced is None:
        return {}
    return {"difference_in_differences": differenced_row(found.differenced)}


def _improvement(found: Effect) -> float:
    return improvement_index(known(found.hedges_g))


def _e_value(found: Effect) -> float:
    return e_value(known(found.hedges_g))


def _e_value_ci(found: Effect) -> float:
    """For the near end of the interval that is reported, in the units of g."""
    g, estimate = known(found.hedges_g), known(found.estimate)
    spread = Spread(known(found.inference.std_error), known(found.inference.df))
    reach = half_width(spread) * abs(g / estimate) if estimate else 0.0
    return e_value_of_limit(g, reach)
