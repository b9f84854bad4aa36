"""What the gap would be if participation were given out by another rule.

A rule is (n,) each student's chance to take part under it: 0 for none, 1 for all, 1 for
focal students only, .5 for a lottery, or any chance of one's own. Source: Lundberg
(2022), Sociol. Methods Res., and his R package gapclosing. Assumes no hidden
confounding given the covariates, and that one student's part does not touch another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.special import expit

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.influence import Estimate, Modelled, weighted_mean
from outcomes.engine.linear import gram, independent, inverse, least_squares, times
from outcomes.engine.logistic import logistic
from outcomes.engine.model_columns import ModelColumns
from outcomes.engine.outcome_model import require_worth


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """The two fitted models of n students.

    outcome : (n,); treated : (n,); with_program, without_program : (n, k) columns of
    the outcome model if each took part, and if none did; slopes : (k,); treatment :
    (n, m) columns of the treatment model; score : (n,) chance to take part.
    slope_influence (n, k), score_influence (n, m) : each student's part in the error of
    the slopes of either model; bread : (k, k) (X'X)^-1 of the outcome model; arms :
    X'X (k, k) of participants, and of the others.
    """

    outcome: Floats
    treated: Flags
    with_program: Floats
    without_program: Floats
    slopes: Floats
    slope_influence: Floats
    treatment: Floats
    score: Floats
    score_influence: Floats
    bread: Floats
    arms: tuple[Floats, Floats]

    @property
    def factual(self) -> Floats:
        """(n, k) columns of the outcome model as things were."""
        return np.where(self.treated[:, None], self.with_program, self.without_program)

    def under(self, rule: Floats) -> Floats:
        """(n, k) columns of the outcome model, averaged over the rule's lottery."""
        part = rule[:, None]
        return part * self.with_program + (1 - part) * self.without_program

    def weights(self, rule: Floats) -> Floats:
        """(n,) chance of what a student did: under the rule, over as it was."""
        did = np.where(self.treated, rule, 1 - rule)
        was = np.where(self.treated, self.score, 1 - self.score)
        if (was[did > 0] <= 0).any():
            raise NotEstimable("some students were certain to do what they did")
        weights: Floats = np.divide(did, was, out=np.zeros_like(was), where=did > 0)
        return weights


def fit_models(
    outcome: Floats,
    treated: Flags,
    with_program: Floats,
    without_program: Floats,
    treatment: Floats,
) -> Models:
    """Least squares for the outcome, logistic regression for taking part.

    Columns hold an intercept. Raises NotEstimable when a column of a model is implied
    by the others, or when the covariates decide who takes part.
    """
    x = np.where(treated[:, None], with_program, without_program)
    fit = least_squares(outcome, x, np.ones(len(x)))
    known = independent(gram(treatment, treatment))
    if len(fit.kept) < x.shape[1] or len(known) < treatment.shape[1]:
        raise NotEstimable("a column of a model is implied by the others")
    slopes, settled = logistic(ModelColumns(lambda rows: treatment[rows].T), treated)
    if not settled:
        raise NotEstimable("the covariates decide who takes part: there is no overlap")
    score = expit(times(treatment, slopes))
    spread = treatment * (score * (1 - score))[:, None]
    return Models(
        outcome,
        treated,
        with_program,
        without_program,
        fit.coefficients,
        (x * fit.residuals[:, None]) @ fit.bread,
        treatment,
        score,
        (treatment * (treated - score)[:, None]) @ inverse(gram(spread, treatment)),
        fit.bread,
        (gram(x[treated], x[treated]), gram(x[~treated], x[~treated])),
    )


def refuse_extrapolation(models: Models, rule: Floats, group: Flags) -> None:
    """Raises NotEstimable where the outcome model's mean of a group (n,) under a rule
    rests on less than one student of an arm that it asks for.

    With weights l of the arm's outcomes, which sum to the share that the rule sends
    there, they are worth (sum l)^2 / sum l^2, as in `outcome_model`.
    """
    chance = float(rule[group].mean())
    on = models.bread @ models.under(rule)[group].mean(axis=0)
    for moments, share in zip(models.arms, (chance, 1 - chance), strict=True):
        if share > 0:
            require_worth(share, float(on @ moments @ on), "name fewer covariates")


MeanUnder: TypeAlias = Callable[[Models, Floats, Flags], Estimate]


def outcome_model(models: Models, rule: Floats, group: Flags) -> Estimate:
    """Mean of a group under a rule, as the outcome model predicts it. Raises
    NotEstimable as `refuse_extrapolation` does."""
    refuse_extrapolation(models, rule, group)
    said = Modelled(models.under(rule), models.slopes, models.slope_influence)
    return said.mean(group)


def weighting(models: Models, rule: Floats, group: Flags) -> Estimate:
    """Mean of a group under a rule, by those who happened to do what it asks."""
    weights = models.weights(rule) * group
    return _reweighted(models, models.outcome, weights)


def doubly_robust(models: Models, rule: Floats, group: Flags) -> Estimate:
    """The outcome model's mean, corrected by the weighted mean of its residuals."""
    columns = models.factual
    weights = models.weights(rule) * group
    residuals = models.outcome - times(columns, models.slopes)
    correction = _reweighted(models, residuals, weights)
    drift = models.slope_influence @ (weights @ columns / np.sum(weights))
    by_model = outcome_model(models, rule, group)
    return by_model + Estimate(correction.value, correction.influence - drift)


def _reweighted(models: Models, values: Floats, weights: Floats) -> Estimate:
    """Weighted mean whose weights carry the error of the treatment model."""
    mean = weighted_mean(values, weights)
    slope = -mean.influence * (models.treated - models.score)
    drift = models.score_influence @ (slope @ models.treatment)
    return Estimate(mean.value, mean.influence + drift)


def gap_under(
    models: Models, rule: Floats, focal: Flags, estimator: MeanUnder = doubly_robust
) -> Estimate:
    """Reference mean minus focal mean under a rule; everyone is in one of the two.

    rule : (n,) in 0 to 1. Raises NotEstimable for another chance, and when nobody of a
    group did what the rule asks.
    """
    if not ((rule >= 0) & (rule <= 1)).all():
        raise NotEstimable("a rule gives each student a chance between 0 and 1")
    return estimator(models, rule, ~focal) - estimator(models, rule, focal)


def gap_as_delivered(models: Models, focal: Flags) -> Estimate:
    """Reference mean minus focal mean as things were: the rule that changes nothing."""
    reference = weighted_mean(models.outcome, (~focal).astype(float))
    return reference - weighted_mean(models.outcome, focal.astype(float))


def gap_closed(
    models: Models, rule: Floats, focal: Flags, estimator: MeanUnder = doubly_robust
) -> Estimate:
    """Gap as delivered minus gap under the rule: positive when the rule narrows it."""
    return gap_as_delivered(models, focal) - gap_under(models, rule, focal, estimator)
