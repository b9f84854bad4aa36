"""Matching entry after entry: who begins earlier chooses first.

Source: OpenSAFELY's matching, which works through cases in the order of index dates.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Ints, by_code
from outcomes.engine.distance import Space
from outcomes.engine.entries import Entries
from outcomes.engine.limits import Limits
from outcomes.engine.matched import Matched
from outcomes.engine.study import Study

Matcher: TypeAlias = Callable[[Study, Design, Space, Limits], Matched]


def by_entry(
    match: Matcher, study: Study, design: Design, space: Space, limits: Limits
) -> Matched:
    """The match of all entries, each among students who have not served too often.

    A student serves once or, with replacement and `reuse`, that often over all entries.
    With replacement alone nobody is ever gone, and all entries are matched at once.
    """
    entries, most = study.repeats, design.reuse or 1
    if entries is None or (design.replacement and design.reuse is None):
        return match(study, design, space, limits)
    served = np.zeros(int(entries.persons.max()) + 1, dtype=np.int64)
    offered = replace(study, outcomes={}, groups={})  # which no match reads
    parts: list[tuple[Ints, Matched]] = []
    for here in _rows_of_each(entries):
        before = served[entries.persons[here]]
        is_free = study.treated[here] | (before < most)
        rows = here[is_free]
        if study.treated[rows].any() and not study.treated[rows].all():
            found = match(
                offered.where(rows),
                design,
                space.where(rows),
                replace(limits.where(rows), served=before[is_free]),
            )
            parts.append((rows, found))
            others = rows[found.rows[~found.is_treated]]
            np.add.at(served, entries.persons[others], 1)
    return _together(study, design, parts)


def _rows_of_each(entries: Entries) -> list[Ints]:
    """The rows of each entry, as they come; every row has one."""
    sizes = np.bincount(entries.code, minlength=len(entries.labels))
    return np.split(by_code(entries.code), np.cumsum(sizes)[:-1])


def _together(
    study: Study, design: Design, parts: list[tuple[Ints, Matched]]
) -> Matched:
    """The sets of all parts, numbered on, with rows of the whole study."""
    none = np.empty(0, dtype=np.int64)
    sets, rows, shares, first = [none], [none], [np.empty(0)], 0
    for where, found in parts:
        sets.append(found.sets + first)
        rows.append(where[found.rows])
        shares.append(found.shares)
        first += int(found.sets.max(initial=-1)) + 1
    return Matched(
        study.treated,
        np.concatenate(sets),
        np.concatenate(rows),
        np.concatenate(shares),
        is_paired=not design.replacement,
        total_distance=sum(found.total_distance or 0.0 for _, found in parts),
    )
