"""Matching entry after entry: who begins earlier chooses first.

Source: OpenSAFELY's matching, which works through cases in the order of index dates.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Ints
from outcomes.engine.distance import Space
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
    parts: list[tuple[Ints, Matched]] = []
    for code in range(len(entries.labels)):
        before = served[entries.persons]
        is_free = study.treated | (before < most)
        rows = np.flatnonzero((entries.code == code) & is_free)
        if study.treated[rows].any() and not study.treated[rows].all():
            found = match(
                study.where(rows),
                design,
                space.where(rows),
                replace(limits.where(rows), served=before[rows]),
            )
            parts.append((rows, found))
            others = rows[found.rows[~found.is_treated]]
            np.add.at(served, entries.persons[others], 1)
    return _together(study, design, parts)


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
