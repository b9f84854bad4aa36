"""How a reviewer would correct a test that ignored the clusters, from what he can see.

Only the student-level t, the sizes and an intraclass correlation go in, never the
clusters' own errors, so that it stands beside CR2 and CR3 as a second opinion.
"""

from dataclasses import dataclass

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Ints, how_many
from outcomes.engine.clustering import (
    ICC_ACHIEVEMENT,
    ICC_OTHER,
    Clustering,
    both_arms,
    corrected_test,
    icc_anova,
    one_arm,
    total_g,
    total_g_error,
)
from outcomes.engine.effect import Effect
from outcomes.engine.effect_sizes import small_sample
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.sample import Sample
from outcomes.terms import Assignment, OutcomeKind

NOT_ACHIEVEMENT = ("attendance", "behavior", "discipline", "engagement")
NO_CLUSTER = NotEstimable(
    "whole schools or grades were assigned, but the design names no cluster, so that "
    "nobody knows how many students share one; set cluster"
)


@dataclass(frozen=True, slots=True)
class ClusteringCorrection:
    """clustered : the arms whose students share clusters, `both` or `treated`; icc_from
    : `data` or `assumed`; size : mean students a cluster; t_ignoring : by an error that
    knows no clusters; t, df, p : corrected; g_total : effect size on the total SD."""

    outcome: str
    clustered: str
    icc: Number
    icc_from: str | None
    clusters: Number
    size: Number
    t_ignoring: Number
    t: Number
    df: Number
    p: Number
    g_total: Number
    g_total_std_error: Number


def clustering_correction(found: Effect, design: Design) -> ClusteringCorrection | None:
    """None where students were assigned alone and no cluster is named.

    Whole schools or grades: clusters in both arms. Students assigned one by one who are
    then served together, as a cohort at a school: clusters among participants only.
    Source: WWC Procedures 5.0, Appendix E; Hedges (2007); Hedges and Citkowicz (2015).
    """
    is_whole = design.assignment != Assignment.STUDENT
    if found.sample.clusters is None:
        return _nothing(found, "both", NO_CLUSTER) if is_whole else None
    clustered = "both" if is_whole else "treated"
    try:
        return _corrected(found, clustered)
    except NotEstimable as reason:
        return _nothing(found, clustered, reason)


def _corrected(found: Effect, clustered: str) -> ClusteringCorrection:
    sample = found.sample
    sample.require_both_arms()
    part = sample if clustered == "both" else sample.where(sample.treated)
    codes = part.cluster_codes
    assert codes is not None
    count = how_many(codes)
    size = len(codes) / count
    icc, icc_from = _icc(found, part, codes)
    if clustered == "both":
        layout = both_arms(len(codes), size, icc)
    else:
        layout = one_arm(len(codes), len(sample.rows) - len(codes), size, icc)
    ignoring = _t_ignoring(found)
    test = corrected_test(ignoring, layout)
    return ClusteringCorrection(
        found.outcome.name,
        clustered,
        icc,
        icc_from,
        float(count),
        size,
        ignoring,
        test.t,
        test.df,
        test.p,
        g_total=attempt(_total_g, found, layout),
        g_total_std_error=attempt(_total_error, found, layout),
    )


def _icc(found: Effect, part: Sample, codes: Ints) -> tuple[float, str]:
    """Of the outcome with each arm's mean taken out; 0 where chance makes it negative,
    the WWC's own assumption where the data cannot tell."""
    t = part.treated
    is_whole = not np.isin(codes[t], codes[~t]).any()
    try:
        icc = icc_anova(part.within_arms(part.y), codes, t if is_whole else None)
        return max(0.0, icc), "data"
    except NotEstimable:
        is_other = found.outcome.domain in NOT_ACHIEVEMENT
        return ICC_OTHER if is_other else ICC_ACHIEVEMENT, "assumed"


def _t_ignoring(found: Effect) -> float:
    """By HC3, which takes students one by one."""
    for other in found.inference.alternatives:
        if other.se_kind == "HC3":
            return known(found.estimate) / known(other.std_error)
    if isinstance(found.inference.std_error, NotEstimable):
        raise NotEstimable(str(found.inference.std_error))
    raise NotEstimable("this estimator has no error that ignores clusters")


def _total_g(found: Effect, layout: Clustering) -> float:
    if found.outcome.kind == OutcomeKind.BINARY:
        raise NotEstimable("a share has no SD of its own")
    omega = small_sample(*found.sample.counts)
    return total_g(known(found.hedges_g) / omega, layout)


def _total_error(found: Effect, layout: Clustering) -> float:
    return total_g_error(_total_g(found, layout), *found.sample.counts, layout)


def _nothing(
    found: Effect, clustered: str, reason: NotEstimable
) -> ClusteringCorrection:
    name = found.outcome.name
    return ClusteringCorrection(name, clustered, reason, None, *[reason] * 8)
