"""Did the program close the gap? The gap among participants, and without the program.

A gap is reference minus focal on a scale where more is better. `closed` =
`without_program` - `as_delivered`, for means ATT_focal - ATT_reference: positive when
the program narrows the gap. Source: Lundberg (2022), Sociol. Methods Res.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from outcomes.designs.clauses import REFERENCE_YEAR, GapSpec, Outcome
from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.adjusted_gap import GapRule, adjusted_gap
from outcomes.engine.aipw import effect_of
from outcomes.engine.arrays import Flags, Floats, Texts
from outcomes.engine.coverage import share_closed
from outcomes.engine.effect import ALONE, fitted
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.inference import Inference, by_influence, infer, nothing
from outcomes.engine.influence import Estimate
from outcomes.engine.level_gap import v_gap_from_levels
from outcomes.engine.metric_free_gap import (
    metrics_agree,
    percentile_of_focal_mean,
    share_meeting_gap,
    v_gap,
)
from outcomes.engine.outcome_model import (
    EFFECT,
    contrast,
    model_of,
    refuse_extrapolation,
)
from outcomes.engine.sample import Sample
from outcomes.terms import Estimator, GapMetric, OutcomeKind


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap by one metric: as delivered, and as it would have been."""

    metric: GapMetric
    as_delivered: Number
    without_program: Number
    closed: Number
    share_closed: Number
    inference: Inference


def gap_rows(
    sample: Sample,
    labels: Texts,
    spec: GapSpec,
    outcome: Outcome,
    design: Design,
    pool_sd: Number,
) -> list[dict[str, object]]:
    """One row a metric, with whether the metrics agree on the direction.

    labels : (m,) group of each student of the sample in the gap's dimension. pool_sd :
    SD of the outcome over all comparison students before matching.
    """
    is_focal, is_reference = labels == spec.focal, labels == spec.reference
    both = is_focal | is_reference
    sample, is_focal = sample.where(both), is_focal[both]
    gaps = [
        mean_gap(sample, is_focal, spec, design, pool_sd),
        *_metric_free(sample, is_focal, spec, outcome, design),
    ]
    counts = _counts(sample, is_focal)
    if 1 in counts.values():
        gaps = [_without_error(each) for each in gaps]
    signs = [g.closed for g in gaps if not isinstance(g.closed, NotEstimable)]
    agree = metrics_agree(signs) if len(signs) > 1 else NotEstimable("one metric only")
    shared: dict[str, object] = {"agree": agree, **counts}
    if outcome.kind != OutcomeKind.BINARY:
        shared["focal_percentile"] = _percentiles(sample, is_focal)
    return [{**_row(gap, spec), **shared} for gap in gaps]


def _without_error(gap: Gap) -> Gap:
    if isinstance(gap.closed, NotEstimable):
        return gap
    return replace(gap, inference=nothing(ALONE))


def mean_gap(
    sample: Sample, is_focal: Flags, spec: GapSpec, design: Design, pool_sd: Number
) -> Gap:
    """The gap in mean outcome, in SDs of the reference.

    sample : students of the two groups only; is_focal : (m,). One regression holds both
    groups' outcome models side by side, so the interval allows for schools that both
    attend.
    """
    try:
        require_four_groups(sample, is_focal)
        scaled = sample.in_sds(reference_sd(spec, pool_sd))
        t = sample.treated
        as_delivered = scaled.apart(t & ~is_focal, t & is_focal)
        closed, inference = _closed(scaled, is_focal, design)
    except NotEstimable as reason:
        return _absent(GapMetric.MEAN_SD, reason)
    return _gap(GapMetric.MEAN_SD, as_delivered, closed, inference)


def _gap(
    metric: GapMetric, as_delivered: float, closed: float, inference: Inference
) -> Gap:
    share = attempt(share_closed, as_delivered, closed)
    return Gap(metric, as_delivered, as_delivered + closed, closed, share, inference)


def _absent(metric: GapMetric, reason: NotEstimable) -> Gap:
    return Gap(metric, reason, reason, reason, reason, nothing(reason))


def reference_sd(spec: GapSpec, pool_sd: Number) -> float:
    """The SD that the gap is measured in: the design's own, or that of the pool."""
    return known(pool_sd) if spec.sd == REFERENCE_YEAR else float(spec.sd)


def require_four_groups(sample: Sample, is_focal: Flags) -> None:
    """Raises NotEstimable, naming the first of the four groups that is empty."""
    t = sample.treated
    for group, name in ((is_focal, "focal"), (~is_focal, "reference")):
        for arm, where in ((t, "participants"), (~t, "the comparison group")):
            if not (group & arm).any():
                raise NotEstimable(f"no {name} student among {where} has an outcome")


def _closed(sample: Sample, is_focal: Flags, design: Design) -> tuple[float, Inference]:
    if design.estimator == Estimator.AIPW:
        focal, reference = (
            att_of_group(sample, group, design) for group in (is_focal, ~is_focal)
        )
        found = focal - reference
        return found.value, by_influence(found, sample, design, is_focal)
    model = model_of(design)
    blocks = [
        _block(group, model(sample.where(group))) for group in (is_focal, ~is_focal)
    ]
    fit = fitted(sample, np.hstack(blocks), means=4)
    weights = {EFFECT: 1.0, blocks[0].shape[1] + EFFECT: -1.0}
    on, t = contrast(fit, weights), sample.treated
    cells = (g & arm for g in (is_focal, ~is_focal) for arm in (t, ~t))
    refuse_extrapolation(fit.implied(on), cells)
    closed = float(on @ fit.coefficients)
    return closed, infer(closed, fit, weights, sample, design)


def att_of_group(sample: Sample, group: Flags, design: Design) -> Estimate:
    """AIPW's effect on a group's participants, with 0 influence of everyone else."""
    part = sample.where(group)
    found = effect_of(part, design)
    influence = np.zeros(len(sample.rows))
    influence[group] = found.influence
    return Estimate(found.value, influence)


def _block(group: Flags, columns: Floats) -> Floats:
    """(m, k) a group's own model, 0 for everyone else."""
    out = np.zeros((len(group), columns.shape[1]))
    out[group] = columns
    return out


def _metric_free(
    sample: Sample, is_focal: Flags, spec: GapSpec, outcome: Outcome, design: Design
) -> Iterator[Gap]:
    """V and, where the design says what meets expectations, the share who do."""
    if outcome.kind != OutcomeKind.BINARY:
        rule = _v_of_levels if outcome.kind == OutcomeKind.LEVELS else v_gap
        yield _weighted_gap(GapMetric.V, rule, sample, is_focal, design)
    meets = spec.meets
    if meets is not None:
        yield _weighted_gap(
            GapMetric.SHARE_MEETING,
            lambda y, focal, w: share_meeting_gap(y, focal, w, meets),
            sample,
            is_focal,
            design,
        )


def _v_of_levels(y: Floats, is_focal: Flags, weights: Floats) -> Estimate:
    _, levels = np.unique(y, return_inverse=True)
    return v_gap_from_levels(levels.reshape(-1), is_focal, weights)


def _weighted_gap(
    metric: GapMetric, gap: GapRule, sample: Sample, is_focal: Flags, design: Design
) -> Gap:
    """The change of a gap between the comparison group and participants, by weights,
    which with an outcome model are those under which it predicts."""
    t, whose = sample.treated, sample.target.astype(float)
    is_plain = design.estimator == Estimator.DIFFERENCE
    x = np.empty((len(t), 0)) if is_plain else sample.x
    try:
        require_four_groups(sample, is_focal)
        without, delivered = (
            adjusted_gap(gap, sample.y, is_focal, sample.weights * arm, whose, x)
            for arm in (~t, t)
        )
        closed = without - delivered
    except NotEstimable as reason:
        return _absent(metric, reason)
    inference = by_influence(closed, sample, design, is_focal)
    return _gap(metric, delivered.value, closed.value, inference)


def _percentiles(sample: Sample, is_focal: Flags) -> Mapping[str, Number]:
    """Where the focal group's mean stands among the reference group, 0 to 100."""
    arms = {"as_delivered": sample.treated, "without_program": ~sample.treated}
    return {
        key: attempt(
            percentile_of_focal_mean, sample.y, is_focal, sample.weights * in_arm
        )
        for key, in_arm in arms.items()
    }


def _counts(sample: Sample, is_focal: Flags) -> Mapping[str, int]:
    groups = {"focal": is_focal, "reference": ~is_focal}
    arms = {"treated": sample.treated, "comparison": ~sample.treated}
    return {
        f"n_{group}_{arm}": int((in_group & in_arm).sum())
        for group, in_group in groups.items()
        for arm, in_arm in arms.items()
    }


def between(spec: GapSpec) -> dict[str, str]:
    """Whose gap a row is, and in what."""
    return {
        "dimension": spec.dimension,
        "focal": spec.focal,
        "reference": spec.reference,
        "outcome": spec.outcome,
    }


def _row(gap: Gap, spec: GapSpec) -> dict[str, object]:
    return {
        **between(spec),
        "metric": str(gap.metric),
        "as_delivered": gap.as_delivered,
        "without_program": gap.without_program,
        "closed": gap.closed,
        "share_closed": gap.share_closed,
        **gap.inference.numbers,
        "alternatives": gap.inference.alternatives,
    }
