"""Admit one column of the table: what is missing, a flag, a number, a group."""

import re
from reprlib import repr as brief
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_numeric_dtype

from outcomes.designs.clauses import CROSS, crossed
from outcomes.designs.errors import InputError
from outcomes.engine.arrays import Flags, Floats, Ints, Texts, Units
from outcomes.engine.canonical import MOST_DIGITS, label, natural_rank

Series: TypeAlias = "pd.Series[Any]"

MISSING_WORDS = frozenset({"", "NA", "NaN"})
BETWEEN = "\0"  # in a cell it only costs the closer look
A_MISSING_WORD = re.compile(
    rf"{BETWEEN}\s*(?:{'|'.join(sorted(MISSING_WORDS))})\s*{BETWEEN}"
)
TRUE_WORDS = frozenset({"1", "true", "yes", "t", "y"})
FALSE_WORDS = frozenset({"0", "false", "no", "f", "n"})
MOST_NUMBERS = 50  # that may be labels of groups: more are rather a scale
FEW = 3  # cells that are shown of those that are wrong
UNKNOWN = -1  # the code of a missing cell


def missing(column: Series) -> Flags:
    """(n,) whether a cell is empty, NA or NaN."""
    if _is_number(column):
        lost: Flags = np.isnan(column.to_numpy())
        return lost
    gone: Flags = column.isna().to_numpy(dtype=bool)
    if has_categories(column):
        empty = [*map(_is_missing_word, column.cat.categories), False]
        gone = gone | np.array(empty)[column.cat.codes]
    elif is_text(column) and _may_hold_missing_words(column[~gone].tolist()):
        empty = [*map(_is_missing_word, column.tolist())]
        gone = gone | np.array(empty, dtype=bool)
    return gone


def _is_number(column: Series) -> bool:
    """Whether a column holds numbers or truth values as numpy does."""
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf"


def _is_missing_word(value: Any) -> bool:
    return isinstance(value, str) and value.strip() in MISSING_WORDS


def _may_hold_missing_words(cells: list[Any]) -> bool:
    """One look at all cells as one text: a key for each of a million students is rarely
    missing, and to strip each is slow."""
    try:
        together = BETWEEN.join(["", *cells, ""])
    except TypeError:  # not all are text
        return True
    return A_MISSING_WORD.search(together) is not None


def is_text(column: Series) -> bool:
    """Whether a column holds words, so that it groups students rather than measures."""
    return not (is_numeric_dtype(column) or is_bool_dtype(column))


def are_names(different: int, n: int) -> bool:
    """Whether so many different texts name n students rather than group them."""
    return different > max(50, n // 2)


def has_categories(column: Series) -> bool:
    """Whether the words of a column stand beside it, once each."""
    return isinstance(column.dtype, pd.CategoricalDtype)


def labels(column: Series) -> Texts:
    """(n,) each cell as text, None where it is missing."""
    if not is_text(column) or has_categories(column):
        found, words = places(column)
        out: Texts = np.array([*words, None], dtype=object)[found]
        return out
    if infer_dtype(column, skipna=True) == "string":
        cells: Texts = column.to_numpy(dtype=object, copy=True)
    else:
        # Cells of several kinds: 1 and True are one value to whoever counts values.
        cells = np.array([label(v) for v in column.tolist()], dtype=object)
    cells[missing(column)] = None
    return cells


def keys(column: Series) -> Units:
    """(n,) each cell as text, or as a whole number from 0, which stands for its text.
    Raises InputError where one is missing."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        # Each is there and says what no other does.
        found = column.to_numpy()
        if found.min(initial=0) >= 0 and found.max(initial=0) < 10**MOST_DIGITS:
            numbers: Ints = found.astype(np.int64)
            return numbers
        return np.array([*map(str, found.tolist())], dtype=object)
    texts = labels(column)
    if count := int(pd.isna(texts).sum()):
        raise InputError(
            f'{count} rows have no "{column.name}"; every row needs its own key',
            "missing_unit",
        )
    return texts


def places(column: Series) -> tuple[Ints, list[str]]:
    """(n,) the place of each cell among the different labels, UNKNOWN where it is
    missing; and these labels."""
    if is_text(column) and not has_categories(column):
        place, found = pd.factorize(labels(column))
        return place, found.tolist()
    place, found = pd.factorize(column)
    known = [None if _is_missing_word(v) else label(v) for v in found.tolist()]
    # Two values of several kinds may share a label.
    again, words = pd.factorize(np.array([*known, None], dtype=object))
    return again[place], words.tolist()


def coded(column: Series) -> Ints:
    """(n,) a number for each distinct label, in sorted order; UNKNOWN where missing."""
    found, words = places(column)
    rank = np.full(len(words) + 1, UNKNOWN)
    rank[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words))
    out: Ints = rank[found]
    return out


def crossed_labels(frame: pd.DataFrame, dimension: str) -> Texts:
    """(n,) the group of each row: `black*F` in the dimension `race*gender`, None where
    one of its columns is missing. Raises InputError for a column of numbers."""
    parts = [_group_labels(frame[column], dimension) for column in crossed(dimension)]
    if len(parts) == 1:
        return parts[0]
    for column, part in zip(crossed(dimension), parts, strict=True):
        for group in pd.unique(part):
            if group is not None and CROSS in group:
                raise InputError(
                    f'column "{column}" holds {group!r}, and "{CROSS}" joins the names '
                    f'of the groups of "{dimension}"; write the label without it',
                    "crossed_label",
                )
    together = [
        None if None in row else CROSS.join(row) for row in zip(*parts, strict=True)
    ]
    return np.array(together, dtype=object)


def _group_labels(column: Series, dimension: str) -> Texts:
    if not is_text(column) and column.nunique() > MOST_NUMBERS:
        raise InputError(
            f'column "{column.name}" holds {column.nunique()} different numbers, and '
            f'each would be a group of "{dimension}"; cut it into bands, or write '
            "labels as text",
            "not_groups",
        )
    return labels(column)


def numbers(column: Series, gone: Flags | None = None) -> Floats:
    """(n,) finite numbers, NaN where missing; the column's own where they are all
    there. Raises InputError on text and on inf, with the rows where they stand. gone :
    who is missing, when known."""
    gone = missing(column) if gone is None else gone
    present = column[~gone] if gone.any() else column
    is_number = present.dtype.kind in "iuf"
    read = present if is_number else pd.to_numeric(present, errors="coerce")
    parsed: Floats = read.to_numpy(dtype=float)
    if is_text(column) and (odd := np.isnan(parsed)).any():
        raise InputError(
            f'column "{column.name}" must hold numbers, found {where(present[odd])}; '
            "correct the cells or leave them empty",
            "not_numeric",
        )
    if (odd := np.isinf(parsed)).any():
        raise InputError(
            f'column "{column.name}" must hold finite numbers, found '
            f"{where(present[odd])}; correct the cells or leave them empty",
            "infinite",
        )
    if not gone.any():
        return parsed
    out = np.full(len(column), np.nan)
    out[~gone] = parsed
    return out


def where(cells: Series) -> str:
    """`'low' in line 2, '?' in line 31`, of the first few and by how the table names
    its rows; then how many more there are."""
    rows = np.array([label(row) for row in cells.index], dtype=object)
    first = cells.iloc[np.argsort(natural_rank(rows), kind="stable")[:FEW]]
    name = first.index.name or "row"
    shown = [f"{brief(cell)} in {name} {row}" for row, cell in first.items()]
    more = [f"{len(cells) - FEW:,} more"] if len(cells) > FEW else []
    return ", ".join([*shown, *more])


def flags(column: Series) -> Floats:
    """(n,) 1.0 or 0.0, NaN where missing; true/false, yes/no and 1/0 are understood."""
    if _is_number(column):
        given: Floats = column.to_numpy(dtype=float) + 0.0  # no zero with a sign
        if ((given == 0) | (given == 1) | np.isnan(given)).all():
            return given
    found, labelled = places(column)
    words = [value.strip().lower() for value in labelled]
    if not set(words) <= TRUE_WORDS | FALSE_WORDS:
        raise InputError(_not_a_flag(column), "not_a_flag")
    known = [float(word in TRUE_WORDS) for word in words]
    out: Floats = np.array([*known, np.nan])[found]
    return out


def known_groups(labels: Texts) -> list[str]:
    """The different labels of (n,), in order, but for None."""
    return sorted({label for label in labels if label is not None})


def _not_a_flag(column: Series) -> str:
    found = known_groups(labels(column))
    shown = ", ".join(map(repr, found[:5])) + (", ..." if len(found) > 5 else "")
    return (
        f'column "{column.name}" must hold 0 and 1 (or true/false, yes/no), found '
        f"{shown}; recode it"
    )
