"""Where the gap of two groups comes from: four causal parts, or an accounting.

Gaps are reference minus focal; focal : (n,) True for the focal group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import sub

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.influence import Estimate, Modelled, product, weighted_mean
from outcomes.engine.linear import Fit, least_squares
from outcomes.engine.outcome_model import refuse_extrapolation


@dataclass(frozen=True, slots=True)
class FourParts:
    """A gap, in the units of the outcome, as the sum of four causes.

    baseline : the gap without the program; prevalence : unequal shares taking part;
    effect : unequal effects; selection : enrolling, in one group more than in the
    other, those who gain most.
    """

    baseline: Estimate
    prevalence: Estimate
    effect: Estimate
    selection: Estimate

    @property
    def gap(self) -> float:
        parts = (self.baseline, self.prevalence, self.effect, self.selection)
        return sum(part.value for part in parts)


def four_parts(
    participates: Floats, gain: Modelled, without: Modelled, focal: Flags
) -> FourParts:
    """The unconditional decomposition of Yu and Elwert (2025), Ann. Appl. Stat. 19(1).

    participates : (n,) 0 or 1; gain, without : each student's effect and outcome
    without the program, by an outcome model. With p the share and tau the gain,
    gap = [E_r Y0 - E_f Y0] + E_f(tau)(p_r - p_f) + p_r (E_r tau - E_f tau)
    + [Cov_r(D, tau) - Cov_f(D, tau)]. Assumes no hidden confounding. Raises
    NotEstimable when a group is empty.
    """
    _require_both(focal)
    p_r, p_f = (weighted_mean(participates, g.astype(float)) for g in (~focal, focal))
    tau_r, tau_f = (gain.mean(g) for g in (~focal, focal))
    of_takers_r, of_takers_f = (gain.of(participates).mean(g) for g in (~focal, focal))
    chosen_r = of_takers_r - product(p_r, tau_r)
    chosen_f = of_takers_f - product(p_f, tau_f)
    return FourParts(
        baseline=without.mean(~focal) - without.mean(focal),
        prevalence=product(tau_f, p_r - p_f),
        effect=product(p_r, tau_r - tau_f),
        selection=chosen_r - chosen_f,
    )


@dataclass(frozen=True, slots=True)
class Accounting:
    """Kitagawa-Oaxaca-Blinder: a gap split by covariates, in units of the outcome.

    explained : by covariate, its difference of means at the reference group's slopes;
    unexplained : the rest, from unlike slopes and intercepts. Accounting, not causes.
    """

    gap: Estimate
    explained: Mapping[str, Estimate]
    unexplained: Estimate


def accounting(
    outcome: Floats, x: Floats, names: Sequence[str], focal: Flags
) -> Accounting:
    """gap = (xbar_r - xbar_f)'b_r + xbar_f'(b_r - b_f), least squares in each group.

    outcome : (n,); x : (n, k) without an intercept; names : k. Means and slopes count
    as estimated, both. Source: Oaxaca (1973), Blinder (1973); Kitagawa (1955); the
    errors: Jann (2008), Stata J. 8(4):453-479, for means that vary as well. Raises
    NotEstimable when a group is empty or its covariates do not have slopes of their
    own, and where the reference group's model predicts for the focal group's means from
    less than one student.
    """
    _require_both(focal)
    by_group = ((~focal).astype(float), focal.astype(float))
    in_reference, in_focal = (weighted_mean(outcome, g) for g in by_group)
    reference, _ = (_own_model(outcome[g], x[g]) for g in (~focal, focal))
    at_focal = np.array([1.0, *x[focal].mean(axis=0)])
    implied = reference.implied(at_focal)
    refuse_extrapolation(implied, [np.ones(len(implied), dtype=bool)])
    moved = np.zeros((len(outcome), len(at_focal)))
    moved[~focal] = (reference.x * reference.residuals[:, None]) @ reference.bread
    explained = {}
    for j, name in enumerate(names):
        mean_r, mean_f = (weighted_mean(x[:, j], group) for group in by_group)
        slope = Estimate(float(reference.coefficients[1 + j]), moved[:, 1 + j])
        explained[name] = product(mean_r - mean_f, slope)
    gap = in_reference - in_focal
    return Accounting(gap, explained, reduce(sub, explained.values(), gap))


def _own_model(outcome: Floats, x: Floats) -> Fit:
    with_intercept = np.column_stack([np.ones(len(x)), x])
    fit = least_squares(outcome, with_intercept, np.ones(len(x)))
    if len(fit.kept) < with_intercept.shape[1]:
        raise NotEstimable("within a group, a covariate is implied by the others")
    return fit


def _require_both(focal: Flags) -> None:
    if focal.all() or not focal.any():
        raise NotEstimable("a gap needs students in both groups")
