"""A variable ratio under any limits, optimal: partners one by one, each at least cost.

A further partner may cost a change of partners along a chain: the participant takes one
who is taken, whose participant takes another, and so on to one who is free. Prices of
participants and of others keep what a step of the chain costs from being negative.
"""

from dataclasses import dataclass

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints

FREE = -1


@dataclass(slots=True)
class Chain:
    """The cheapest ways from participants who seek more, to others.

    cost : (c,) to each; after : (c,) the participant before it on the way, ~ of one who
    seeks; scanned : (t,) whether a participant was passed; through : (t,) whom he gave
    up then; end : the free one that is cheapest to reach.
    """

    cost: Floats
    after: Ints
    scanned: Flags
    through: Ints
    end: int


def assign_between(
    distances: Floats, least: int, mean: int, most: int
) -> tuple[Ints, Ints]:
    """(p,) rows and columns of the pairs that cost least, `mean` a row on average.

    distances : (t, c), infinite where forbidden. Where not all can be served most rows
    come first, then most of their first `least` places, then most pairs. Source:
    successive shortest paths with prices, Edmonds and Karp (1972), J. ACM
    19(2):248-264; the scan is that of Crouse (2016), IEEE Trans. Aerosp. 52(4).
    """
    t, c = distances.shape
    owner, given = np.full(c, FREE), np.zeros(t, dtype=np.int64)
    of_row, of_column = np.full(t, -np.inf), np.zeros(c)
    for limit in (1, least, most):
        seeks = given < limit
        near, who = _nearest(distances, np.flatnonzero(seeks))
        while given.sum() < mean * t:
            chain = _cheapest(distances, near, who, owner, of_row, of_column)
            if chain is None:
                break
            _reprice(chain, seeks, owner, of_row, of_column)
            start = _exchange(chain, owner)
            given[start] += 1
            if given[start] == limit:
                seeks[start] = False
                lost = np.flatnonzero(who == start)
                near[lost], who[lost] = _nearest(
                    distances[:, lost], np.flatnonzero(seeks)
                )
    other = np.flatnonzero(owner != FREE)
    return owner[other], other


def _nearest(distances: Floats, rows: Ints) -> tuple[Floats, Ints]:
    """(c,) the least distance from any of these rows, and which row it is."""
    c = distances.shape[1]
    if not len(rows):
        return np.full(c, np.inf), np.full(c, FREE)
    found = distances[rows]
    place = found.argmin(axis=0)
    return found[place, np.arange(c)], rows[place]


def _cheapest(
    distances: Floats,
    near: Floats,
    who: Ints,
    owner: Ints,
    of_row: Floats,
    of_column: Floats,
) -> Chain | None:
    """The cheapest chain to somebody free, by Dijkstra's search; None without any."""
    t = len(distances)
    cost, after = near - of_column, ~who
    left, is_open = cost.copy(), np.ones(len(cost), dtype=bool)
    scanned, through = np.zeros(t, dtype=bool), np.full(t, FREE)
    while True:
        j = int(left.argmin())
        at = left[j]
        if at == np.inf:
            return None
        if owner[j] == FREE:
            return Chain(cost, after, scanned, through, j)
        left[j], is_open[j] = np.inf, False
        i = int(owner[j])
        if scanned[i]:
            continue
        scanned[i], through[i] = True, j
        way = distances[i] - of_column
        way += at - of_row[i]
        shorter = ((way < cost) & is_open).nonzero()[0]
        left[shorter] = cost[shorter] = way[shorter]
        after[shorter] = i


def _reprice(
    chain: Chain, seeks: Flags, owner: Ints, of_row: Floats, of_column: Floats
) -> None:
    """Prices under which every chain so far costs nothing more."""
    total = chain.cost[chain.end]
    rows = np.flatnonzero(chain.scanned)
    of_row[rows] += total - chain.cost[chain.through[rows]]
    passed = np.flatnonzero((owner != FREE) & (chain.cost < total))
    of_column[passed] += chain.cost[passed] - total
    of_row[seeks] = np.maximum(of_row[seeks], total)


def _exchange(chain: Chain, owner: Ints) -> int:
    """Everyone on the chain takes the next; the participant who has one more now."""
    j = chain.end
    while chain.after[j] >= 0:
        i = int(chain.after[j])
        owner[j], j = i, int(chain.through[i])
    start = ~int(chain.after[j])
    owner[j] = start
    return start
