"""From the bytes of a CSV file to typed rows, with every wrong one reported."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field

from enrollment.exchange.decoding import text_of
from enrollment.exchange.kinds import Column, Kind
from enrollment.exchange.nearest import among
from enrollment.exchange.problems import Problem, Unreadable, Wrong

FULL_OF_TEXT = "field larger than field limit"


@dataclass
class Row:
    line: int  # of the file, on which the row begins
    values: dict  # by column; an optional column that the file lacks is absent
    written: dict  # the same cells as they stand in the file


@dataclass
class Sheet:
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(kind: Kind, data: bytes) -> Sheet:
    """Raises Unreadable when the file as a whole cannot be trusted."""
    records = _records(text_of(data))
    _, header = next(records, (1, []))
    columns = _columns_of(kind, header)
    sheet = Sheet()
    readers = [_Remembering(column) for column in columns]
    for line, record in _without_blank_end(records):
        if len(record) == len(columns):
            _read_row(sheet, line, record, readers)
        else:
            sheet.problems.append(_ragged(line, record, len(columns)))
    if not sheet.rows and not sheet.problems:
        raise Unreadable("no_rows", "rows below the header", "Export the file again.")
    return sheet


class _Remembering:
    """A column in which most cells were met before: schools, grades, days."""

    def __init__(self, column: Column):
        self.column = column
        self._known = {}

    def read(self, text: str):
        if text not in self._known:
            try:
                self._known[text] = self.column.read(text)
            except Wrong as wrong:
                self._known[text] = wrong
        return self._known[text]


def _read_row(sheet: Sheet, line: int, record: list[str], readers) -> None:
    values, wrong = {}, []
    for reader, text in zip(readers, record, strict=True):
        value = reader.read(text)
        if isinstance(value, Wrong):
            wrong.append(value.at(line, reader.column.name, text))
        values[reader.column.name] = value
    sheet.problems += wrong
    if not wrong:
        sheet.rows.append(Row(line, values, dict(zip(values, record, strict=True))))


def _records(text: str):
    """Each record with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            raise _broken(line, str(broken)) from None
        yield line, record


def _broken(line: int, said: str) -> Unreadable:
    if FULL_OF_TEXT in said:
        return Unreadable(
            "field_too_long",
            "cells of a few words",
            "Look for a quote that is opened in this row and never closed.",
            line=line,
        )
    return Unreadable(
        "open_quote",
        "each quote that opens to close, and a quote inside written twice",
        "The row that begins here opens a quote that does not end: close it.",
        line=line,
    )


def _without_blank_end(records):
    """Blank lines at the end are nothing; one in between is a row that got lost."""
    blank = []
    for line, record in records:
        if record:
            yield from blank
            blank = []
            yield line, record
        else:
            blank.append((line, record))


def _ragged(line: int, record: list[str], width: int) -> Problem:
    return Problem(
        line,
        "",
        "field_count",
        f"{len(record)} fields",
        f"{width} fields, as in the header",
        "Look for a comma too many or too few; text with a comma stands in quotes.",
    )


def _columns_of(kind: Kind, header: list[str]) -> list[Column]:
    if not any(header):
        raise Unreadable(
            "empty_file", f"a header: {_names(kind)}", "Export the file again."
        )
    known = {
        word: column for column in kind.columns for word in (column.name, *column.also)
    }
    words = [_normal(word) for word in header]
    for written, word in zip(header, words, strict=True):
        if word not in known:
            raise _unknown_header(kind, written, word)
    columns = [known[word] for word in words]
    _each_once(columns)
    _all_needed(kind, columns)
    return columns


def _normal(header: str) -> str:
    return header.strip().lower().replace(" ", "_").replace("-", "_")


def _names(kind: Kind) -> str:
    return ", ".join(column.name for column in kind.columns)


def _unknown_header(kind: Kind, written: str, word: str) -> Unreadable:
    for separator, said in ((";", "semicolons"), ("\t", "tabs")):
        if separator in written:
            return Unreadable(
                "bad_delimiter",
                "commas between the cells",
                f"This file has {said}: save it as CSV with commas.",
                found=written,
            )
    near = among(word, [column.name for column in kind.columns])
    return Unreadable(
        "unknown_header",
        f"the columns {_names(kind)}",
        f"Rename the column or leave it out; {near}.",
        found=written,
    )


def _each_once(columns: list[Column]) -> None:
    for column, times in Counter(column.name for column in columns).items():
        if times > 1:
            raise Unreadable(
                "duplicate_header",
                "each column once",
                f"{times} columns mean {column}: keep the right one.",
                found=column,
            )


def _all_needed(kind: Kind, columns: list[Column]) -> None:
    missing = [it.name for it in kind.columns if it.needed and it not in columns]
    if missing:
        raise Unreadable(
            "missing_header",
            f"the columns {_names(kind)}",
            f"Add {', '.join(missing)}.",
            found=", ".join(column.name for column in columns),
        )
