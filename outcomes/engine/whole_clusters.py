"""Whole clusters of students, such as the grades of schools, and what they are like.

With entries a cluster is a place as it was at one of them; a place may be several.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from outcomes.designs.clauses import MatchClusters
from outcomes.designs.errors import InputError
from outcomes.engine import columns
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.canonical import natural_order
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.entries import first_start

SIZE = "(size)"
CLASSMATE = "classmate"  # of participants, where whole clusters take part
Described: TypeAlias = tuple[str, tuple[str, ...], Floats]  # name, source, (K,) values


@dataclass(frozen=True, slots=True)
class WholeClusters:
    """K clusters in the natural order of their labels, each wholly in one arm.

    member : (n,) the cluster of each row; labels : K texts, one a column that names
    them, the entry last; place, entry : (K,) codes, earlier entries first, all 0
    without any; treated, size : (K,); apart : by column (n,) codes in which no
    comparison cluster may be like a participant; x : (K, d) what clusters are compared
    on, NaN where nobody in them is known; names, source : d names, and the columns each
    is made of: the levels of a text column share one source.
    """

    member: Ints
    place: Ints
    entry: Ints
    labels: tuple[Mapping[str, str], ...]
    treated: Flags
    size: Ints
    apart: Mapping[str, Ints]
    x: Floats
    names: tuple[str, ...]
    source: tuple[tuple[str, ...], ...]

    @property
    def barred(self) -> Flags:
        """(K,) comparison clusters that share an `apart` value with a participant who
        had begun by then."""
        barred = np.zeros(len(self.size), dtype=bool)
        in_program, when = self.treated[self.member], self.entry[self.member]
        for code in self.apart.values():
            has_begun = when >= first_start(code, when, in_program)
            barred[self.member[~in_program & has_begun]] = True
        return barred

    def where(self, rows: Ints | Flags) -> "WholeClusters":
        """Those rows only, of the same clusters."""
        apart = {column: code[rows] for column, code in self.apart.items()}
        return replace(self, member=self.member[rows], apart=apart)

    def without(self, name: str) -> "WholeClusters":
        """As if a column had never been measured."""
        keep = [name not in source for source in self.source]
        return replace(
            self,
            x=self.x[:, keep],
            names=tuple(n for n, k in zip(self.names, keep, strict=True) if k),
            source=tuple(s for s, k in zip(self.source, keep, strict=True) if k),
        )


def whole_clusters(
    frame: pd.DataFrame, said: MatchClusters, entry: str | None, treated: Flags
) -> WholeClusters:
    """The clusters of a table from which the classmates of participants are gone.

    entry : the column of entries, or None.
    """
    of = said.of if entry is None else tuple(dict.fromkeys([*said.of, entry]))
    place, when = _places(frame, said), _when(frame, entry)
    member = _together([place, when])
    count = int(member.max()) + 1
    texts = [columns.labels(frame[column]) for column in of]
    first = np.unique(member, return_index=True)[1]
    described = [*_described(frame, said, member, count)]
    return WholeClusters(
        member=member,
        place=place[first],
        entry=when[first],
        labels=tuple(
            {column: text[row] for column, text in zip(of, texts, strict=True)}
            for row in first
        ),
        treated=np.bincount(member, treated, count) > 0,
        size=np.bincount(member, minlength=count),
        apart={c: columns.coded(frame[c]) for c in said.apart},
        x=np.column_stack([np.empty((count, 0)), *(x for *_, x in described)]),
        names=tuple(name for name, *_ in described),
        source=tuple(source for _, source, _ in described),
    )


def _places(frame: pd.DataFrame, said: MatchClusters) -> Ints:
    """(n,) the place of each row, in the natural order of labels; UNKNOWN where a
    column that names it is empty."""
    return _together([_ranks(frame[column]) for column in said.of])


def _together(codes: Sequence[Ints]) -> Ints:
    """(n,) one code a combination of codes, in their order; UNKNOWN where one is."""
    known = np.all([code != UNKNOWN for code in codes], axis=0)
    both = np.zeros(int(known.sum()), dtype=np.int64)
    for code in codes:
        wide = int(code.max(initial=0)) + 1
        both = pd.factorize(both * wide + code[known], sort=True)[0]
    found = np.full(len(known), UNKNOWN, dtype=np.int64)
    found[known] = both
    return found


def _ranks(column: columns.Series) -> Ints:
    """(n,) each label's place in the natural order of all, UNKNOWN where missing."""
    code = columns.coded(column)
    rows = np.flatnonzero(code != UNKNOWN)
    one_of = np.empty(int(code.max(initial=UNKNOWN)) + 1, dtype=np.int64)
    one_of[code[rows]] = rows
    words = columns.labels(column)[one_of].astype(str)
    rank = np.append(np.argsort(natural_order(words.astype(object))), UNKNOWN)
    return rank[code]


def _when(frame: pd.DataFrame, entry: str | None) -> Ints:
    """(n,) each row's place among the entries, UNKNOWN where missing."""
    if entry is None:
        return np.zeros(len(frame), dtype=np.int64)
    return _ranks(frame[entry])


def of_the_program(
    frame: pd.DataFrame,
    said: MatchClusters,
    entry: str | None,
    arm: Floats,
    *,
    may_repeat: bool,
) -> Iterator[tuple[str, Flags]]:
    """Reasons, and the rows (n,) of those who do not take part in a place that does.

    Where a program takes whole clusters, classmates of participants are no comparison
    for anyone, and a place that has had the program is none any more. Until its own
    start it may be one where students may stand in the sample more than once.
    """
    place, when = _places(frame, said), _when(frame, entry)
    takes_part = (arm == 1) & (when != UNKNOWN)
    first, others = first_start(place, when, takes_part), arm == 0
    member = _together([place, when])
    beside = np.isin(member, member[takes_part & (member != UNKNOWN)])
    yield CLASSMATE, others & beside
    yield "program_before", others & ~beside & (when > first)
    if not may_repeat:
        yield "program_later", others & (when < first) & (first <= when.max(initial=0))


def _described(
    frame: pd.DataFrame, said: MatchClusters, member: Ints, count: int
) -> Iterator[Described]:
    for name in said.on:
        yield from _make_up(frame[name], name, member, count)
    for later, earlier in said.trend:
        after, before = (
            _mean(columns.numbers(frame[name]), member, count)
            for name in (later, earlier)
        )
        yield f"{later} over {earlier}", (later, earlier), after - before
    if said.size:
        yield SIZE, (SIZE,), np.bincount(member, minlength=count).astype(float)


def _make_up(
    column: columns.Series, name: str, member: Ints, count: int
) -> Iterator[Described]:
    """The mean of a number; of a text, each level's share among those who are known."""
    if not columns.is_text(column):
        yield name, (name,), _mean(columns.numbers(column), member, count)
        return
    labels = columns.labels(column)
    known = np.array([label is not None for label in labels], dtype=bool)
    levels = sorted(set(labels[known].tolist()))
    if columns.are_names(len(levels), len(labels)):
        raise InputError(
            f'match_clusters compares clusters on "{name}", which has {len(levels)} '
            f"different texts in {len(labels)} rows; it names students rather than "
            "groups them, leave it out",
            "too_many_levels",
        )
    for level in levels[1:] if len(levels) == 2 else levels:
        has_it = np.where(known, labels == level, np.nan).astype(float)
        yield f"{name}={level}", (name,), _mean(has_it, member, count)


def _mean(values: Floats, member: Ints, count: int) -> Floats:
    """(K,) mean of those who are known, NaN where nobody is."""
    known = ~np.isnan(values)
    n = np.bincount(member[known], minlength=count)
    total = np.bincount(member[known], values[known], count)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)
