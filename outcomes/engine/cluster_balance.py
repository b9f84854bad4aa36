"""Which clusters stand together, how alike they are, and which found nobody."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.cluster_sets import ClusterSets, alone
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.notices import Warn
from outcomes.engine.whole_clusters import WholeClusters


def clusters_section(whole: WholeClusters, found: ClusterSets) -> dict[str, Any]:
    """The part `clusters` of a report: students are counted, and none is named.

    Participants' clusters are counted, and of the others places: one that could be
    given at several entries once.
    """
    is_matched = found.number != UNKNOWN
    barred = _places(whole, whole.barred)
    candidates = ~whole.treated & (found.open_to != UNKNOWN)
    return {
        "treated": int(whole.treated.sum()),
        "comparison": _places(whole, candidates),
        "matched_treated": int((whole.treated & is_matched).sum()),
        "matched_comparison": _places(whole, ~whole.treated & is_matched),
        "set_aside": [{"reason": "apart", "n": barred}] if barred else [],
        "total_distance": float(np.nansum(found.distance)),
        "sets": [_set(whole, found, s) for s in range(int(found.number.max()) + 1)],
        "unmatched": [
            {"cluster": whole.labels[k], "reason": reason, "n": int(whole.size[k])}
            for k, reason in alone(whole, found)
        ],
        "balance": [*_balance(whole, found, candidates)],
    }


def warn_of_unknown(whole: WholeClusters, warn: Warn) -> None:
    """What a plan compares clusters on by itself may be on record of none of them."""
    for name, x in zip(whole.names, whole.x.T, strict=True):
        if np.isnan(x).all():
            warn(
                "all_missing",
                f'"{name}" is known of no cluster: clusters were compared without it.',
            )


def _places(whole: WholeClusters, clusters: Flags) -> int:
    return len(np.unique(whole.place[clusters]))


def _set(whole: WholeClusters, found: ClusterSets, number: int) -> dict[str, Any]:
    """A participants' cluster and those it is compared with, the nearest first."""
    here = np.flatnonzero(found.number == number)
    others = here[~whole.treated[here]]
    (one,) = here[whole.treated[here]].tolist()
    return {
        "set": number + 1,
        "treated": {"cluster": whole.labels[one], "n": int(whole.size[one])},
        "comparison": [
            {
                "cluster": whole.labels[k],
                "n": int(whole.size[k]),
                "distance": float(found.distance[k]),
            }
            for k in others[np.argsort(found.distance[others], kind="stable")].tolist()
        ],
    }


def _balance(
    whole: WholeClusters, found: ClusterSets, candidates: Flags
) -> Iterator[dict[str, object]]:
    """Means of clusters, each counted once; after matching, the comparison clusters of
    a set share one place."""
    weights = _weights(whole, found)
    for name, x, sd in zip(whole.names, whole.x.T, found.sd, strict=True):
        everyone = attempt(_mean, x, whole.treated.astype(float))
        pool = attempt(_mean, x, candidates.astype(float))
        left = attempt(_mean, x, np.where(whole.treated, weights, 0.0))
        given = attempt(_mean, x, np.where(whole.treated, 0.0, weights))
        yield {
            "covariate": name,
            "mean_treated": left,
            "mean_comparison": given,
            "smd_before": attempt(_difference, everyone, pool, sd),
            "smd_after": attempt(_difference, left, given, sd),
        }


def _weights(whole: WholeClusters, found: ClusterSets) -> Floats:
    """(K,) 1 for a matched cluster of participants, an equal part of 1 for each that it
    is compared with, 0 for all others."""
    matched = found.number != UNKNOWN
    others = matched & ~whole.treated
    n = np.bincount(found.number[others], minlength=int(found.number.max()) + 1)
    weights = np.where(matched, 1.0, 0.0)
    weights[others] = 1 / n[found.number[others]]
    return weights


def _mean(x: Floats, weights: Floats) -> float:
    is_known = ~np.isnan(x) & (weights > 0)
    if not is_known.any():
        raise NotEstimable("it is known of no cluster")
    return float(np.average(x[is_known], weights=weights[is_known]))


def _difference(one: Number, other: Number, sd: float) -> float:
    if not sd > 0:
        raise NotEstimable("it does not vary between clusters of one group")
    return (known(one) - known(other)) / sd
