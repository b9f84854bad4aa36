"""Nearest neighbours with replacement: each participant chooses as if alone.

Source: MatchIt 4.7.2, replace = TRUE. Those tied at the edge share what is left of the
ratio, or the first in the seeded canonical order are taken.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.finders import Scan
from outcomes.engine.line import Line
from outcomes.terms import Ties

# Participants, comparison students, parts of the ratio, distances: (m,) each.
Links: TypeAlias = tuple[Ints, Ints, Floats, Floats]


def reuse_on_line(line: Line, turns: Ints, design: Design) -> Links:
    """The nearest on a line of scores, everyone's at once."""
    owner, others, distances, edge = line.nearest_of_all(design.ratio)
    order = np.lexsort((others, owner))
    owner, others, distances = owner[order], others[order], distances[order]
    wish = np.minimum(np.bincount(owner, minlength=len(turns)), design.ratio)[owner]
    if design.ties == Ties.AVERAGE:
        is_tied = distances == edge[owner]
        nearer = np.bincount(owner, ~is_tied)[owner]
        parts = (
            ~is_tied + is_tied * (wish - nearer) / np.bincount(owner, is_tied)[owner]
        )
    else:
        nearest = np.lexsort((others, distances, owner))
        first = np.searchsorted(owner, owner)
        parts = np.zeros(len(owner))
        parts[nearest] = np.arange(len(owner)) - first < wish
    some = np.flatnonzero(parts)
    return turns[owner[some]], others[some], parts[some], distances[some]


def reuse_one_by_one(scan: Scan, turns: Ints, design: Design, within: float) -> Links:
    """The nearest by any distance under any limit; distances `within` are tied."""
    pick: Callable[[Floats, int, float], Floats]
    pick = _averaged if design.ties == Ties.AVERAGE else _first
    found = [(turns[:0], turns[:0], np.empty(0), np.empty(0))]
    for row in turns.tolist():
        left = design.ratio
        for rows, distances in scan.in_tiers(row, left):
            count = min(left, len(rows))
            if count:
                parts = pick(distances, count, within)
                some = np.flatnonzero(parts)
                owner = np.full(len(some), row)
                found.append((owner, rows[some], parts[some], distances[some]))
            left -= count
    owners, others, parts, distances = map(np.concatenate, zip(*found, strict=True))
    return owners, others, parts, distances


def _averaged(distances: Floats, count: int, tolerance: float) -> Floats:
    """1 for the nearer ones, equal parts of what is left for those tied at the edge."""
    edge = np.partition(distances, count - 1)[count - 1]
    nearer = distances < edge - tolerance
    tied = ~nearer & (distances <= edge + tolerance)
    parts: Floats = nearer + tied * (count - nearer.sum()) / tied.sum()
    return parts


def _first(distances: Floats, count: int, tolerance: float) -> Floats:
    """1 for the nearest and, among the tied, for the first in canonical order."""
    left = distances.copy()
    parts = np.zeros(len(distances))
    for _ in range(count):
        i = int(np.flatnonzero(left <= left.min() + tolerance)[0])
        parts[i], left[i] = 1.0, np.inf
    return parts
