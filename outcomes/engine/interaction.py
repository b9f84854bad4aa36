"""Do the groups of a dimension differ in their effect, by more than chance?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import f as f_distribution

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.aipw import effect_of
from outcomes.engine.arrays import Flags, Floats, Ints, Texts
from outcomes.engine.effect import ALONE, fitted
from outcomes.engine.inference import df_of_smallest
from outcomes.engine.linear import gram, inverse
from outcomes.engine.multiplicity import ALPHA
from outcomes.engine.outcome_model import (
    EFFECT,
    contrast,
    model_of,
    refuse_extrapolation,
)
from outcomes.engine.sample import Sample
from outcomes.terms import Estimator

SINGULAR = 1e-12  # share of the largest variance below which a direction has none


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """member : (m,); influence : (m,) each student's part in the error, 0 for others;
    cost : coefficients fitted; spare : units of its smaller arm less one."""

    group: str
    member: Flags
    value: float
    influence: Floats
    cost: int
    spare: float


@dataclass(frozen=True, slots=True)
class Wald:
    """An F statistic on two degrees of freedom, and the groups that it compares."""

    statistic: float
    df: tuple[int, float]
    p: float
    groups: tuple[str, ...]


def group_effects(sample: Sample, labels: Texts, design: Design) -> list[GroupEffect]:
    """The effect of each group that has one, by the group's own outcome model: one
    regression in which every column is crossed with the group.

    labels : (m,), None where the group is not known.
    """
    found = []
    for group in sorted({label for label in labels if label is not None}):
        try:
            found.append(_group_effect(sample, labels == group, design, str(group)))
        except NotEstimable:
            continue
    return found


def _group_effect(
    sample: Sample, member: Flags, design: Design, group: str
) -> GroupEffect:
    part = sample.where(member)
    part.require_both_arms()
    if min(part.counts) == 1:
        raise NotEstimable(str(ALONE))  # a new one holds no arrays of an older
    units = part.sets if part.clusters is None else part.clusters
    spare = df_of_smallest(part.treated, None, units)
    columns = model_of(design)(part)
    spread = np.zeros(len(sample.rows))
    if design.estimator == Estimator.AIPW:
        found = effect_of(part, design)
        spread[member] = found.influence
        return GroupEffect(group, member, found.value, spread, columns.shape[1], spare)
    fit = fitted(part, columns, means=2)
    on = contrast(fit, {EFFECT: 1.0})
    implied = fit.implied(on)
    refuse_extrapolation(implied, (part.treated, ~part.treated))
    spread[member] = implied * fit.residuals
    value = float(on @ fit.coefficients)
    return GroupEffect(group, member, value, spread, len(fit.kept), spare)


def interaction_row(
    sample: Sample, labels: Texts, design: Design, outcome: str, dimension: str
) -> dict[str, object]:
    """The test as the report prints it. labels : (m,) of the sample."""
    units = sample.sets if sample.clusters is None else sample.clusters
    try:
        found = wald(group_effects(sample, labels, design), units)
    except NotEstimable as reason:
        nothing = {"groups": [], "statistic": reason, "df": reason, "p": reason}
        text = f"The effects by {dimension} cannot be compared: {reason}."
        return {"outcome": outcome, "dimension": dimension, **nothing, "text": text}
    text = (
        f"The effects by {dimension} differ by more than chance (p {found.p:.3f})."
        if found.p < ALPHA
        else f"That the effect is the same by {dimension} is not contradicted "
        f"(p {found.p:.3f}), which does not show that it is."
    )
    return {"outcome": outcome, "dimension": dimension, **asdict(found), "text": text}


def wald(effects: Sequence[GroupEffect], units: Ints | None) -> Wald:
    """Hotelling's test that all effects are equal.

    units : (m,) clusters or matched sets; each student alone without them. The
    covariance is CR1 with G units; F = (v - q + 1) / (q v) W on q and v - q + 1, v at
    most G - 1, less where a group is small. Source: Hotelling (1931), Ann. Math. Stat.
    2(3):360-378, on the sums of the units. Raises NotEstimable for fewer than two
    effects, too few units and effects without spread.
    """
    if len(effects) < 2:
        raise NotEstimable("none: fewer than two groups have an effect of their own")
    members = np.any([e.member for e in effects], axis=0)
    parts = np.column_stack([e.influence[members] for e in effects])
    sums = _sums(parts, None if units is None else units[members])
    count, q, n = len(sums), len(effects) - 1, len(parts)
    freedom = n - sum(e.cost for e in effects)
    if count - q < 1 or freedom < 1:
        raise NotEstimable(f"{count} units are too few to compare {q + 1} effects")
    apart = np.array([e.value - effects[0].value for e in effects[1:]])
    scores = sums[:, 1:] - sums[:, :1]
    factor = count / (count - 1) * (n - 1) / freedom
    spread = factor * gram(scores, scores)
    _require_spread(spread)
    own = np.sum(sums**2, axis=0)
    v = min(count - 1, _common_df(own, np.array([e.spare for e in effects])))
    if v - q + 1 <= 0:
        raise NotEstimable(f"some groups are too small to compare {q + 1} effects")
    w = float(apart @ inverse(spread) @ apart)
    statistic = (v - q + 1) / (q * v) * w
    p = float(f_distribution.sf(statistic, q, v - q + 1))
    return Wald(statistic, (q, v - q + 1), p, tuple(e.group for e in effects))


def _common_df(variances: Floats, spare: Floats) -> float:
    """Degrees of freedom of a comparison of k means, (k^2 - 1) / (3 sum (1 - w/W)^2/v),
    w = 1/variance and W their sum, of (k,) means with v degrees each.

    One small group among large ones has no more than its own. Source: Welch (1951),
    Biometrika 38(3/4):330-336.
    """
    k = len(variances)
    w = 1 / np.maximum(variances / variances.max(), SINGULAR)
    left = np.sum((1 - w / np.sum(w)) ** 2 / spare)
    return float((k * k - 1) / (3 * left))


def _sums(parts: Floats, units: Ints | None) -> Floats:
    if units is None:
        return parts
    _, code = np.unique(units, return_inverse=True)
    columns = [np.bincount(code.reshape(-1), part) for part in parts.T]
    return np.column_stack(columns)


def _require_spread(spread: Floats) -> None:
    values = np.linalg.eigvalsh(spread)
    if values[0] <= SINGULAR * values[-1] or values[-1] <= 0:
        raise NotEstimable("zero variance: the differences of effects have no spread")
