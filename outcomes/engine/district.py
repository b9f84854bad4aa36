"""The gap of all students with the outcome, not of participants: its causes, and what
other rules for taking part would make of it.

Matching plays no part here: everyone counts once, and covariates carry the comparison.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from outcomes.designs.clauses import GapSpec
from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Texts
from outcomes.engine.coverage import (
    Reach,
    closed_among_participants,
    district_gap,
)
from outcomes.engine.decomposition import accounting, four_parts
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.gap import att_of_group, between, reference_sd, require_four_groups
from outcomes.engine.gap_closing import (
    MeanUnder,
    Models,
    doubly_robust,
    fit_models,
    gap_as_delivered,
    gap_closed,
    gap_under,
    outcome_model,
    refuse_extrapolation,
    weighting,
)
from outcomes.engine.inference import Inference, by_influence, nothing
from outcomes.engine.influence import Estimate, Modelled, weighted_mean
from outcomes.engine.linear import gram, independent
from outcomes.engine.sample import Sample

ESTIMATORS: Mapping[str, MeanUnder] = {
    "outcome_model": outcome_model,
    "weighting": weighting,
    "doubly_robust": doubly_robust,
}
RULE_NUMBERS = (
    "gap",
    "gap_std_error",
    "closed",
    "std_error",
    "ci_low",
    "ci_high",
    "p",
)
NO_COVARIATES = NotEstimable("the design names no covariates to compare students by")


@dataclass(frozen=True, slots=True)
class District:
    """m students of the two groups, outcome in SDs; focal : (m,); names : a name a
    column of sample.x."""

    sample: Sample
    focal: Flags
    names: tuple[str, ...]
    design: Design


def district_row(
    everyone: Sample,
    labels: Texts,
    spec: GapSpec,
    names: tuple[str, ...],
    design: Design,
    pool_sd: Number,
) -> dict[str, Any]:
    """One gap among all students who have the outcome, in the SDs of `gaps`.

    everyone : unmatched, unweighted; labels : (m,) its students' groups; names : of the
    columns of everyone.x; pool_sd : as for `gap_rows`.
    """
    head = between(spec)
    found = attempt(_district, everyone, labels, spec, names, design, pool_sd)
    if isinstance(found, NotEstimable):
        return {**head, **dict.fromkeys(PARTS, found)}
    models = attempt(_models, found)
    return {
        **head,
        **{name: attempt(part, found, models) for name, part in PARTS.items()},
    }


def _district(
    everyone: Sample,
    labels: Texts,
    spec: GapSpec,
    names: tuple[str, ...],
    design: Design,
    pool_sd: Number,
) -> District:
    if not names:
        raise NO_COVARIATES
    both = (labels == spec.focal) | (labels == spec.reference)
    focal = labels[both] == spec.focal
    require_four_groups(everyone.where(both), focal)
    sample = everyone.where(both).in_sds(reference_sd(spec, pool_sd))
    return District(sample, focal, names, design)


def _models(found: District) -> Models:
    """Outcome by 1, T, F, X, TF, TX; participation by 1, F, X; F the focal group.

    Covariates that the group or each other imply are left out, in declared order.
    """
    sample, f = found.sample, found.focal.astype(float)
    one = np.ones(len(f))
    x = sample.x - sample.x.mean(axis=0)
    base = np.column_stack([one, f, x])
    kept = set(range(base.shape[1]))
    for arm in (sample.treated, ~sample.treated):
        kept &= set(independent(gram(base[arm], base[arm])))
    base = base[:, sorted(kept)]
    return fit_models(
        sample.y,
        sample.treated,
        np.column_stack([base, base]),
        np.column_stack([base, 0 * base]),
        base,
    )


def _rules(found: District, models: Models | NotEstimable) -> list[dict[str, Any]]:
    """The gap as it was, and under each rule by each estimator."""
    fits, n = known(models), len(found.focal)
    chances = {
        "none": np.zeros(n),
        "all": np.ones(n),
        "focal_only": found.focal.astype(float),
    }
    return [
        _as_is(found, fits),
        *(
            _under(
                {"rule": rule, "estimator": name}, ESTIMATORS[name], part, found, fits
            )
            for rule, part in chances.items()
            for name in ESTIMATORS
        ),
    ]


def _as_is(found: District, models: Models) -> dict[str, Any]:
    gap = gap_as_delivered(models, found.focal)
    still = nothing(NotEstimable("things as they were change nothing"))
    return _rule_row({"rule": "as_is", "estimator": "observed"}, gap, 0.0, still, found)


def _under(
    head: dict[str, Any],
    estimator: MeanUnder,
    chances: Floats,
    found: District,
    models: Models,
) -> dict[str, Any]:
    try:
        gap = gap_under(models, chances, found.focal, estimator)
        closed = gap_closed(models, chances, found.focal, estimator)
    except NotEstimable as reason:
        return {**head, **dict.fromkeys(RULE_NUMBERS, reason)}
    inference = _error(closed, found)
    return _rule_row(head, gap, closed.value, inference, found)


def _rule_row(
    head: dict[str, Any],
    gap: Estimate,
    closed: float,
    inference: Inference,
    found: District,
) -> dict[str, Any]:
    """std_error and what follows are those of `closed`."""
    of_gap = _error(gap, found).std_error
    numbers = (
        gap.value,
        of_gap,
        closed,
        inference.std_error,
        inference.ci_low,
        inference.ci_high,
        inference.p,
    )
    return {**head, **dict(zip(RULE_NUMBERS, numbers, strict=True))}


def _error(of: Estimate, found: District) -> Inference:
    return by_influence(of, found.sample, found.design, found.focal)


def _ends(inference: Inference) -> dict[str, Number]:
    return {
        "std_error": inference.std_error,
        "ci_low": inference.ci_low,
        "ci_high": inference.ci_high,
    }


def _with_error(name: str, of: Estimate, found: District) -> dict[str, Number]:
    """A number of a row, and how sure it is."""
    ends = _ends(_error(of, found))
    return {name: of.value, **{f"{name}_{end}": ends[end] for end in ends}}


def _coverage(found: District, models: object) -> dict[str, Any]:
    """Reach times effect, beside whom it helps more: two answers often confused."""
    sample, focal = found.sample, found.focal
    reach = {
        is_focal: Reach(
            float(sample.treated[focal == is_focal].mean()),
            att_of_group(sample, focal == is_focal, found.design),
        )
        for is_focal in (True, False)
    }
    delivered, theirs = (
        weighted_mean(sample.y, group.astype(float)) for group in (~focal, focal)
    )
    gap = district_gap(delivered - theirs, reach[True], reach[False])
    estimates = {
        "att_focal": reach[True].att,
        "att_reference": reach[False].att,
        **{part.name: getattr(gap, part.name) for part in fields(gap)},
        "closed_among_participants": closed_among_participants(
            reach[True].att, reach[False].att
        ),
    }
    row: dict[str, Any] = {
        "share_focal": reach[True].share,
        "share_reference": reach[False].share,
    }
    for name, estimate in estimates.items():
        row |= _with_error(name, estimate, found)
    return {**row, "share_closed": attempt(lambda: gap.share_closed)}


def _four_parts(found: District, models: Models | NotEstimable) -> dict[str, Number]:
    fits = known(models)
    for chance in (np.zeros(len(found.focal)), np.ones(len(found.focal))):
        for group in (found.focal, ~found.focal):
            refuse_extrapolation(fits, chance, group)
    gain, without = (
        Modelled(columns, fits.slopes, fits.slope_influence)
        for columns in (fits.with_program - fits.without_program, fits.without_program)
    )
    participates = found.sample.treated.astype(float)
    parts = four_parts(participates, gain, without, found.focal)
    row: dict[str, Number] = {"gap": parts.gap}
    for part in fields(parts):
        estimate: Estimate = getattr(parts, part.name)
        row |= _with_error(part.name, estimate, found)
    return row


def _accounting(found: District, models: object) -> dict[str, Any]:
    """Participation counts among the covariates; one that a group does not vary in has
    no slope there and is left out."""
    sample = found.sample
    columns = np.column_stack([np.ones(len(sample.y)), sample.treated, sample.x])
    kept = set(range(1, columns.shape[1]))
    for group in (found.focal, ~found.focal):
        kept &= set(independent(gram(columns[group], columns[group])))
    names = ("", found.design.treatment, *found.names)
    where = sorted(kept)
    parts = accounting(
        sample.y, columns[:, where], [names[i] for i in where], found.focal
    )
    return {
        **_with_error("gap", parts.gap, found),
        "explained": {name: part.value for name, part in parts.explained.items()},
        **_with_error("unexplained", parts.unexplained, found),
        "explained_errors": [
            {"covariate": name, **_ends(_error(part, found))}
            for name, part in parts.explained.items()
        ],
    }


PARTS: Mapping[str, Callable[[District, Models | NotEstimable], Any]] = {
    "rules": _rules,
    "coverage": _coverage,
    "four_parts": _four_parts,
    "accounting": _accounting,
}
