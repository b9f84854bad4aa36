"""Whole clusters are matched first: each of the participants' with those most like it.

Where a program takes whole grades nobody in the grade stays out, so students can only
be compared with those of another school. Which school decides more than which student,
and is therefore chosen by what the clusters were before: Stuart and Rubin (2008), J.
Educ. Behav. Stat. 33(3):279-306; Zubizarreta and Keele (2017), J. Am. Stat. Assoc.
112(518):547-560. The assignment is that of `optimal`, cluster for student.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from outcomes.designs.design import Design
from outcomes.designs.errors import InputError
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.limits import by_cell, cells
from outcomes.engine.metrics import FLAT
from outcomes.engine.optimal import assign
from outcomes.engine.study import CLUSTER_SET, Study
from outcomes.engine.whole_clusters import WholeClusters


@dataclass(frozen=True, slots=True)
class ClusterSets:
    """One set a participants' cluster that found another, numbered from 0.

    number : (K,) the set of each cluster, UNKNOWN without one; distance : (K,) of a
    comparison cluster to the participants' cluster of its set, NaN for all others;
    sd : (d,) of what they are compared on, 0 where nothing varies; open_to : (K,) the
    cells in which clusters may be matched.
    """

    number: Ints
    distance: Floats
    sd: Floats
    open_to: Ints


def in_cluster_sets(study: Study, design: Design) -> tuple[Study, ClusterSets]:
    """The study whose students may be matched within sets of clusters only.

    Raises InputError where errors would go by less than a cluster.
    """
    whole, clusters, said = study.whole, study.clusters, design.match_clusters
    assert whole is not None
    assert clusters is not None
    assert said is not None
    _refuse_torn(whole, clusters)
    persons = np.arange(study.n) if study.entries is None else study.entries.persons
    open_to, most = _open_to(study, whole), most_often(design)
    found = match_clusters(whole, open_to, said.ratio, most, persons)
    number = found.number[whole.member]
    exact = {**study.exact, CLUSTER_SET: number}
    return replace(study, exact=exact, blocks=_blocks(number, clusters)), found


def most_often(design: Design) -> float:
    """How often a place may be given, at one entry each time."""
    return (design.reuse or np.inf) if design.replacement else 1


def match_clusters(
    whole: WholeClusters, open_to: Ints, ratio: int, most: float, persons: Ints
) -> ClusterSets:
    """Give each participants' cluster the `ratio` others that lie nearest, all
    distances of its entry and cell together as small as can be; none is given twice.

    open_to : (K,) cells of clusters that may stand together, UNKNOWN for none; most :
    how often a place may be given; persons : (n,) who is behind a row. Earlier entries
    choose first.
    """
    sd = spreads(whole, open_to)
    number = np.full(len(open_to), UNKNOWN, dtype=np.int64)
    distance = np.full(len(open_to), np.nan)
    open_ones = open_to != UNKNOWN
    pools = by_cell(np.flatnonzero(~whole.treated & open_ones), open_to)
    turns = by_cell(np.flatnonzero(whole.treated & open_ones), open_to)
    now, gone = 0, np.zeros(len(open_to), dtype=bool)
    for cell in sorted(turns, key=lambda cell: int(whole.entry[turns[cell][0]])):
        here, there = turns[cell], pools.get(cell, turns[cell][:0])
        if whole.entry[here[0]] > now:
            now, gone = whole.entry[here[0]], _is_gone(whole, persons, number, most)
        there = there[~gone[there]]
        if len(there):
            apart = distances(whole, sd, here, there)
            one, other = assign(apart, ratio)
            number[here[one]] = number[there[other]] = here[one]
            distance[there[other]] = apart[one, other]
    known = np.unique(number[number != UNKNOWN])
    place = np.searchsorted(known, number)
    return ClusterSets(
        np.where(number == UNKNOWN, UNKNOWN, place), distance, sd, open_to
    )


def _is_gone(whole: WholeClusters, persons: Ints, number: Ints, most: float) -> Flags:
    """(K,) clusters of places that were given as often as they may, or of whose
    students half were: next year's grade holds many of the same children."""
    taken = ~whole.treated & (number != UNKNOWN)
    by_place = np.bincount(whole.place, taken)[whole.place]
    by_person = np.bincount(persons, taken[whole.member])[persons]
    served = np.bincount(whole.member, by_person >= most, len(whole.size))
    gone: Flags = (by_place >= most) | (2 * served >= whole.size)
    return gone


def distances(whole: WholeClusters, sd: Floats, one: Ints, other: Ints) -> Floats:
    """(p, q) by how many SDs clusters differ: the root of the mean squared difference
    over what they are compared on, levels of one column counting as one together.

    Infinite where something is known of one of the two only. Unlike Mahalanobis
    distance it needs no covariance, which a dozen clusters cannot give.
    """
    squares = np.zeros((len(one), len(other)))
    counted = np.zeros((len(one), len(other)))
    for j, weight in _weights(whole, sd):
        left, right = whole.x[one, j][:, None], whole.x[other, j][None, :]
        gap = weight * ((left - right) / sd[j]) ** 2
        is_known = ~np.isnan(gap)
        squares += np.where(is_known, gap, 0)
        counted += weight * is_known
        squares[np.isnan(left) != np.isnan(right)] = np.inf
    return np.sqrt(squares / np.where(counted > 0, counted, 1))


def _weights(whole: WholeClusters, sd: Floats) -> Iterator[tuple[int, float]]:
    """What varies between clusters, and its part in all that is made of its source."""
    used = np.flatnonzero(sd > 0).tolist()
    sources = [whole.source[j] for j in used]
    yield from ((j, 1 / sources.count(whole.source[j])) for j in used)


def spreads(whole: WholeClusters, open_to: Ints) -> Floats:
    """(d,) SD between the clusters of one arm and cell, pooled, so that neither what
    the program's schools have in common nor the growth from grade to grade counts."""
    group = np.where(open_to == UNKNOWN, UNKNOWN, 2 * open_to + whole.treated)
    return np.array([_spread(column, group) for column in whole.x.T])


def _spread(values: Floats, group: Ints) -> float:
    known = ~np.isnan(values) & (group != UNKNOWN)
    values, group = values[known], group[known]
    _, place, n = np.unique(group, return_inverse=True, return_counts=True)
    df = len(values) - len(n)
    if df < 1:
        return 0.0
    within = values - (np.bincount(place, values) / n)[place]
    sd = float(np.sqrt(np.sum(within**2) / df))
    return sd if sd > FLAT * float(np.abs(values).max()) else 0.0


def _open_to(study: Study, whole: WholeClusters) -> Ints:
    """(K,) cells by the exact columns that no cluster mixes, such as the grade."""
    exact = {k: v for k, v in study.exact.items() if k != CLUSTER_SET}
    codes = [_of_clusters(code, whole) for code in exact.values()]
    fixed = [code for code in codes if code is not None]
    return np.where(whole.barred, UNKNOWN, cells(fixed, len(whole.size)))


def _of_clusters(code: Ints, whole: WholeClusters) -> Ints | None:
    """(K,) the one value each cluster has, UNKNOWN where it has none; None where any
    cluster has several."""
    known = code != UNKNOWN
    found = np.full(len(whole.size), UNKNOWN, dtype=np.int64)
    found[whole.member[known]] = code[known]
    is_mixed = (found[whole.member] != code) & known
    return None if is_mixed.any() else found


def _blocks(number: Ints, clusters: Ints) -> Ints:
    """(n,) clusters of the errors that a chain of sets ties together: within these
    participation could have fallen otherwise. UNKNOWN for who is in no set."""
    in_set = number != UNKNOWN
    sets = number[in_set] + clusters.max() + 1
    size = int(sets.max(initial=clusters.max())) + 1
    links = coo_array((np.ones(len(sets)), (clusters[in_set], sets)), (size, size))
    _, chain = connected_components(links, directed=False)
    return np.where(in_set, chain[clusters], UNKNOWN)


def _refuse_torn(whole: WholeClusters, clusters: Ints) -> None:
    if _of_clusters(clusters, whole) is None:
        raise InputError(
            "match_clusters makes clusters that span several of the column errors go "
            'by; name a "cluster" that holds whole ones, or that column under of',
            "cluster_torn",
        )


def alone(whole: WholeClusters, found: ClusterSets) -> Iterator[tuple[int, str]]:
    """Participants' clusters without a set, each with the reason."""
    pool = np.flatnonzero(~whole.treated & (found.open_to != UNKNOWN))
    pools = by_cell(pool, found.open_to)
    for k in np.flatnonzero(whole.treated & (found.number == UNKNOWN)).tolist():
        rows = pools.get(int(found.open_to[k]), pool[:0])
        near = distances(whole, found.sd, np.array([k]), rows)[0]
        if found.open_to[k] == UNKNOWN:
            yield k, "exact_missing"
        elif not len(rows):
            yield k, "exact"
        else:
            yield k, "pool_exhausted" if np.isfinite(near).any() else "not_comparable"
