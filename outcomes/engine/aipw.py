"""An effect with two chances to be right: score and outcome model.

psi_i = [T (y - m0) - (1 - T) e/(1 - e) (y - m0)] / p, ATT = mean psi, with e the score
and m0 the outcome expected without the program. Right when either model is. The ATC is
the ATT of the arms exchanged, with its sign; the ATE is p ATT + (1 - p) ATC. Source:
Robins, Rotnitzky and Zhao (1994); Mercatanti and Li (2014), J. R. Stat. Soc. C.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.special import expit

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints, Texts, blocks
from outcomes.engine.canonical import seeded_order
from outcomes.engine.influence import Estimate
from outcomes.engine.linear import coefficients
from outcomes.engine.logistic import logistic
from outcomes.engine.logits import logits
from outcomes.engine.matrix import EVERYONE, Matrix
from outcomes.engine.propensity import Propensity
from outcomes.engine.sample import Sample
from outcomes.engine.standardized import Standardized, standardized
from outcomes.terms import Estimand

NO_OVERLAP = "the covariates decide who takes part: no overlap"
CERTAIN = 1 - 1e-9  # a comparison student this sure to take part weighs without bound
Part: TypeAlias = Flags | slice


@dataclass(frozen=True, slots=True)
class Near:
    """The score of a few students more than those it is sought for: the columns of its
    model, and their coefficients (1 + m,)."""

    model: Standardized
    beta: Floats

    @classmethod
    def of(cls, sample: Sample) -> "Near":
        known = sample.fitted and sample.fitted.model
        model = known or _model(sample.as_read)
        fitted = logistic(model.columns, sample.treated, products=model.cross)
        return cls(model, fitted[0])

    def swapped(self) -> "Near":
        """The same with the arms exchanged."""
        return Near(self.model, -self.beta)


def aipw_att(
    outcome: Floats, treated: Flags, without: Floats, score: Floats, group: Flags
) -> Estimate:
    """The effect on the participants of a group, in units of the outcome.

    outcome, without (m0), score (e) : (n,); treated, group : (n,). The influence leaves
    out that both models were estimated, which does not matter when both are right.
    Raises NotEstimable for a group without participants or without overlap.
    """
    t = treated & group
    count = int(t.sum())
    if not count:
        raise NotEstimable("no participant of this group has an outcome")
    others = ~treated & group
    if (others & (score > CERTAIN)).any():
        raise NotEstimable("the covariates make a comparison student certain to join")
    psi = np.empty(len(score))
    for rows in blocks(len(score)):  # which spares four columns of everyone
        weight = t[rows].astype(float)
        chance = score[rows][others[rows]]
        weight[others[rows]] -= chance / (1 - chance)
        psi[rows] = weight * (outcome[rows] - without[rows]) / count
    value = float(np.sum(psi))
    for rows in blocks(len(score)):
        psi[rows] -= t[rows] * value / count
    return Estimate(value, psi)


def fitted_effect(
    outcome: Floats,
    treated: Flags,
    x: Floats | Matrix,
    estimand: Estimand = Estimand.ATT,
    fitted: Propensity | None = None,
    near: Near | None = None,
) -> Estimate:
    """The effect on the estimand's students, for the ATT `aipw_att` of everyone: both
    models fitted on the same students.

    x : (n, k) covariates without an intercept. Score by logistic regression, outcome by
    least squares on comparison students. fitted : the score of just these students by
    just these covariates, when known; near : one not far from it.
    """
    return _effect(outcome, treated, x, [(EVERYONE, EVERYONE)], estimand, fitted, near)


def cross_fitted(
    outcome: Floats,
    treated: Flags,
    x: Floats | Matrix,
    fold: Ints,
    estimand: Estimand = Estimand.ATT,
    near: Near | None = None,
) -> Estimate:
    """`fitted_effect`, each fold (n,) predicted by models of the other folds.

    Keeps an estimate honest when models are rich. Source: Chernozhukov et al. (2018),
    Econom. J. 21(1). Raises NotEstimable when the other folds lack an arm.
    """
    parts: list[tuple[Part, Part]] = [(fold == f, fold != f) for f in np.unique(fold)]
    return _effect(outcome, treated, x, parts, estimand, near=near)


def effect_of(
    sample: Sample, design: Design, fold: Ints | None = None, near: Near | None = None
) -> Estimate:
    """`fitted_effect` on the sample's target, cross-fitted where the design has folds:
    those of the sample itself, or (m,) of a larger one that it is part of, whose score
    is then near."""
    y, t, x = sample.y, sample.treated, sample.as_read
    own = fold_of(sample, design) if fold is None else fold
    if own is None:
        return fitted_effect(y, t, x, sample.estimand, sample.fitted, near)
    return cross_fitted(y, t, x, own, sample.estimand, near)


def fold_of(sample: Sample, design: Design) -> Ints | None:
    """(m,) the fold of each student, whole clusters together; None without folds."""
    if design.folds == 1:
        return None
    units = sample.rows if sample.clusters is None else sample.clusters
    keys = units.astype(str).astype(object)
    return folds(keys, design.seed, design.folds, sample.treated)


def folds(keys: Texts, seed: int, count: int, treated: Flags) -> Ints:
    """(n,) fold 0..count-1 by seeded hash of the key, in folds of equal size, those of
    keys with participants dealt first: chance may put three schools into one fold, and
    the others would have no participant to learn from.

    keys : (n,) the unit, or its cluster, whose members then stay together. Depends on
    who is there, never on the order of rows.
    """
    names, code = np.unique(keys.astype(str), return_inverse=True)
    code = code.reshape(-1)
    order = seeded_order(names.astype(object), seed)
    takes_part = np.bincount(code, treated) > 0
    order = np.concatenate([order[takes_part[order]], order[~takes_part[order]]])
    dealt = np.empty(len(names), dtype=np.int64)
    dealt[order] = np.arange(len(names)) % count
    fold: Ints = dealt[code]
    return fold


def _effect(
    outcome: Floats,
    treated: Flags,
    x: Floats | Matrix,
    parts: list[tuple[Part, Part]],
    estimand: Estimand,
    fitted: Propensity | None = None,
    near: Near | None = None,
) -> Estimate:
    if estimand == Estimand.ATT:
        return _held_out(outcome, treated, x, parts, fitted, near)
    exchanged = near and near.swapped()
    on_others = -1 * _held_out(outcome, ~treated, x, parts, near=exchanged)
    if estimand == Estimand.ATC:
        return on_others
    on_own = _held_out(outcome, treated, x, parts, fitted, near)
    return of_both(on_own, on_others, treated)


def of_both(att: Estimate, atc: Estimate, treated: Flags) -> Estimate:
    """The ATE p ATT + (1 - p) ATC, p the share of participants, which varies too."""
    share = float(treated.mean())
    mixed = share * att + (1 - share) * atc
    of_share = (att.value - atc.value) * (treated - share) / len(treated)
    return Estimate(mixed.value, mixed.influence + of_share)


def _held_out(
    outcome: Floats,
    treated: Flags,
    x: Floats | Matrix,
    parts: list[tuple[Part, Part]],
    fitted: Propensity | None = None,
    near: Near | None = None,
) -> Estimate:
    """The ATT. parts : which students to predict, and which to learn from; fitted : the
    score where that is everyone; near : one not far from those of the parts."""
    score, without = np.empty(len(x)), np.empty(len(x))
    for out, learn in parts:
        arm = treated[learn]
        if arm.all() or not arm.any():
            raise NotEstimable("there is only one arm to learn from")
        some = x[learn]
        part = near and near.model.of_some(some)
        model = part or (fitted and fitted.model) or _model(some).held()
        asked = None if out is learn else x[out]
        without[out] = model.times(_without(model, outcome[learn], arm), asked)
        start = near.beta if near and part else None
        score[out] = _known(fitted) if fitted else _score(model, arm, asked, start)
    everyone = np.ones(len(x), dtype=bool)
    return aipw_att(outcome, treated, without, score, everyone)


def _model(x: Floats | Matrix) -> Standardized:
    return standardized(x, np.arange(x.shape[1]))


def _score(
    model: Standardized,
    treated: Flags,
    of: Floats | Matrix | None,
    start: Floats | None,
) -> Floats:
    """(b,) the chance of students `of` (b, k), or of its own, when fitted on these.
    Without any overlap only the outcome model would be left, and predict where it saw
    nobody."""
    beta, settled = logistic(model.columns, treated, start, products=model.cross)
    if not settled:
        logit = model.times(beta)
        if logit[~treated].max() < logit[treated].min():
            raise NotEstimable(NO_OVERLAP)
    # As they were matched on, where everyone was: a score is not made in two ways.
    chance: Floats = expit(
        logits(model, beta)[0] if of is None else model.times(beta, of)
    )
    return chance


def _known(fitted: Propensity) -> Floats:
    """(n,) the same, as it was fitted before."""
    if not fitted.has_overlap:
        raise NotEstimable(NO_OVERLAP)
    return fitted.score


def _without(model: Standardized, outcome: Floats, treated: Flags) -> Floats:
    """(1 + m,) how the outcome of comparison students hangs on the model's columns."""
    slopes = np.zeros(1 + len(model.kept))
    found, _, kept = coefficients(model.columns, outcome, (~treated).astype(float))
    if 1 < len(kept) >= np.count_nonzero(~treated):
        raise NotEstimable("the model has as many coefficients as there are students")
    slopes[[*kept]] = found
    return slopes
