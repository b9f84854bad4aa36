"""Admit one column of the table: what is missing, a flag, a number, a group."""

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from outcomes.designs.errors import InputError
from outcomes.engine.arrays import Flags, Floats, Ints, Texts
from outcomes.engine.canonical import label

Series: TypeAlias = "pd.Series[Any]"

MISSING_WORDS = frozenset({"", "NA", "NaN"})
TRUE_WORDS = frozenset({"1", "true", "yes", "t", "y"})
FALSE_WORDS = frozenset({"0", "false", "no", "f", "n"})
UNKNOWN = -1  # the code of a missing cell


def missing(column: Series) -> Flags:
    """(n,) whether a cell is empty, NA or NaN."""
    gone: Flags = column.isna().to_numpy(dtype=bool)
    if is_text(column):
        empty = [_is_empty(value) for value in column.tolist()]
        gone = gone | np.array(empty, dtype=bool)
    return gone


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and value.strip() in MISSING_WORDS


def is_text(column: Series) -> bool:
    """Whether a column holds words, so that it groups students rather than measures."""
    return not (is_numeric_dtype(column) or is_bool_dtype(column))


def labels(column: Series) -> Texts:
    """(n,) each cell as text, None where it is missing."""
    out = np.array([label(v) for v in column.tolist()], dtype=object)
    out[missing(column)] = None
    return out


def codes(values: Texts) -> Ints:
    """(n,) a number for each distinct label, in sorted order; UNKNOWN where missing."""
    known = sorted({v for v in values if v is not None})
    number = {value: i for i, value in enumerate(known)}
    return np.array([number.get(v, UNKNOWN) for v in values], dtype=np.int64)


def numbers(column: Series) -> Floats:
    """(n,) finite numbers, NaN where missing. Raises InputError on text and on inf."""
    gone = missing(column)
    present = column[~gone]
    parsed = pd.to_numeric(present, errors="coerce").to_numpy(dtype=float)
    if is_text(column) and np.isnan(parsed).any():
        odd = present.iloc[int(np.flatnonzero(np.isnan(parsed))[0])]
        raise InputError(
            f'column "{column.name}" must hold numbers, found {odd!r}; correct the '
            "cells or leave them empty",
            "not_numeric",
        )
    if np.isinf(parsed).any():
        raise InputError(
            f'column "{column.name}" holds {int(np.isinf(parsed).sum())} infinite '
            "values; correct them or leave the cells empty",
            "infinite",
        )
    out = np.full(len(column), np.nan)
    out[~gone] = parsed
    return out


def flags(column: Series) -> Floats:
    """(n,) 1.0 or 0.0, NaN where missing; true/false, yes/no and 1/0 are understood."""
    out = np.full(len(column), np.nan)
    for i, value in enumerate(labels(column)):
        if value is None:
            continue
        word = value.strip().lower()
        if word not in TRUE_WORDS | FALSE_WORDS:
            raise InputError(_not_a_flag(column), "not_a_flag")
        out[i] = float(word in TRUE_WORDS)
    return out


def _not_a_flag(column: Series) -> str:
    found = sorted({v for v in labels(column) if v is not None})
    shown = ", ".join(map(repr, found[:5])) + (", ..." if len(found) > 5 else "")
    return (
        f'column "{column.name}" must hold 0 and 1 (or true/false, yes/no), found '
        f"{shown}; recode it"
    )
