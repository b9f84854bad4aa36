"""Do the groups of a dimension differ in their effect, by more than chance?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.aipw import effect_of
from outcomes.engine.arrays import Flags, Floats, Ints, Texts, how_many
from outcomes.engine.columns import known_groups
from outcomes.engine.covariance import cr2_forms
from outcomes.engine.effect import ALONE, regressed
from outcomes.engine.estimable import attempt, known
from outcomes.engine.few_clusters import are_few
from outcomes.engine.forms import Forms
from outcomes.engine.inference import df_of_smallest
from outcomes.engine.jackknife import cr3_forms
from outcomes.engine.joint import SINGULAR, Wald, above_nothing, by_forms, hotelling
from outcomes.engine.linear import Fit, gram
from outcomes.engine.outcome_model import model_of, refuse_extrapolation
from outcomes.engine.sample import Sample
from outcomes.terms import ALPHA, Estimator

FORMS: Mapping[str, Callable[[Fit, Floats, Ints], Forms]] = {
    "CR2": cr2_forms,
    "CR3": cr3_forms,
}


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """member : (m,); influence : (m,) each student's part in the error, 0 for others;
    cost : coefficients fitted; spare : units of its smaller arm less one; forms : of
    its regression over the G clusters of the sample, by kind of error."""

    group: str
    member: Flags
    value: float
    influence: Floats
    cost: int
    spare: float
    forms: Mapping[str, Forms | NotEstimable]


def group_effects(sample: Sample, labels: Texts, design: Design) -> list[GroupEffect]:
    """The effect of each group that has one, by the group's own outcome model: one
    regression in which every column is crossed with the group.

    labels : (m,), None where the group is not known.
    """
    found = []
    for group in known_groups(labels):
        try:
            found.append(_group_effect(sample, labels == group, design, group))
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
    spread = np.zeros(len(sample.rows))
    if design.estimator == Estimator.AIPW:
        found = effect_of(part, design)
        spread[member] = found.influence
        cost = model_of(design)(part).shape[1]
        return GroupEffect(group, member, found.value, spread, cost, spare, {})
    fit, on = regressed(part, design)
    implied = fit.implied(on)
    refuse_extrapolation(implied, (part.treated, ~part.treated))
    spread[member] = implied * fit.residuals
    value = float(on @ fit.coefficients)
    forms = _forms(fit, on, sample, member)
    return GroupEffect(group, member, value, spread, len(fit.kept), spare, forms)


def _forms(
    fit: Fit, on: Floats, sample: Sample, member: Flags
) -> dict[str, Forms | NotEstimable]:
    clusters = sample.cluster_codes
    if clusters is None:
        return {}
    own, count = clusters[member], int(clusters.max()) + 1
    found = {kind: attempt(rule, fit, on, own) for kind, rule in FORMS.items()}
    return {
        kind: it if isinstance(it, NotEstimable) else it.over(count)
        for kind, it in found.items()
    }


def interaction_row(
    sample: Sample, labels: Texts, design: Design, outcome: str, dimension: str
) -> dict[str, object]:
    """The test as the report prints it. labels : (m,) of the sample."""
    head = {"outcome": outcome, "dimension": dimension}
    effects = group_effects(sample, labels, design)
    try:
        found = wald(effects, sample, design)
    except NotEstimable as reason:
        numbers = [field.name for field in fields(Wald)]
        text = f"The effects by {dimension} cannot be compared: {reason}."
        return {**head, "groups": [], **dict.fromkeys(numbers, reason), "text": text}
    groups = [e.group for e in effects]
    text = _text(found.p, dimension, len(design.outcomes) * len(design.subgroups))
    return {**head, "groups": groups, **asdict(found), "text": text}


def _text(p: float, dimension: str, tests: int) -> str:
    """One test of many is small by chance, and none is corrected for the others."""
    shown = "p below 0.001" if p < 0.001 else f"p {p:.3f}"
    if p >= ALPHA:
        return (
            f"That the effect is the same by {dimension} is not contradicted "
            f"({shown}), which does not show that it is."
        )
    among = f", one of {tests} such tests, not corrected for" if tests > 1 else ""
    return f"The effects by {dimension} differ by more than chance ({shown}{among})."


def wald(effects: Sequence[GroupEffect], sample: Sample, design: Design) -> Wald:
    """That all effects are equal.

    By the rule of an effect's own error: regressions with clusters by CR2, and where
    clusters are few by whatever of CR2 and CR3 finds the larger p. Anything else by the
    sums of its units. Raises NotEstimable for fewer than two effects, too few units and
    effects without spread.
    """
    if len(effects) < 2:
        raise NotEstimable("none: fewer than two groups have an effect of their own")
    values = np.array([e.value for e in effects])
    clusters = sample.cluster_codes
    if clusters is None or design.estimator == Estimator.AIPW:
        return _by_sums(values, effects, sample, design)
    count = how_many(clusters[np.any([e.member for e in effects], axis=0)])
    found = _by_clusters(values, effects, design, "CR2", 1.0)
    if not are_few(sample.treated_clusters, found.df[1]):
        return found
    factor = (count - 1) / count
    other = attempt(_by_clusters, values, effects, design, "CR3", factor)
    return found if isinstance(other, NotEstimable) or other.p < found.p else other


def _by_clusters(
    values: Floats,
    effects: Sequence[GroupEffect],
    design: Design,
    kind: str,
    factor: float,
) -> Wald:
    forms = [known(e.forms[kind]) for e in effects]
    return by_forms(values, forms, factor, f"{kind} by {design.cluster}")


def _by_sums(
    values: Floats, effects: Sequence[GroupEffect], sample: Sample, design: Design
) -> Wald:
    """CR1 over clusters, sets or students of what they add to the effects' errors; the
    degrees of freedom at most their number less one, less where a group is small."""
    units = sample.sets if sample.clusters is None else sample.clusters
    members = np.any([e.member for e in effects], axis=0)
    parts = np.column_stack([e.influence[members] for e in effects])
    sums = _sums(parts, None if units is None else units[members])
    count, n = len(sums), len(parts)
    freedom = n - sum(e.cost for e in effects)
    if count < len(effects) or freedom < 1:
        raise NotEstimable(
            f"{count} units are too few to compare {len(effects)} effects"
        )
    spread = count / (count - 1) * (n - 1) / freedom * gram(sums, sums)
    spare = np.array([e.spare for e in effects])
    least = _common_df(np.diag(spread), spare)
    if sample.clusters is not None:  # groups share them: no group adds any of its own
        least = min(least, float(spare.min()))
    unit = "student" if units is None else design.cluster or "set"
    return hotelling(values, spread, min(count - 1, least), f"CR1 by {unit}")


def _common_df(variances: Floats, spare: Floats) -> float:
    """Degrees of freedom of a comparison of k means, (k^2 - 1) / (3 sum (1 - w/W)^2/v),
    w = 1/variance and W their sum, of (k,) means with v degrees each.

    One small group among large ones has no more than its own. Source: Welch (1951),
    Biometrika 38(3/4):330-336.
    """
    k = len(variances)
    largest = above_nothing(float(variances.max()))
    w = 1 / np.maximum(variances / largest, SINGULAR)
    left = np.sum((1 - w / np.sum(w)) ** 2 / spare)
    return float((k * k - 1) / (3 * left))


def _sums(parts: Floats, units: Ints | None) -> Floats:
    if units is None:
        return parts
    _, code = np.unique(units, return_inverse=True)
    columns = [np.bincount(code.reshape(-1), part) for part in parts.T]
    return np.column_stack(columns)
