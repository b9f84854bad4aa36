"""One order for the rows and one hash for the table, whatever order they came in."""

import re
from hashlib import blake2b, sha256
from typing import Any

import numpy as np
import pandas as pd

from outcomes.engine.arrays import Ints, Texts


def label(value: Any) -> str:
    """The text of a cell: whole floats print as integers, truth values as 0 or 1."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def seeded_order(units: Texts, seed: int) -> Ints:
    """(n,) positions that sort the students by the hash of the seed and their key: a
    random order that is the same on every machine."""
    digests = [
        blake2b(f"{seed}\x1f{unit}".encode(), digest_size=16).digest() for unit in units
    ]
    return np.array(sorted(range(len(units)), key=digests.__getitem__), dtype=np.int64)


def natural_order(units: Texts) -> Ints:
    """(n,) positions that sort keys as a person would: S2 before S10."""
    keys = [
        ([(int(part), "") if part.isdecimal() else (-1, part) for part in parts], unit)
        for parts, unit in ((re.split(r"(\d+)", unit), unit) for unit in units)
    ]
    return np.array(sorted(range(len(units)), key=keys.__getitem__), dtype=np.int64)


def input_hash(frame: pd.DataFrame) -> str:
    """sha256 of every cell as text; the order of rows and of columns does not count."""
    columns = sorted(frame.columns, key=str)
    texts = [_cells(frame[column]) for column in columns]
    rows = sorted("\x1f".join(cells) for cells in zip(*texts, strict=True))
    whole = "\x1e".join(["\x1f".join(map(str, columns)), *rows])
    return sha256(whole.encode()).hexdigest()


def _cells(column: "pd.Series[Any]") -> list[str]:
    """The labels of a column; numbers, the bulk of a table, by their shortest form."""
    missing = column.isna().to_numpy()
    if column.dtype == np.float64:
        texts = map(repr, column.tolist())
        return [
            "" if gone else text.removesuffix(".0")
            for text, gone in zip(texts, missing, strict=True)
        ]
    return [
        "" if gone else label(value)
        for value, gone in zip(column.tolist(), missing, strict=True)
    ]
