"""The path from a table to findings, in order."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from outcomes.designs.design import Design
from outcomes.engine.analysis import Analysis, analyse
from outcomes.engine.baseline import (
    Baseline,
    Progress,
    establish,
    everyone_matched,
    judge_sample,
    sections,
    silent,
)
from outcomes.engine.clustering_correction import clustering_correction
from outcomes.engine.effect import effect_row
from outcomes.engine.essa import essa_row
from outcomes.engine.estimable import attempt, plain
from outcomes.engine.findings import ENGINE_VERSION, Findings
from outcomes.engine.hidden_bias import hidden_bias_text, rosenbaum_gamma
from outcomes.engine.placebo import beside_verdict, placebo_rows, placebo_section
from outcomes.engine.power import power_row
from outcomes.engine.significance import Standing, standings
from outcomes.engine.tiers import member_tiers
from outcomes.engine.verdict import WORST_FIRST, Verdict
from outcomes.engine.without_pretest import benchmark_rows, rematched


def evaluate(
    frame: pd.DataFrame, design: Design, progress: Progress | None = None
) -> Findings:
    """Match, judge and estimate. Raises EngineError with a code for what it refuses.

    frame : one row a student, columns named by the design. progress is told each stage
    and the share (0 to 1) that is done.
    """
    tell = progress or silent
    base = establish(frame, design, tell, with_outcomes=True)
    tell("effects", 0.7)
    analyses = [analyse(base, outcome) for outcome in design.outcomes]
    tell("placebo", 0.9)
    placebos = placebo_rows(frame, design, base.input_hash)
    verdict = beside_verdict(_overall(analyses), placebos, base.warn)
    tell("report", 0.95)
    findings = Findings(
        design,
        {
            "input_hash": base.input_hash,
            **sections(base),
            "verdict": verdict,
            **_left(analyses),
            **_claims(analyses, base),
            "estimators": [effect_row(e) for a in analyses for e in a.estimators],
            "naive": [effect_row(a.naive) for a in analyses],
            "gaps": [row for a in analyses for row in a.gaps],
            "gaps_in_district": [row for a in analyses for row in a.in_district],
            "clustering_corrections": [
                row for a in analyses if (row := clustering_correction(a.main, design))
            ],
            "interactions": [row for a in analyses for row in a.interactions],
            "power": power_row(analyses[0].sample, design),
            "sensitivity": _sensitivity(base, analyses),
            "placebo": placebo_section(placebos),
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
    tell = progress or silent
    base = establish(frame, design, tell, with_outcomes=False)
    sample = everyone_matched(base)
    verdict = judge_sample(base, sample, None, base.balance)
    tell("placebo", 0.9)
    placebos = placebo_rows(frame, design, base.input_hash)
    verdict = beside_verdict(verdict, placebos, base.warn)
    found: dict[str, Any] = plain(
        {
            "design_hash": design.hash(),
            "engine": ENGINE_VERSION,
            "input_hash": base.input_hash,
            **sections(base),
            "verdict": verdict,
            "power": power_row(sample, design),
            "placebo": placebo_section(placebos),
            "warnings": base.warn.rows(),
            "design": design.to_dict(),
        }
    )
    tell("done", 1.0)
    return found


def _left(analyses: Sequence[Analysis]) -> dict[str, list[Any]]:
    """Who is left for each outcome, how alike they are, and who is not there."""
    return {
        "verdicts": [{"outcome": a.outcome.name, **plain(a.verdict)} for a in analyses],
        "balance_analytic": [
            {"outcome": a.outcome.name, "balance": a.left.balance} for a in analyses
        ],
        "broken_sets": [a.left.broken_sets for a in analyses],
        "attrition": [row for a in analyses for row in a.left.attrition],
    }


def _overall(analyses: Sequence[Analysis]) -> Verdict:
    """The gravest verdict of the confirmatory outcomes, or of all if none is."""
    planned = [a for a in analyses if a.outcome.confirmatory] or [*analyses]
    return min((a.verdict for a in planned), key=lambda v: WORST_FIRST.index(v.code))


def _sensitivity(base: Baseline, analyses: Sequence[Analysis]) -> dict[str, Any]:
    """By outcome, what a hidden factor would have to do."""
    rematches = rematched(base.offered, base.design)
    return {
        a.outcome.name: {
            "rosenbaum_gamma": (gamma := attempt(rosenbaum_gamma, a.main, base.design)),
            "omitted_pretests": benchmark_rows(a.main, rematches),
            "text": hidden_bias_text(a.main, gamma),
        }
        for a in analyses
    }


def _claims(
    analyses: Sequence[Analysis], base: Baseline
) -> dict[str, list[dict[str, object]]]:
    """The effects with what may be claimed of them, and the tier of evidence."""
    effects = [found for a in analyses for found in a.effects]
    verdicts = [a.verdict for a in analyses for _ in a.effects]
    found_so = standings(effects, verdicts, base.warn.codes())
    judged = list(zip(effects, verdicts, found_so, strict=True))
    tiers = [essa_row(*one, base.design) for one in judged]
    return {
        "effects": [
            {**effect_row(found), **_standing_row(standing)}
            for found, _, standing in judged
        ],
        "essa": [row for row in tiers if row],
    }


def _standing_row(standing: Standing) -> dict[str, object]:
    row: dict[str, object] = {
        "p_adjusted": standing.p_adjusted,
        "significant": standing.significant,
    }
    held_back = standing.held_back
    return row if held_back is None else row | {"held_back": held_back}


def _pairs(base: Baseline) -> dict[str, list[Any]]:
    """By column, each member of a set; the weights of a student add up to his own."""
    matched = base.arranged.matched.sorted()
    study, rows = base.study, matched.rows
    keys = study.units[rows].tolist()
    members = {
        "set": (matched.sets + 1).tolist(),
        "unit": keys if study.units.dtype == object else [*map(str, keys)],
        "weight": matched.membership_weights().tolist(),
        "treated": matched.is_treated.tolist(),
    }
    if study.entries is not None:
        labels = np.array(study.entries.labels, dtype=object)
        members["entry"] = labels[study.entries.code[rows]].tolist()
    if tiers := base.arranged.limits.tiers:
        members["tier"] = [int(t) or None for t in member_tiers(tiers, matched)]
    return members
