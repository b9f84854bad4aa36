"""The error of AIPW where clusters are few: by leaving out one cluster at a time."""

from dataclasses import replace

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.aipw import Near, effect_of, fold_of
from outcomes.engine.arrays import Floats
from outcomes.engine.covariance import Spread
from outcomes.engine.estimable import attempt
from outcomes.engine.few_clusters import are_few, widest
from outcomes.engine.inference import (
    Inference,
    beside,
    by_influence,
    df_of_smallest,
    from_spread,
)
from outcomes.engine.influence import Estimate
from outcomes.engine.sample import Sample

READ = 5_000_000  # students, at most, whom all fits together may read: some seconds


def by_refits(found: Estimate, sample: Sample, design: Design) -> Inference:
    """Inference on AIPW's effect: by influence, and where clusters are few the wider of
    that and the jackknife.

    The influence takes both models for known, which with few clusters and many
    covariates they are not.
    """
    plain = by_influence(found, sample, design)
    if isinstance(plain.df, NotEstimable) or sample.clusters is None:
        return plain
    if not are_few(sample.treated_clusters, plain.df):
        return plain
    left_out = attempt(left_out_in_turn, found.value, sample, design)
    kind = f"jackknife by {design.cluster}"
    if isinstance(left_out, NotEstimable) or isinstance(plain.std_error, NotEstimable):
        return replace(plain, alternatives=(beside(kind, left_out),))
    name = f"influence by {design.cluster}"
    of_both = {name: Spread(plain.std_error, plain.df), kind: left_out}
    wider = widest(found.value, of_both)
    (other,) = of_both.keys() - {wider.se_kind}
    more = (beside(other, of_both[other]),)
    inference = from_spread(found.value, wider.se_kind, wider.spread, more)
    return replace(inference, is_widest=True)


def left_out_in_turn(value: float, sample: Sample, design: Design) -> Spread:
    """sqrt((G-1)/G sum (estimate without g - estimate)^2), score and outcome model both
    fitted anew without each cluster g, the score from that of everyone on; folds stay
    as they were dealt.

    The degrees of freedom are those of the smaller arm, as for the influence. Source:
    Efron and Stein (1981), Ann. Stat. 9(3):586-596; for clusters MacKinnon, Nielsen and
    Webb (2023), J. Appl. Econom. 38(5). Raises NotEstimable where there is no effect
    without one of them, and where refits would read more than 5 million students.
    """
    clusters = sample.cluster_codes
    if clusters is None:
        raise NotEstimable("the design names no cluster to leave out")
    count = int(clusters.max()) + 1
    if count * len(clusters) * design.folds > READ:
        raise NotEstimable(
            f"to leave out {count} clusters of {len(clusters)} students in turn would "
            "take too long"
        )
    fold, near = fold_of(sample, design), Near.of(sample)
    found = np.empty(count)
    for g in range(count):
        keep = np.flatnonzero(clusters != g)
        own = None if fold is None else fold[keep]
        found[g] = effect_of(sample.where(keep), design, own, near).value
    moved: Floats = found - value
    std_error = float(np.sqrt((count - 1) / count * np.sum(moved**2)))
    return Spread(std_error, df_of_smallest(sample.treated, None, sample.clusters))
