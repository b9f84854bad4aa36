"""Rows of one student: the entry of each, and which of them may take part.

An entry is an index date, or a cohort: whoever takes part begins with one, and is
compared with students as they were then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from outcomes.engine.arrays import Flags, Floats, Ints, Texts, Units, how_many
from outcomes.engine.canonical import natural_order, seeded_share
from outcomes.engine.columns import UNKNOWN, places


@dataclass(frozen=True, slots=True)
class Entries:
    """labels : of the entries, earliest first; code : (n,) each row's, -1 where
    missing; persons : (n,) who is behind a row."""

    labels: tuple[str, ...]
    code: Ints
    persons: Ints

    @classmethod
    def of(cls, persons: Ints, column: "pd.Series[Any]") -> "Entries":
        """From (n,) persons and the entry of each row; entries are in natural order,
        so that days and school years come as they passed."""
        place, words = places(column)
        known: Texts = np.array(words, dtype=object)
        order = natural_order(known)
        rank = np.full(len(known) + 1, UNKNOWN)
        rank[order] = np.arange(len(known))
        return cls(tuple(known[order].tolist()), rank[place], persons)

    def left(self, rows: Flags) -> "Entries":
        """Those rows (n,), none of them without an entry, and only the entries that
        they have."""
        some = self.where(rows)
        is_there = np.bincount(some.code, minlength=len(self.labels)) > 0
        labels = tuple(compress(self.labels, is_there.tolist()))
        return Entries(labels, (np.cumsum(is_there) - 1)[some.code], some.persons)

    def where(self, rows: Ints | Flags) -> "Entries":
        return Entries(self.labels, self.code[rows], self.persons[rows])

    @property
    def is_repeated(self) -> bool:
        """Whether a student stands in several rows."""
        return how_many(self.persons) < len(self.persons)


def first_start(code: Ints, when: Ints, takes_part: Flags) -> Ints:
    """(n,) the entry at which somebody with the same code, a student or a place, first
    takes part; beyond all entries where nobody does, or the code is not known.

    code, when, takes_part : (n,).
    """
    never = int(when.max(initial=0)) + 1
    first = np.full(int(code.max(initial=-1)) + 2, never)  # the last is of no code
    begins = takes_part & (code != UNKNOWN) & (when != UNKNOWN)
    np.minimum.at(first, code[begins], when[begins])
    return first[code]


def set_aside(
    entries: Entries, arm: Floats, *, may_repeat: bool
) -> Iterator[tuple[str, Flags]]:
    """Reasons, and the rows (n,) that cannot take part for each.

    A participant counts with the first participation. Until then he may be compared
    with others, where students may stand in the sample more than once.
    """
    first = first_start(entries.persons, entries.code, arm == 1)
    takes_part = first <= entries.code.max(initial=UNKNOWN)
    yield "entry_missing", entries.code == UNKNOWN
    yield "later_participation", (arm == 1) & (entries.code > first)
    yield "already_participant", (arm == 0) & takes_part & (entries.code >= first)
    if not may_repeat:
        yield "participant_later", (arm == 0) & takes_part & (entries.code < first)


def one_row_each(
    entries: Entries,
    units: Units,
    treated: Flags,
    taken: Flags,
    seed: int,
    open_to: Flags | None = None,
) -> Flags:
    """(n,) rows that are taken and, of every other student, one row: drawn by the hash
    of seed and key, with the chances of the participants' entries.

    open_to : (n,) rows that may be matched; who has one is drawn as in one of these. So
    the entries of comparison students are spread as those of participants are.
    Source: Zhou, Rahme, Abrahamowicz and Pilote (2005), Am. J. Epidemiol.
    162(10):1016-1023, prescription time-distribution matching.
    """
    _, first, person = np.unique(
        entries.persons, return_index=True, return_inverse=True
    )
    share = seeded_share(units[first], seed)
    chance = np.bincount(entries.code[treated], minlength=len(entries.labels))
    weight = _where_any(person, chance[entries.code], np.ones_like(person))
    if open_to is not None:
        weight = _where_any(person, weight * open_to, weight)
    total = np.bincount(person, weight)
    order = np.lexsort((entries.code, person))
    upto = np.cumsum(weight[order])
    begins = np.searchsorted(person[order], np.arange(len(first)))
    upto -= (upto[begins] - weight[order][begins])[person[order]]
    target = np.floor(share * total)[person[order]]
    drawn = np.zeros(len(person), dtype=bool)
    drawn[order] = (upto > target) & (upto - weight[order] <= target)
    has_row = np.bincount(person, taken)[person] > 0
    kept: Flags = taken | (drawn & ~has_row)
    return kept


def _where_any(person: Ints, weight: Ints, otherwise: Ints) -> Ints:
    """(n,) each row's weight, or the other where all rows of a student weigh 0."""
    return np.where(np.bincount(person, weight)[person] > 0, weight, otherwise)
