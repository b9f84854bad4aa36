"""A gap of whole distributions, such as V, with the covariates' help.

Students of an arm get the weights under which a regression predicts for the target:
the mean of each covariate is then the target's, and any mean of theirs is the
regression's prediction. Source: Deville and Saerndal (1992), J. Am. Stat. Assoc.
87(418), calibration by least squares; for V's slope Ho and Reardon (2012).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.influence import Estimate
from outcomes.engine.linear import least_squares
from outcomes.engine.outcome_model import refuse_extrapolation

GapRule = Callable[[Floats, Flags, Floats], Estimate]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One group of one arm. members : (g,) its positions among n students; columns :
    (n, k) 1 and covariates about the target's mean; base : (g,) the members' weights
    before; weights : (n,) calibrated, 0 elsewhere; target : (n,) shares of the target's
    students in the group."""

    members: Ints
    columns: Floats
    base: Floats
    weights: Floats
    target: Floats


def adjusted_gap(
    rule: GapRule,
    y: Floats,
    is_focal: Flags,
    weights: Floats,
    target: Floats,
    x: Floats,
) -> Estimate:
    """The gap that `rule` finds in an arm whose groups are like those of the target.

    y : (n,); is_focal : (n,) else reference; weights : (n,) of the arm, 0 for others;
    target : (n,) weights of those whose mean of x (n, k) either group is brought to.
    Raises NotEstimable as the rule does, without students, or with as many covariates
    as students of the arm in a group.
    """
    parts = [_part(group, weights, target, x) for group in (is_focal, ~is_focal)]
    calibrated = parts[0].weights + parts[1].weights
    found = rule(y, is_focal, calibrated)
    influence = np.zeros(len(y))
    for part in parts:
        influence += _influence(part, found.influence)
    return Estimate(found.value, influence)


def _part(group: Flags, weights: Floats, target: Floats, x: Floats) -> _Part:
    members, own = np.flatnonzero(group & (weights > 0)), np.where(group, target, 0.0)
    if not len(members) or not own.sum():
        raise NotEstimable("a gap needs students in both groups")
    share = own / own.sum()
    columns = np.column_stack([np.ones(len(x)), x - share @ x])
    base = weights[members]
    fit = least_squares(np.zeros(len(members)), columns[members], base)
    if 1 < len(fit.kept) >= len(members):
        raise NotEstimable("the model has as many coefficients as there are students")
    implied = base * (fit.x @ fit.bread[:, 0])
    refuse_extrapolation(implied, [np.ones(len(members), dtype=bool)])
    calibrated = np.zeros(len(x))
    # The intercept is the prediction at the target's mean; column 0 is always kept.
    calibrated[members] = implied * base.sum()
    return _Part(members, columns, base, calibrated, share)


def _influence(part: _Part, found: Floats) -> Floats:
    """(n,) what each student adds, once the weights' own error is counted.

    A student's part in the gap that his covariates explain is no error of the arm's,
    but stands with those of the target: the regression's usual two terms.
    """
    rows = part.members
    w = part.weights[rows]
    score = np.divide(found[rows], w, out=np.zeros(len(w)), where=w != 0)
    fit = least_squares(score, part.columns[rows], part.base)
    out = np.zeros(len(found))
    out[rows] = w * fit.residuals
    slopes = fit.coefficients.copy()
    slopes[0] = 0.0
    out += w.sum() * part.target * (part.columns[:, list(fit.kept)] @ slopes)
    return out
