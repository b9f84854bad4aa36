"""The cells of a column from the database: numbers, and words beside them.

A column of one kind has one form, whatever the database. Whole numbers are int64, or
float64 where one is unknown; numbers float64, NaN where unknown; truth values pandas'
boolean; days the ordinals of `date`, NEVER where unknown; words a categorical of those
that are there, sorted; anything else objects.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import UnionType
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Field, fields

NEVER = date.max.toordinal()
UNKNOWN, UNKNOWN_LONG = -(2**31) + 1, -(2**63) + 1  # no whole numbers of ours
UNSAID = -1  # no truth value


@dataclass(frozen=True)
class Kind:
    """column : the form of it, from cells of Python or numpy; unknown : what stands in
    them for None, where they are numbers."""

    column: Callable[[Any], Any]
    unknown: float | None = None

    def of_values(self, values: Sequence[Any]) -> Any:
        """From Python's values, None where unknown; days are ordinals here too."""
        if self.unknown is None:
            return self.column(values)
        known = [self.unknown if v is None else v for v in values]
        return self.column(np.array(known, type(self.unknown)))


def _whole(cells: np.ndarray, unknown: int = UNKNOWN) -> np.ndarray:
    is_unknown = cells == unknown
    if is_unknown.any():
        return np.where(is_unknown, np.nan, cells)
    return cells.astype(np.int64, copy=False)


def _truth(cells: np.ndarray) -> Any:
    return pd.arrays.BooleanArray(cells == 1, cells == UNSAID)


def _objects(values: Sequence[Any]) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _words(values: Sequence[str | None]) -> pd.Categorical:
    return pd.Categorical(_objects(values))


WHOLE = Kind(_whole, UNKNOWN)
LONG = Kind(partial(_whole, unknown=UNKNOWN_LONG), UNKNOWN_LONG)
NUMBER = Kind(np.asarray, np.nan)
TRUTH = Kind(_truth, UNSAID)
DAY = Kind(np.asarray, NEVER)
WORDS = Kind(_words)
OBJECTS = Kind(_objects)
KINDS: tuple[tuple[type[Field] | UnionType, Kind], ...] = (
    (fields.BooleanField, TRUTH),
    (fields.BigIntegerField | fields.BigAutoField, LONG),
    (fields.IntegerField, WHOLE),
    (fields.FloatField, NUMBER),
    (fields.DateTimeField, OBJECTS),  # a DateField by descent
    (fields.DateField, DAY),
    (fields.CharField, WORDS),
    (fields.TextField, WORDS),
)


def kind_of(field: Field) -> Kind:
    return next((kind for of, kind in KINDS if isinstance(field, of)), OBJECTS)
