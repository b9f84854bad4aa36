"""The path from a table to findings, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from outcomes.designs.design import Design, Outcome
from outcomes.designs.errors import NotEstimable
from outcomes.engine import cautions
from outcomes.engine.arrays import Floats
from outcomes.engine.baseline import (
    Baseline,
    Progress,
    establish,
    everyone_matched,
    judge_sample,
    power,
    sections,
)
from outcomes.engine.effect import Effect, effect, effect_row
from outcomes.engine.estimable import Number, attempt, plain
from outcomes.engine.findings import ENGINE_VERSION, Findings
from outcomes.engine.gap import gap_rows
from outcomes.engine.hidden_bias import rosenbaum_gamma
from outcomes.engine.sample import Sample, matched_sample, unmatched_sample
from outcomes.engine.significance import Standing, standings
from outcomes.engine.verdict import WORST_FIRST, Verdict
from outcomes.terms import Estimator


@dataclass(frozen=True, slots=True)
class Analysis:
    """One outcome: its sample, the verdict on that sample, its rows."""

    outcome: Outcome
    sample: Sample
    verdict: Verdict
    effects: list[Effect]
    naive: Effect
    gaps: list[dict[str, object]]


def evaluate(
    frame: pd.DataFrame, design: Design, progress: Progress | None = None
) -> Findings:
    """Match, judge and estimate. Raises EngineError with a code for what it refuses.

    frame : one row a student, columns named by the design. progress is told each stage
    and the share (0 to 1) that is done.
    """
    tell = progress or _silent
    base = establish(frame, design, tell, with_outcomes=True)
    tell("effects", 0.7)
    analyses = [analyse(base, outcome) for outcome in design.outcomes]
    verdict = _overall(analyses)
    tell("report", 0.95)
    findings = Findings(
        design,
        {
            "input_hash": base.input_hash,
            **sections(base),
            "verdict": verdict,
            "verdicts": [
                {"outcome": a.outcome.name, **plain(a.verdict)} for a in analyses
            ],
            "effects": _effect_rows(analyses),
            "naive": [effect_row(a.naive) for a in analyses],
            "gaps": [row for a in analyses for row in a.gaps],
            "power": power(base, analyses[0].sample),
            "sensitivity": {a.outcome.name: _sensitivity(a) for a in analyses},
            "warnings": base.warn.rows(),
        },
        _pairs(base),
    )
    tell("done", 1.0)
    return findings


def diagnose(
    frame: pd.DataFrame, design: Design, progress: Progress | None = None
) -> dict[str, Any]:
    """Overlap, balance, sample flow, power and verdict; no outcome is read.

    The outcome columns need not even be in the frame.
    """
    tell = progress or _silent
    base = establish(frame, design, tell, with_outcomes=False)
    sample = everyone_matched(base)
    found: dict[str, Any] = plain(
        {
            "design_hash": design.hash(),
            "engine": ENGINE_VERSION,
            "input_hash": base.input_hash,
            **sections(base),
            "verdict": judge_sample(base, sample, None),
            "power": power(base, sample),
            "warnings": base.warn.rows(),
            "design": design.to_dict(),
        }
    )
    tell("done", 1.0)
    return found


def _silent(stage: str, share: float) -> None:
    return None


def analyse(base: Baseline, outcome: Outcome) -> Analysis:
    """Effects, gaps and verdict for one outcome, on those who have it."""
    study, design = base.study, base.design
    y = study.outcomes[outcome.name]
    matched = matched_sample(study, base.arranged.matched, y)
    # AIPW weighs everyone by his own score; the matched sets then only show balance.
    everyone = unmatched_sample(study, y)
    sample = everyone if design.estimator == Estimator.AIPW else matched
    pool_sd = _sd(study.pool[outcome.name])
    cautions.of_outcome(study, outcome.name, y, base.weights, base.warn)
    main = effect(sample, design, outcome, pool_sd)
    cautions.of_clusters(main, design, base.warn)
    by_hand = replace(design, estimator=Estimator.DIFFERENCE)
    sizes = _smaller_arms(base, sample, outcome)
    cautions.of_groups(sizes, 1 + sample.x.shape[1], design, base.warn)
    return Analysis(
        outcome=outcome,
        sample=sample,
        verdict=judge_sample(base, matched, outcome),
        effects=[main, *_by_group(base, sample, outcome, pool_sd)],
        naive=effect(everyone, by_hand, outcome, pool_sd),
        gaps=_gaps(base, sample, outcome, pool_sd),
    )


def _sd(values: Floats) -> Number:
    present = values[~np.isnan(values)]
    if len(present) < 2 or present.min() == present.max():
        return NotEstimable("the outcome does not vary in the comparison pool")
    return float(present.std(ddof=1))


def _smaller_arms(base: Baseline, sample: Sample, outcome: Outcome) -> dict[str, int]:
    """Students in the smaller arm of each group that has an effect or a gap."""
    named = {
        (spec.dimension, label)
        for spec in base.design.gaps
        if spec.outcome == outcome.name
        for label in (spec.focal, spec.reference)
    }
    for dimension in base.design.subgroups:
        labels = base.study.groups[dimension]
        named |= {(dimension, label) for label in labels if label is not None}
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
        for label in sorted({v for v in labels if v is not None}):
            part = sample.where(labels[sample.rows] == label)
            group = f"{dimension}={label}"
            found.append(effect(part, base.design, outcome, pool_sd, group))
    return found


def _gaps(
    base: Baseline, sample: Sample, outcome: Outcome, pool_sd: Number
) -> list[dict[str, object]]:
    rows = []
    for spec in base.design.gaps:
        if spec.outcome == outcome.name:
            labels = base.study.groups[spec.dimension][sample.rows]
            rows += gap_rows(sample, labels, spec, outcome, base.design, pool_sd)
    return rows


def _overall(analyses: Sequence[Analysis]) -> Verdict:
    """The gravest verdict of the confirmatory outcomes, or of all if none is."""
    planned = [a for a in analyses if a.outcome.confirmatory] or [*analyses]
    return min((a.verdict for a in planned), key=lambda v: WORST_FIRST.index(v.code))


def _sensitivity(found: Analysis) -> dict[str, Number]:
    main = found.effects[0]
    return {
        "rosenbaum_gamma": attempt(rosenbaum_gamma, main.sample, main.estimate),
    }


def _effect_rows(analyses: Sequence[Analysis]) -> list[dict[str, object]]:
    effects = [found for a in analyses for found in a.effects]
    verdicts = [a.verdict for a in analyses for _ in a.effects]
    return [
        {**effect_row(found), **_standing_row(standing)}
        for found, standing in zip(effects, standings(effects, verdicts), strict=True)
    ]


def _standing_row(standing: Standing) -> dict[str, object]:
    return {"p_adjusted": standing.p_adjusted, "significant": standing.significant}


def _pairs(base: Baseline) -> list[dict[str, Any]]:
    """One entry a member of a set; the weights of a student add up to his own."""
    matched = base.arranged.matched.sorted()
    units = base.study.units
    return [
        {"set": number + 1, "unit": units[row], "weight": weight, "treated": treated}
        for number, row, weight, treated in zip(
            matched.sets.tolist(),
            matched.rows.tolist(),
            matched.membership_weights().tolist(),
            matched.is_treated.tolist(),
            strict=True,
        )
    ]
