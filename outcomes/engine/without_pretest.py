"""The whole design again without a pretest: a yardstick for what nobody measured."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np

from outcomes.designs.before import design_without, fewer
from outcomes.designs.design import Design
from outcomes.designs.errors import EngineError, NotEstimable
from outcomes.engine.broken_sets import mended
from outcomes.engine.cluster_sets import in_cluster_sets
from outcomes.engine.effect import Effect, effect
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.matched import Matched
from outcomes.engine.matching import arrange, each_student_once
from outcomes.engine.notices import Notices
from outcomes.engine.sample import matched_sample, unmatched_sample
from outcomes.engine.sensitivity import omitted_covariate
from outcomes.engine.study import Study
from outcomes.engine.tasks import run
from outcomes.terms import Estimator

Rematch: TypeAlias = tuple[Study, Design, Matched]


def rematched(study: Study, design: Design) -> dict[str, Rematch | NotEstimable]:
    """By pretest, the same students matched anew as if it had never been measured."""
    names = [pretest.name for pretest in design.pretests]
    found = run(partial(_without, study, design), names)
    return dict(zip(names, found, strict=True))


def _without(study: Study, design: Design, name: str) -> Rematch | NotEstimable:
    design = design_without(design, {name})
    study = replace(
        study,
        covariates=study.covariates.without(name),
        exact=fewer(study.exact, {name}),
        anti_exact=fewer(study.anti_exact, {name}),
        calipers=fewer(study.calipers, {name}),
    )
    try:
        if study.whole:
            study = replace(study, whole=study.whole.without(name))
            study, _ = in_cluster_sets(study, design)
        found = each_student_once(arrange(study, design, Notices()), design)
    except EngineError as refusal:
        return NotEstimable(f'without "{name}" there is no match: {refusal}')
    return found.study, design, found.matched


def benchmark_rows(
    main: Effect, rematches: Mapping[str, Rematch | NotEstimable]
) -> list[dict[str, object]]:
    """What leaving each pretest out would have done to everyone's effect."""
    return [_row(main, name, found) for name, found in rematches.items()]


def _row(main: Effect, name: str, found: Rematch | NotEstimable) -> dict[str, object]:
    without = attempt(_estimate, main, found)
    try:
        moved = omitted_covariate(known(main.estimate), known(without), name)
    except NotEstimable as reason:
        absent = {"moved_by": reason, "times_needed": reason}
        return {"pretest": name, "estimate_without": without, **absent, "text": None}
    return {
        "pretest": name,
        "estimate_without": without,
        "moved_by": moved.shift,
        "times_needed": moved.times_needed,
        "text": moved.text,
    }


def _estimate(main: Effect, found: Rematch | NotEstimable) -> float:
    study, design, matched = known(found)
    y = study.outcomes[main.outcome.name]
    sample = (
        unmatched_sample(study, y, design.estimand)
        if design.estimator == Estimator.AIPW
        else matched_sample(study, mended(matched, np.isnan(y), design.broken_sets), y)
    )
    no_sd: Number = NotEstimable("only the estimate is asked for")
    return known(effect(sample, design, main.outcome, no_sd).estimate)
