"""Evaluate a table from a file: no database, no models, only columns and a design."""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from outcomes.compute.chosen import computing
from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, InputError
from outcomes.engine import columns
from outcomes.engine.baseline import Progress
from outcomes.engine.evaluate import evaluate


def evaluate_table(
    path: Path, design_path: Path, progress: Progress | None = None
) -> dict[str, Any]:
    """The report on a CSV table under a JSON design.

    Raises DesignError or InputError in one sentence: what, why, what to do.
    """
    design = Design.from_dict(read_design(design_path))
    frame = with_numbers(read_table(path), _measured(design))
    with computing():
        return evaluate(frame, design, progress).report()


def read_design(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path), object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as error:
        raise DesignError(
            f"{path} is not JSON: {error.msg} at line {error.lineno}, column "
            f"{error.colno}; correct it there"
        ) from error
    except (RecursionError, ValueError) as error:  # brackets or digits by the thousand
        raise DesignError(
            f"{path} nests too deep, or holds a number too long, for a design; "
            "write the keys as the documentation shows them"
        ) from error
    if not isinstance(found, dict):
        raise DesignError(
            f"{path} must hold one object in braces, with the keys of a design"
        )
    return found


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DesignError("stands twice; keep one of them", key)
        found[key] = value
    return found


def read_table(path: Path) -> pd.DataFrame:
    """Every cell as text, so that identifiers keep their zeros; a row is named by the
    line of the file in which it ends."""
    lines = _lines(path)
    _, heading = next(lines, (1, []))
    _refuse_heading(path, heading)
    rows = dict(lines)
    line = pd.Index(rows.keys(), name="line")
    return pd.DataFrame([*rows.values()], line, heading, dtype=object)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold anything with their numbers, all as long as the first."""
    text = _text(path)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    width = 0
    try:
        for cells in filter(None, reader):
            width = width or len(cells)
            if len(cells) != width:
                raise InputError(
                    f"{path} has {len(cells)} cells in line {reader.line_num} and "
                    f"{width} in its heading; give every line the same number, and "
                    "put a cell that holds a comma in quotes",
                    "bad_table",
                )
            yield reader.line_num, cells
    except csv.Error as error:
        if reader.line_num == 1:
            _refuse_other_marks(path, text.partition("\n")[0])
        raise InputError(
            f"{path} is not a table: {error} in line {reader.line_num}; correct it",
            "bad_table",
        ) from error


def _text(path: Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 (byte {error.start}); save it as CSV UTF-8",
            "not_utf8",
        ) from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}; check the path", "unreadable"
        ) from error


def _refuse_heading(path: Path, heading: list[str]) -> None:
    if not any(name.strip() for name in heading):
        raise InputError(
            f"{path} is empty; its first line must name columns", "bad_table"
        )
    if len(heading) == 1:
        _refuse_other_marks(path, heading[0])
    for i, name in enumerate(heading):
        if name in heading[:i]:
            raise InputError(
                f'{path} has two columns "{name}"; name each once', "bad_table"
            )


def _refuse_other_marks(path: Path, heading: str) -> None:
    mark = max(",;\t|", key=heading.count)
    if mark != ",":
        raise InputError(
            f"{path} has {mark!r} between the names of its heading; put commas "
            "between the cells (in a spreadsheet: save as CSV UTF-8)",
            "bad_table",
        )


def _measured(design: Design) -> Iterable[str]:
    """Columns that may hold numbers; all others are names and stay text."""
    outcomes = [outcome.name for outcome in design.outcomes]
    explaining = [*design.matched_on, *design.caliper_columns, *design.cutpoints]
    explaining += design.placebo_columns
    return {design.treatment, *outcomes, *explaining}


def with_numbers(frame: pd.DataFrame, measured: Iterable[str]) -> pd.DataFrame:
    """The table with a column of numbers wherever every cell that is there is one."""
    known = [name for name in measured if name in frame.columns]
    return frame.assign(**{name: _numbers_or_text(frame[name]) for name in known})


def _numbers_or_text(column: columns.Series) -> columns.Series:
    present = column[~columns.missing(column)]
    if not len(present) or pd.to_numeric(present, errors="coerce").isna().any():
        return column
    return pd.Series(columns.numbers(column), index=column.index, name=column.name)
