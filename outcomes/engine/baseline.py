"""All that is known before an outcome is read: who is matched, how alike they are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from outcomes.designs.clauses import Outcome
from outcomes.designs.design import Design
from outcomes.engine import cautions
from outcomes.engine import verdict as verdicts
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.balance import BalanceRow, balance_table
from outcomes.engine.canonical import keys_in
from outcomes.engine.cluster_balance import clusters_section, warn_of_unknown
from outcomes.engine.cluster_sets import ClusterSets, in_cluster_sets
from outcomes.engine.estimand import target
from outcomes.engine.fingerprint import hashing
from outcomes.engine.group_balance import group_balance
from outcomes.engine.lost import discarded, lost
from outcomes.engine.matched import effective_size, worth_of_participants
from outcomes.engine.matching import Arrangement, arrange, each_student_once
from outcomes.engine.notices import Notices
from outcomes.engine.outcome_model import model_of, stand_in
from outcomes.engine.overlap import overlap, separating
from outcomes.engine.product_balance import product_balance
from outcomes.engine.sample import Sample, matched_sample
from outcomes.engine.study import Excluded, Study
from outcomes.engine.support import comparison_beyond
from outcomes.engine.tiers import member_tiers
from outcomes.engine.unmatched import unmatched_reasons
from outcomes.engine.verdict import Verdict
from outcomes.terms import ATM, Estimand

Progress: TypeAlias = Callable[[str, float], None]
REUSE_BANDS = (("1", 1, 2), ("2 to 4", 2, 5), ("5 to 9", 5, 10), ("10+", 10, np.inf))


def silent(stage: str, share: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Baseline:
    """A study, its matched sets, and the balance of those sets.

    offered : every row of the table; study : each student once, or where matched;
    unmatched : reasons, and how many participants have each.
    """

    design: Design
    offered: Study
    study: Study
    arranged: Arrangement
    unmatched: list[tuple[str, int]]
    balance: list[BalanceRow]
    input_hash: str
    warn: Notices
    cluster_sets: ClusterSets | None = None

    @property
    def weights(self) -> Floats:
        return self.arranged.matched.weights()

    @property
    def target(self) -> Flags:
        """(n,) the students whom the effect is on."""
        return target(self.study.treated, self.design.estimand)


def establish(
    frame: pd.DataFrame,
    design: Design,
    tell: Progress,
    *,
    with_outcomes: bool,
    hashed: str = "",
) -> Baseline:
    """Admit the table, match, and measure balance. hashed : its hash, when known."""
    warn = Notices()
    tell("reading the table", 0.0)
    keys = keys_in(frame[design.unit]) if design.unit in frame else None
    with hashing(frame, keys, hashed) as found:
        offered = Study.from_frame(
            frame, design, warn, with_outcomes=with_outcomes, keys=keys
        )
        del keys  # of the size of two columns, and of no more use
        tell("matching", 0.2)
        cluster_sets = None
        if design.match_clusters:
            offered, cluster_sets = in_cluster_sets(offered, design)
        arranged = arrange(offered, design, warn)
        unmatched = _unmatched(arranged, design.estimand)
        arranged = each_student_once(arranged, design)
        study = arranged.study
        tell("balance", 0.6)
        rows = balance_table(study, arranged.matched.weights(), design.estimand)
        cautions.of_design(study, design, warn)
        cautions.of_match(study, design, arranged, warn)
        cautions.of_balance(rows, warn)
        if cluster_sets:
            cautions.of_cluster_sets(study, cluster_sets, warn)
            assert study.whole is not None
            warn_of_unknown(study.whole, warn)
        hashed = found()
    return Baseline(
        design, offered, study, arranged, unmatched, rows, hashed, warn, cluster_sets
    )


def sections(base: Baseline) -> dict[str, Any]:
    """The parts of a report that no outcome is needed for."""
    estimand = base.design.estimand
    return {
        "estimand": _estimand(base),
        "sample": _sample(base),
        "lost": lost(base.study, base.weights > 0, estimand),
        **_discarded_by_group(base),
        "overlap": overlap(base.arranged.fitted, base.study.treated),
        "balance": base.balance,
        "balance_by_group": group_balance(base.study, base.weights, estimand),
        "balance_of_products": product_balance(base.study, base.weights, estimand),
        **_clusters(base),
    }


def _clusters(base: Baseline) -> dict[str, Any]:
    if base.cluster_sets is None or base.offered.whole is None:
        return {}
    return {"clusters": clusters_section(base.offered.whole, base.cluster_sets)}


def _estimand(base: Baseline) -> str:
    """Without all of its students an effect is on those who found a match."""
    is_lost = base.target & (base.weights == 0)
    return ATM if is_lost.any() else str(base.design.estimand)


def _sample(base: Baseline) -> dict[str, Any]:
    study, matched, weights = base.study, base.arranged.matched, base.weights
    used = weights > 0
    return {
        "treated": int(study.treated.sum()),
        "comparison": int((~study.treated).sum()),
        "matched_treated": int((study.treated & used).sum()),
        "matched_comparison": int((~study.treated & used).sum()),
        "ess_comparison": effective_size(weights[~study.treated]),
        **worth_of_participants(study.treated, weights, base.design.estimand),
        "sets": matched.n_sets,
        "total_distance": matched.total_distance,
        "unmatched": [{"reason": reason, "n": n} for reason, n in base.unmatched],
        "excluded": [*study.excluded, *_discarded(base)],
        "calipers": _calipers(base),
        **_tiers(base),
        **_reuse(base),
    }


def _discarded(base: Baseline) -> list[Excluded]:
    beyond = base.arranged.limits.beyond
    return [] if beyond is None else comparison_beyond(beyond, base.study.treated)


def _discarded_by_group(base: Baseline) -> dict[str, Any]:
    beyond = base.arranged.limits.beyond
    return {} if beyond is None else {"discarded": discarded(base.study, beyond)}


def _unmatched(found: Arrangement, estimand: Estimand) -> list[tuple[str, int]]:
    if found.space is not None and found.space.is_separated:
        return [("no_overlap", int(target(found.study.treated, estimand).sum()))]
    return unmatched_reasons(found.study, found.limits, found.matched)


def _tiers(base: Baseline) -> dict[str, Any]:
    """How many pairs were found in each tier, the last of them among all others."""
    tiers, alike = base.arranged.limits.tiers, [*base.design.prefer, ()]
    if not tiers:
        return {}
    found = member_tiers(tiers, base.arranged.matched)
    counts = np.bincount(found, minlength=len(alike) + 1)[1:].tolist()
    return {
        "tiers": [
            {"tier": i + 1, "alike": columns, "pairs": count}
            for i, (columns, count) in enumerate(zip(alike, counts, strict=True))
        ]
    }


def _reuse(base: Baseline) -> dict[str, Any]:
    """With replacement, how many of those who are chosen serve how often."""
    if not base.design.replacement:
        return {}
    matched = base.arranged.matched
    places = np.bincount(matched.rows[~matched.is_own])
    return {
        "reuse": [
            {"times": times, "n": int(((places >= low) & (places < high)).sum())}
            for times, low, high in REUSE_BANDS
        ]
    }


def _calipers(base: Baseline) -> list[dict[str, Any]]:
    """Every caliper in the units of what it is on."""
    limits = base.arranged.limits
    on_distance = [("distance", limits.width)] if np.isfinite(limits.width) else []
    others = [(caliper.on, caliper.width) for caliper in limits.within]
    return [{"on": on, "width": width} for on, width in (*on_distance, *others)]


def balance_of(base: Baseline, sample: Sample) -> list[BalanceRow]:
    """Balance on the students of a sample, with the weights they have in it."""
    weights = np.zeros(base.study.n)
    weights[sample.rows] = sample.weights
    if np.array_equal(weights, base.weights):
        return base.balance
    return balance_table(base.study, weights, base.design.estimand)


def judge_sample(
    base: Baseline,
    sample: Sample,
    outcome: Outcome | None,
    rows: list[BalanceRow],
    gained: str | None = None,
) -> Verdict:
    """The verdict on the students of a sample; rows : their balance; gained : a pretest
    for which a difference in differences adjusts."""
    design, study = base.design, base.study
    separator = separating(study.covariates, study.treated)
    if separator or not len(sample.rows):
        return verdicts.no_overlap(separator)
    if sample.clusters is not None and verdicts.is_confounded(
        sample.clusters, sample.treated, design.assignment
    ):
        return verdicts.confound()
    source = dict(zip(study.covariates.names, study.covariates.source, strict=True))
    judged, others = verdicts.judged_rows(rows, source, design, outcome)
    cautions.of_others(others, base.warn)
    in_model = _asks_model(base, sample)
    own = {pretest.name for pretest in verdicts.own_pretests(design, outcome)}
    return verdicts.of_baseline(
        judged,
        lambda name: source[name] == gained or in_model(name),
        # One that is the same for everyone has no row, and shows nothing.
        pretest=any(source[row.covariate] in own for row in judged),
    )


def _asks_model(base: Baseline, sample: Sample) -> Callable[[str], bool]:
    """Whether a covariate stands in the columns of this sample's outcome model."""
    covariates = base.study.covariates

    @cache
    def standing() -> dict[str, bool]:
        columns = model_of(base.design)(sample)
        found = stand_in(columns, sample, covariates.x.dense(sample.rows))
        return dict(zip(covariates.names, found.tolist(), strict=True))

    return lambda name: standing()[name]


def everyone_matched(base: Baseline) -> Sample:
    """The matched students as if all had an outcome: what a diagnosis judges."""
    blind = np.zeros(base.study.n)
    return matched_sample(base.study, base.arranged.matched, blind)
