"""Covariates as numbers: text becomes levels, a hole becomes a constant and a flag."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from outcomes.designs.errors import InputError
from outcomes.engine import columns
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.matrix import EVERYONE, Matrix, Narrow
from outcomes.engine.notices import Warn
from outcomes.terms import counted

MISSING_LEVEL = "(missing)"
RARE_LEVEL = "(rare)"
NOTHINGS = {"#N/A", "N/A", "n/a", "na", "NULL", "null", "nil", "-", ".", "?"}
SPELT = re.compile(r"[-+\u2212]?[$€£]? ?\d[\d,'\u2019 \u00a0\u202f]*(\.\d+)? ?%?")


@dataclass(frozen=True, slots=True)
class Covariates:
    """The matrix that scores are fitted on and balance is judged on.

    x : (n, k), no cell missing; names : k names, a level as `race=black`;
    source : k names of the columns they came from; in_model : (k,) False for the base
    level of a text column, which the others imply.
    """

    x: Matrix
    names: tuple[str, ...]
    source: tuple[str, ...]
    in_model: Flags

    @property
    def is_binary(self) -> Flags:
        """(k,) holds 0 and 1 only, which is held in bytes."""
        return np.array([column.dtype == np.int8 for column in self.x.columns], bool)

    @property
    def model(self) -> Matrix:
        """(n, m) the columns that enter a model."""
        return self.x.only(self.in_model)

    def model_of(self, rows: Ints) -> Matrix:
        """(m, k) the columns that enter a model, of these rows; everyone's no copy."""
        is_everyone = len(rows) == len(self.x) and (rows == np.arange(len(rows))).all()
        return self.model[EVERYONE if is_everyone else rows]

    def where(self, rows: Ints | Flags) -> "Covariates":
        """Those rows only; a column that no longer varies there leaves the model."""
        x = self.x[rows]
        if not len(x):
            return replace(self, x=x)
        varies = np.array([_varies(column) for column in x], dtype=bool)
        return replace(self, x=x, in_model=self.in_model & varies)

    def without(self, name: str) -> "Covariates":
        """As if a column had never been measured."""
        keep = np.array([source != name for source in self.source], dtype=bool)
        return Covariates(
            x=self.x.only(keep),
            names=tuple(n for n, k in zip(self.names, keep, strict=True) if k),
            source=tuple(s for s in self.source if s != name),
            in_model=self.in_model[keep],
        )


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    source: str
    values: Narrow
    in_model: bool = True

    @classmethod
    def of(cls, name: str, source: str, values: Floats) -> "Column":
        is_binary = values[0] in (0, 1) and bool(((values == 0) | (values == 1)).all())
        narrow = values.astype(np.int8) if is_binary else values
        return cls(name, source, narrow)


def build(
    frame: pd.DataFrame, wanted: Sequence[str], warn: Warn, level_minimum: int = 1
) -> Covariates:
    """The covariates `wanted`, in declared order; constant ones are left out and named.

    level_minimum : a level of a text column that fewer students have is joined to the
    other rare ones.
    Raises InputError for infinite values and for text that names, not groups, students.
    """
    made = [
        column
        for name in wanted
        for column in _columns(frame[name], name, warn, level_minimum)
    ]
    return Covariates(
        x=Matrix(len(frame), tuple(column.values for column in made)),
        names=tuple(column.name for column in made),
        source=tuple(column.source for column in made),
        in_model=np.array([column.in_model for column in made], dtype=bool),
    )


def _varies(values: Narrow) -> bool:
    return bool(values.min() < values.max())


def _columns(
    column: columns.Series, name: str, warn: Warn, level_minimum: int
) -> list[Column]:
    """The numeric columns of one covariate that vary; none when it says nothing."""
    gone = columns.missing(column)
    if gone.all():
        warn("all_missing", f'"{name}" has no value at all and was left out.')
        return []
    if columns.is_text(column):
        _refuse_spoiled(column, name)
        made = _levels(column, name, warn, level_minimum)
    else:
        made = _numeric(column, name, gone)
    made = [column for column in made if _varies(column.values)]
    if not made:
        warn("constant", f'"{name}" is the same for everyone and was left out.')
    elif gone.any():
        warn(
            "missing_covariate",
            f'"{name}" is missing for {counted(int(gone.sum()), "students")}; they '
            "keep a constant and a flag that says so.",
        )
    return made


def _numeric(column: columns.Series, name: str, gone: Flags) -> list[Column]:
    values = columns.numbers(column, gone)
    if not gone.any():
        return [Column.of(name, name, values)]
    values[gone] = values[~gone].mean()
    flag = Column(f"{name}={MISSING_LEVEL}", name, gone.astype(np.int8))
    return [Column.of(name, name, values), flag]


def _rare(counts: Mapping[str, int], minimum: int) -> list[str]:
    """The levels that fewer than `minimum` students have. When these together are still
    too few, the next smallest level joins them, ties by name."""
    rare: list[str] = []
    for level in sorted(counts, key=lambda level: (counts[level], level)):
        is_enough = sum(counts[joined] for joined in rare) >= minimum
        if counts[level] >= minimum and (is_enough or not rare):
            break
        rare.append(level)
    return rare


def _levels(
    column: columns.Series, name: str, warn: Warn, level_minimum: int
) -> list[Column]:
    """One 0/1 column a level, the first in sorted order as the base, rare ones joined.

    Two levels say the same thing twice, so they are one column.
    """
    places, words = columns.places(column)
    counts = np.bincount(places[places >= 0], minlength=len(words)).tolist()
    rare = _rare(dict(zip(words, counts, strict=True)), level_minimum)
    if rare:
        warn(
            "rare_level",
            f'Levels of "{name}" that fewer than {level_minimum} students have were '
            f"joined to one: {', '.join(sorted(rare))}.",
        )
    level_of = [RARE_LEVEL if word in rare else word for word in words]
    levels = sorted({*level_of}, key=lambda level: (level == RARE_LEVEL, level))
    if columns.are_names(len(levels), len(places)):
        raise InputError(
            f'covariate "{name}" has {len(levels)} different texts in {len(places)} '
            "rows; it names students rather than groups them, leave it out",
            "too_many_levels",
        )
    missing = len(levels)
    if len(places) > sum(counts):
        levels.append(MISSING_LEVEL)
    rank = {level: i for i, level in enumerate(levels)}
    code = np.array([*map(rank.__getitem__, level_of), missing])[places]
    made = [
        Column(f"{name}={level}", name, (code == i).astype(np.int8), i > 0)
        for i, level in enumerate(levels)
    ]
    return made[1:] if len(made) == 2 else made


def _refuse_spoiled(column: columns.Series, name: str) -> None:
    """A few typing errors must not turn a column of numbers into fifty groups, and
    neither must a comma in each of them."""
    levels = pd.Series(column.unique(), dtype=object)
    levels = levels[~columns.missing(levels)]
    strange = levels[pd.to_numeric(levels, errors="coerce").isna()]
    words = {str(level).strip() for level in strange}
    if not words:
        return
    is_few = len(strange) <= 0.05 * len(levels) and len(levels) > 20
    if all(map(SPELT.fullmatch, words)):
        how, mend = "that are not written as such,", "write them as 1234.5"
    elif is_few or (len(words) < len(levels) and words <= NOTHINGS):
        how, mend = "but for", "correct the cells or leave them empty"
    else:
        return
    where = columns.where(column[column.isin(strange)])
    raise InputError(
        f'covariate "{name}" holds numbers {how} {where}; {mend}', "not_numeric"
    )
