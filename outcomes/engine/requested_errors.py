"""Standard errors that a design asks for beside those that always stand there."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.abadie_imbens import abadie_imbens
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.bootstrap import bootstrap
from outcomes.engine.effect import regressed
from outcomes.engine.estimable import Number
from outcomes.engine.inference import Alternative
from outcomes.engine.matched import Matched
from outcomes.engine.sample import Sample, matched_sample
from outcomes.engine.study import Study
from outcomes.engine.two_way import two_way
from outcomes.terms import Estimator, RequestedError

NORMAL = NotEstimable("its reference is the normal distribution")


def requested_errors(
    study: Study, whole: Matched, outcome: Floats, design: Design
) -> tuple[Alternative, ...]:
    """One a wish of the design, for everyone's effect; a reason where it has none.

    whole : sets whose members all have the outcome (n,). Raises nothing.
    """
    found = []
    for wish in design.errors:
        unit = "set" if whole.is_paired else "student"
        kind = _KINDS[wish].format(
            second=design.cluster or "student", unit=design.cluster or unit
        )
        try:
            std_error, df = _RULES[wish](study, whole, outcome, design)
        except NotEstimable as reason:
            std_error = df = reason
        found.append(Alternative(kind, std_error, df))
    return tuple(found)


def _two_way(
    study: Study, whole: Matched, outcome: Floats, design: Design
) -> tuple[Number, Number]:
    """By matched set, and by the design's cluster or else by student.

    Students stand once for each of their sets, so that the coefficient is the effect
    and a comparison student who serves often is seen to: Austin and Cafri (2020).
    """
    if design.estimator == Estimator.AIPW:
        raise NotEstimable("AIPW weighs everyone by his own score, not by sets")
    stacked = _stacked(study, whole, outcome)
    fit, on = regressed(stacked, design)
    second = stacked.rows if stacked.clusters is None else stacked.clusters
    ways = (_codes(whole.sets), _codes(second))
    spread = two_way(fit, on, *ways)
    return spread.std_error, spread.df


def _stacked(study: Study, whole: Matched, outcome: Floats) -> Sample:
    """A row for each membership of a student in a set."""
    rows = whole.rows
    return Sample(
        rows=rows,
        treated=study.treated[rows],
        y=outcome[rows],
        weights=whole.membership_weights(),
        covariates=study.covariates,
        clusters=None if study.clusters is None else study.clusters[rows],
        sets=whole.sets,
        estimand=whole.estimand,
    )


def _codes(labels: Ints) -> Ints:
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def _abadie_imbens(
    study: Study, whole: Matched, outcome: Floats, design: Design
) -> tuple[Number, Number]:
    if design.estimator != Estimator.DIFFERENCE:
        raise NotEstimable("it is the error of the plain difference; ask for that")
    return abadie_imbens(whole, outcome).std_error, NORMAL


def _bootstrap(
    study: Study, whole: Matched, outcome: Floats, design: Design
) -> tuple[Number, Number]:
    """By the design's cluster; without one by matched set, or by student."""
    if design.replacement:
        raise NotEstimable(
            "the bootstrap does not hold where a comparison student may serve twice; "
            "ask for abadie_imbens or two_way"
        )
    if design.estimator == Estimator.AIPW:
        raise NotEstimable("AIPW's own error comes from its influence")
    sample = matched_sample(study, whole, outcome)
    units = next(
        u for u in (sample.clusters, sample.sets, sample.rows) if u is not None
    )
    estimate = partial(estimated, design)
    spread = bootstrap(sample, estimate, _codes(units), design.seed)
    return spread.std_error, spread.df


def estimated(design: Design, sample: Sample) -> float:
    """The effect alone, as often as a bootstrap asks."""
    fit, on = regressed(sample, design)
    return float(on @ fit.coefficients)


_KINDS = {
    RequestedError.TWO_WAY: "CR1 by set and {second}",
    RequestedError.ABADIE_IMBENS: "Abadie-Imbens",
    RequestedError.BOOTSTRAP: "bootstrap by {unit}",
}
_RULES: Mapping[
    RequestedError, Callable[[Study, Matched, Floats, Design], tuple[Number, Number]]
] = {
    RequestedError.TWO_WAY: _two_way,
    RequestedError.ABADIE_IMBENS: _abadie_imbens,
    RequestedError.BOOTSTRAP: _bootstrap,
}
