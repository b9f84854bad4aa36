"""Tests that ask how often chance alone would do as much, by dealing clusters anew.

They rest on how clusters came into the program, not on a normal curve, and so hold for
a handful of clusters. Source: Fisher (1935); Rosenbaum (2002), Stat. Sci. 17(3); for
covariates take residuals of a regression without the program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from math import comb, prod

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.tasks import Block, blocks_of_draws, run

DRAWS = 999
TIE = 1e-9  # relative: statistics this close to the observed one count as equal


@dataclass(frozen=True, slots=True)
class Permuted:
    """p : two-sided, the observed deal included; draws : deals compared; is_exact : all
    there are."""

    p: float
    draws: int
    is_exact: bool


def permute_clusters(
    values: Floats,
    weights: Floats,
    treated: Flags,
    clusters: Ints,
    seed: int,
    blocks: Ints | None = None,
    draws: int = DRAWS,
) -> Permuted:
    """Deal participation anew among whole clusters, within blocks of clusters.

    values, weights, treated, clusters : (n,), the last codes 0..G-1, each cluster in
    one arm; blocks : (n,) codes, such as matched sets of clusters. The statistic is the
    difference of weighted means. All deals are made when there are at most draws + 1.
    Raises NotEstimable when a cluster holds both arms or no block does.
    """
    share = arm_of_each(clusters, treated)
    count = len(share)
    block = np.zeros(count, dtype=np.int64)
    if blocks is not None:
        block[clusters] = blocks
    parts = (weights, weights * values)
    sums = np.array([np.bincount(clusters, part, count) for part in parts])
    observed = _difference(share[None], sums)
    members = [np.flatnonzero(block == b) for b in np.unique(block)]
    taking = [int(share[m].sum()) for m in members]
    total = prod(comb(len(m), k) for m, k in zip(members, taking, strict=True))
    if total < 2:
        raise NotEstimable("there is but one way to deal the clusters")
    if total <= draws + 1:
        deals = _all_deals(members, taking, count, total)
        return _compare(_difference(deals, sums), observed, is_exact=True)
    dealt = run(partial(_dealt, members, taking, sums), blocks_of_draws(seed, draws))
    return _compare(np.concatenate(dealt), observed, is_exact=False)


def arm_of_each(clusters: Ints, treated: Flags) -> Floats:
    """(G,) 1 for a cluster that takes part, 0 for another. Raises NotEstimable when one
    holds both arms."""
    share: Floats = np.bincount(clusters, treated) / np.bincount(clusters)
    if not np.isin(share, (0.0, 1.0)).all():
        raise NotEstimable("a cluster holds both arms, so it cannot be dealt whole")
    return share


def _difference(deals: Floats, sums: Floats) -> Floats:
    """(B,) difference of weighted means under (B, G) deals; sums : (2, G) w and wy."""
    (w_in, wy_in), total = (deals @ sums.T).T, sums.sum(axis=1)
    difference: Floats = wy_in / w_in - (total[1] - wy_in) / (total[0] - w_in)
    return difference


def _all_deals(
    members: Sequence[Ints], taking: Sequence[int], count: int, total: int
) -> Floats:
    """(B, G) every deal that keeps each block's number of participants."""
    ways = (combinations(m, k) for m, k in zip(members, taking, strict=True))
    deals = np.zeros((total, count))
    for row, chosen in enumerate(product(*ways)):
        deals[row, [c for part in chosen for c in part]] = 1
    return deals


def _dealt(
    members: Sequence[Ints], taking: Sequence[int], sums: Floats, block: Block
) -> Floats:
    """(b,) the statistic under a sample of those deals."""
    random = block.random()
    deals = np.zeros((block.draws, sums.shape[1]))
    for m, k in zip(members, taking, strict=True):
        rank = random.random((block.draws, len(m))).argsort(axis=1)
        deals[:, m] = rank < k
    return _difference(deals, sums)


def _compare(found: Floats, observed: Floats, is_exact: bool) -> Permuted:
    """Share of deals at least as far from zero as the observed one."""
    if not is_exact:  # a sample of deals does not hold the observed one
        found = np.append(found, observed)
    bar = abs(float(observed[0])) * (1 - TIE)
    return Permuted(float(np.mean(np.abs(found) >= bar)), len(found), is_exact)
