"""Nearest neighbour matching: each participant takes the nearest student in turn.

Source: MatchIt 4.7.2, method = "nearest". Ties go to the seeded canonical order, or,
with replacement, are averaged.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Ints
from outcomes.engine.canonical import seeded_order
from outcomes.engine.distance import Space
from outcomes.engine.finders import FewFirst, Finder, Round, Scan, as_round
from outcomes.engine.limits import Limits
from outcomes.engine.line import NOBODY, Line
from outcomes.engine.matched import Matched
from outcomes.engine.ratio import sought_each
from outcomes.engine.replacement import Links, reuse_on_line, reuse_one_by_one
from outcomes.engine.reuse import Reusing
from outcomes.engine.study import Study
from outcomes.engine.tiers import Preferring
from outcomes.terms import Estimand, Order

MANY = 1000  # comparison students of whom a few are looked at sooner than all
NOISE = 1e-10  # metric distances closer than this differ only by rounding


def match_nearest(
    study: Study, design: Design, space: Space, limits: Limits
) -> Matched:
    """Match `ratio` comparison students to each participant: in rounds, unless nobody
    who serves is lost to the others."""
    return _matched(study, design, _links(study, design, space, limits))


def _links(study: Study, design: Design, space: Space, limits: Limits) -> Links:
    """Who was matched to whom, in turn; a share is a part of the set's mean."""
    tolerance = max(design.tie_tolerance, 0.0 if space.score is not None else NOISE)
    turns = _turns(study, design, space)
    turns = turns[limits.known[turns]]
    pool = np.flatnonzero(~study.treated & limits.known)
    sought = sought_each(turns, pool, space.score, design)
    most = int(sought.max(initial=1))
    finder = _finder(turns, pool, tolerance, space, limits, most)
    del pool  # the finder has its own, in order
    links: list[Links] = [(turns[:0], turns[:0], np.empty(0), np.empty(0))]
    if design.replacement and design.reuse is None:
        links.append(
            reuse_on_line(finder, turns, design)
            if isinstance(finder, Line)
            else reuse_one_by_one(finder, turns, design, tolerance)
        )
    else:
        for rows, others, distances in _rounds(turns, sought, finder, design.order):
            links.append((rows, others, np.ones(len(rows)), distances))
    owners, others, shares, distances = map(np.concatenate, zip(*links, strict=True))
    return owners, others, shares, distances


def _turns(study: Study, design: Design, space: Space) -> Ints:
    """Participants in the order in which they choose.

    A metric has no score to rank by: there, as in MatchIt, the order is that of the
    data, which for us is the canonical order of the rows. A score of comparison
    students, where they choose, is their chance not to take part.
    """
    rows = np.flatnonzero(study.treated)
    if design.order == Order.RANDOM:
        return rows[seeded_order(study.units[rows], design.seed)]
    if design.order == Order.CLOSEST or space.score is None:
        return rows
    is_falling = (design.order == Order.LARGEST) == (design.estimand != Estimand.ATC)
    sign = -1 if is_falling else 1
    return rows[np.argsort(sign * space.score[rows], kind="stable")]


def _finder(
    turns: Ints,
    pool: Ints,
    tolerance: float,
    space: Space,
    limits: Limits,
    ratio: int,
) -> Line | Scan:
    if limits.tiers:
        return Preferring(turns, pool, space, limits, tolerance)
    if limits.reuse is not None:
        return Reusing(turns, pool, space, limits, tolerance)
    on_a_line = space.score is not None and not limits.apart and not limits.within
    if on_a_line and not tolerance:
        return Line(turns, pool, space.points[:, 0], limits.cell, limits.width)
    in_cells = (limits.cell != limits.cell[0]).any()
    is_wide = space.score is None and not in_cells and len(pool) >= MANY
    kind = FewFirst if is_wide else Scan
    return kind(turns, pool, space, limits, tolerance, ratio)


def _rounds(turns: Ints, sought: Ints, finder: Finder, order: Order) -> Iterator[Round]:
    """Rounds until nobody finds anybody, each of those who seek that many."""
    for number in range(1, int(sought.max(initial=0)) + 1):
        wants = sought >= number
        if not wants.all():
            turns, sought = turns[wants], sought[wants]
            finder.only(wants)
        found = _round(turns, finder, order)
        yield found
        if not len(found[0]):
            return


def _round(turns: Ints, finder: Finder, order: Order) -> Round:
    """One comparison student for each participant who can have one."""
    if order != Order.CLOSEST:
        return finder.in_turn()
    return as_round(_closest_first(turns, finder))


def _closest_first(turns: Ints, finder: Finder) -> Iterator[tuple[int, int, float]]:
    """Always the nearest pair that is left, one heap entry a participant."""
    heap: list[tuple[int, float, int, int]] = []

    def offer(row: int) -> None:
        other, distance = finder.nearest(row)
        if other != NOBODY[0]:
            heappush(heap, (finder.rank(row, other), distance, row, other))

    for row in turns.tolist():
        offer(row)
    while heap:
        _, distance, row, other = heappop(heap)
        if finder.is_free(other):
            finder.take(row, other)
            yield row, other, distance
        else:
            offer(row)


def _matched(study: Study, design: Design, links: Links) -> Matched:
    """Sets from links: each participant once, comparison shares summing to 1 a set."""
    owner, others, shares, distances = links
    is_owner = np.bincount(owner, minlength=study.n) > 0
    rows = np.flatnonzero(is_owner)
    sets = (np.cumsum(is_owner) - 1)[owner]
    whole = np.bincount(sets, shares, minlength=len(rows))
    # Added one by one in turn: a sum in pairs would end in other bits.
    total = np.cumsum(np.append(0.0, shares * distances))[-1]
    return Matched(
        treated=study.treated,
        sets=np.concatenate([np.arange(len(rows)), sets]),
        rows=np.concatenate([rows, others]),
        shares=np.concatenate([np.ones(len(rows)), shares / whole[sets]]),
        is_paired=not design.replacement,
        total_distance=float(total),
    )
