"""Outcomes as numbers: a score, a flag, or the rank of a level."""

import numpy as np
import pandas as pd

from outcomes.designs.clauses import Outcome
from outcomes.designs.design import Design
from outcomes.designs.errors import InputError, NotEstimable
from outcomes.engine import columns
from outcomes.engine.arrays import Flags, Floats, Ints, Units
from outcomes.engine.canonical import word_rank
from outcomes.engine.entries import Entries
from outcomes.engine.estimable import Number, attempt
from outcomes.terms import OutcomeKind


def pool_sds(
    frame: pd.DataFrame, units: Units, entries: Entries | None, design: Design
) -> dict[str, Number]:
    """The SD of each outcome among all comparison students of a table in canonical
    order; with entries among the first value of each student. units : (n,) keys."""
    compared = columns.flags(frame[design.treatment]) == 0
    values = {o.name: _outcome(frame[o.name], o)[compared] for o in design.outcomes}
    if entries is not None:
        units, person = units[compared], entries.persons[compared]
        values = {name: _first_of_each(y, person, units) for name, y in values.items()}
    return {name: attempt(_sd, found) for name, found in values.items()}


def _sd(values: Floats) -> float:
    present = values[~np.isnan(values)]
    if len(present) < 2 or present.min() == present.max():
        raise NotEstimable("the outcome does not vary in the comparison pool")
    return float((present - present.min()).std(ddof=1))


def _first_of_each(values: Floats, person: Ints, units: Units) -> Floats:
    """Each student's first value, by key as a word: in another order their sum would
    end in other bits. values, person, units : (n,) of rows in canonical order."""
    known = np.flatnonzero(~np.isnan(values))
    first = known[np.diff(person[known], prepend=-1) > 0]
    return values[first[np.argsort(word_rank(units[first]))]]


def read(frame: pd.DataFrame, design: Design, treated: Flags) -> dict[str, Floats]:
    """Each outcome (n,), NaN where missing. Raises InputError when no outcome has a
    value in both arms; treated : (n,)."""
    values = {o.name: _outcome(frame[o.name], o) for o in design.outcomes}
    seen = [~np.isnan(v) for v in values.values()]
    if not any((s & treated).any() and (s & ~treated).any() for s in seen):
        raise InputError(
            "no outcome has a value in both groups; check the outcome columns",
            "no_outcome",
        )
    return values


def _outcome(column: columns.Series, outcome: Outcome) -> Floats:
    if outcome.kind == OutcomeKind.BINARY:
        return columns.flags(column)
    if not outcome.levels:
        return columns.numbers(column)
    rank = {level: float(i + 1) for i, level in enumerate(outcome.levels)}
    found = columns.labels(column)
    strange = sorted({v for v in found if v is not None and v not in rank})
    if strange:
        raise InputError(
            f'column "{outcome.name}" holds {strange[0]!r}, which is not among its '
            f"levels {', '.join(outcome.levels)}; correct the cells, leave them empty, "
            "or name the level",
            "unknown_level",
        )
    return np.array([rank.get(v, np.nan) for v in found])
