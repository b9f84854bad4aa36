"""What is found for one outcome: its sample, its effects, its gaps."""

from dataclasses import dataclass, replace

import numpy as np

from outcomes.designs.clauses import GapSpec, Outcome
from outcomes.designs.reading import nearest
from outcomes.engine import cautions
from outcomes.engine.analytic_sample import AnalyticSample, analytic_sample
from outcomes.engine.arrays import Floats, Texts
from outcomes.engine.baseline import Baseline
from outcomes.engine.columns import known_groups
from outcomes.engine.district import district_row
from outcomes.engine.effect import Effect, effect
from outcomes.engine.estimable import Number
from outcomes.engine.gap import gap_rows
from outcomes.engine.interaction import interaction_row
from outcomes.engine.matched import Matched
from outcomes.engine.notices import Warn
from outcomes.engine.requested_errors import requested_errors
from outcomes.engine.sample import Sample, unmatched_sample
from outcomes.engine.verdict import Verdict
from outcomes.terms import Estimator


@dataclass(frozen=True, slots=True)
class Analysis:
    """One outcome: who is left for it, whom the estimate is of, its rows."""

    outcome: Outcome
    left: AnalyticSample
    sample: Sample
    effects: list[Effect]
    estimators: list[Effect]
    naive: Effect
    gaps: list[dict[str, object]]
    interactions: list[dict[str, object]]
    in_district: list[dict[str, object]]

    @property
    def verdict(self) -> Verdict:
        return self.left.verdict

    @property
    def main(self) -> Effect:
        """Everyone's effect by the design's own estimator."""
        return self.effects[0]


def analyse(base: Baseline, outcome: Outcome) -> Analysis:
    """Effects, gaps and verdict for one outcome, on those who have it."""
    study, design = base.study, base.design
    y = study.outcomes[outcome.name]
    left = analytic_sample(base, outcome)
    # AIPW weighs everyone by his own score; the matched sets then only show balance.
    everyone = unmatched_sample(study, y, design.estimand, base.arranged.fitted)
    samples = dict.fromkeys(Estimator, left.sample) | {Estimator.AIPW: everyone}
    sample = samples[design.estimator]
    pool_sd = study.pool_sds[outcome.name]
    main = effect(sample, design, outcome, pool_sd)
    main = _with_requested(main, base, left.whole, y)
    main = replace(main, differenced=left.differenced)
    _caution(base, main, y)
    by_hand = replace(design, estimator=Estimator.DIFFERENCE)
    return Analysis(
        outcome=outcome,
        left=left,
        sample=sample,
        effects=[main, *_by_group(base, sample, outcome, pool_sd)],
        estimators=[_by(each, main, base, part) for each, part in samples.items()],
        naive=effect(everyone, by_hand, outcome, pool_sd),
        gaps=_gaps(base, sample, outcome, pool_sd),
        interactions=_interactions(base, sample, outcome),
        in_district=_in_district(base, everyone, outcome, pool_sd),
    )


def _caution(base: Baseline, main: Effect, y: Floats) -> None:
    """What anyone should know who reads the numbers of this outcome."""
    outcome, sample, design, warn = main.outcome, main.sample, base.design, base.warn
    cautions.of_outcome(base.study, outcome.name, y, base.weights, warn)
    cautions.of_domain(design, outcome, warn)
    cautions.of_clusters(main, design, warn)
    cautions.of_spread(outcome.name, sample, warn)
    sizes = _smaller_arms(base, sample, outcome)
    count = base.study.covariates.model.shape[1]
    cautions.of_groups(sizes, 1 + count, design, warn)


def _with_requested(main: Effect, base: Baseline, whole: Matched, y: Floats) -> Effect:
    more = requested_errors(base.study, whole, y, base.design)
    beside = (*main.inference.alternatives, *more)
    return replace(main, inference=replace(main.inference, alternatives=beside))


def _by(estimator: Estimator, main: Effect, base: Baseline, sample: Sample) -> Effect:
    """Everyone's effect by another estimator; AIPW's is of all who have the outcome."""
    if estimator == main.estimator:
        return main
    design = replace(base.design, estimator=estimator)
    pool_sd = base.study.pool_sds[main.outcome.name]
    return effect(sample, design, main.outcome, pool_sd)


def _smaller_arms(base: Baseline, sample: Sample, outcome: Outcome) -> dict[str, int]:
    """Students in the smaller arm of each group that has an effect or a gap."""
    named = {
        (spec.dimension, label)
        for spec in _gaps_in(base, outcome)
        for label in (spec.focal, spec.reference)
    }
    for dimension in base.design.subgroups:
        labels = known_groups(base.study.groups[dimension])
        named |= {(dimension, label) for label in labels}
    return {
        f"{dimension}={label}": min(
            sample.where(base.study.groups[dimension][sample.rows] == label).counts
        )
        for dimension, label in sorted(named)
    }


def _by_group(
    base: Baseline, sample: Sample, outcome: Outcome, pool_sd: Number
) -> list[Effect]:
    found = []
    for dimension in base.design.subgroups:
        labels = base.study.groups[dimension]
        for label in known_groups(labels):
            part = sample.where(labels[sample.rows] == label)
            group = f"{dimension}={label}"
            found.append(effect(part, base.design, outcome, pool_sd, group))
    return found


def _interactions(
    base: Baseline, sample: Sample, outcome: Outcome
) -> list[dict[str, object]]:
    design, groups = base.design, base.study.groups
    return [
        interaction_row(
            sample, groups[dimension][sample.rows], design, outcome.name, dimension
        )
        for dimension in design.subgroups
    ]


def _gaps_in(base: Baseline, outcome: Outcome) -> list[GapSpec]:
    return [spec for spec in base.design.gaps if spec.outcome == outcome.name]


def _gaps(
    base: Baseline, sample: Sample, outcome: Outcome, pool_sd: Number
) -> list[dict[str, object]]:
    rows = []
    for spec in _gaps_in(base, outcome):
        everyone = base.study.groups[spec.dimension]
        _warn_of_unknown(spec, everyone, base.warn)
        labels = everyone[sample.rows]
        cautions.of_gap(spec, int((labels == spec.reference).sum()), base.warn)
        rows += gap_rows(sample, labels, spec, outcome, base.design, pool_sd)
    return rows


def _warn_of_unknown(spec: GapSpec, labels: Texts, warn: Warn) -> None:
    """A typing error in a label reads as an empty group. labels : (n,) of everyone."""
    groups = known_groups(labels)
    for name in (spec.focal, spec.reference):
        if name not in groups:
            warn(
                "unknown_group",
                f'No student is "{name}" in {spec.dimension}, where there are '
                f"{', '.join(groups)}{nearest(name, groups) or '.'}",
            )


def _in_district(
    base: Baseline, everyone: Sample, outcome: Outcome, pool_sd: Number
) -> list[dict[str, object]]:
    covariates, groups = base.study.covariates, base.study.groups
    names = tuple(np.array(covariates.names, dtype=object)[covariates.in_model])
    return [
        district_row(
            everyone,
            groups[spec.dimension][everyone.rows],
            spec,
            names,
            base.design,
            pool_sd,
        )
        for spec in _gaps_in(base, outcome)
    ]
