"""Columns of a query from PostgreSQL as arrays, and not row by row.

The server makes one array of each column, or of several narrow ones, since each cell of
an array costs it the same. What has a width of its own comes without NULL, so that
every cell lies as far from the next; words that are choices of their field come as
hashes, after those of the choices. Many rows come in ranges of keys, from two
connections at a time.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, Max, Min, QuerySet
from psycopg import Cursor
from psycopg.adapt import Loader
from psycopg.postgres import types
from psycopg.pq import Format

from outcomes import moment
from outcomes.cells import (
    DAY,
    LONG,
    NEVER,
    NUMBER,
    TRUTH,
    UNKNOWN,
    UNSAID,
    WHOLE,
    WORDS,
    Kind,
    kind_of,
)

RANGE = 125_000  # rows of one statement
HEADING = 20  # bytes of an array before its first cell
EPOCH = date(2000, 1, 1).toordinal()  # the day 0 of PostgreSQL
FOREVER = np.iinfo(np.int32).max
SQL = {
    WHOLE: f"coalesce({{}}::int4, {UNKNOWN})",
    LONG: f"coalesce({{}}, '{LONG.unknown}'::int8)",
    NUMBER: "coalesce({}, 'NaN'::float8)",
    TRUTH: f"coalesce({{}}::int4, {UNSAID})",
    DAY: f"coalesce({{}} - '2000-01-01'::date, {FOREVER})",
}
WIDTH = 64  # bits of a cell
BITS = {WHOLE: 32, DAY: 32, TRUTH: 2}  # of a number that shares a cell with others
NONE = "\x1f"  # hashed where a cell has no word
HASH = f"hashtextextended(coalesce({{}}, '{NONE}'), 0)"
HASHES = (
    "(SELECT array_agg(hashtextextended(word, 0) ORDER BY place) "
    "FROM unnest(%s::text[]) WITH ORDINALITY AS known (word, place)) || "
)


class _StrangeWord(Exception):
    """A word that is not among the choices of its field."""


@dataclass(frozen=True)
class _Column:
    """How a column is asked for. words : those that it may hold; none: any."""

    kind: Kind
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, field: Field) -> "_Column":
        kind = kind_of(field)
        choices = field.flatchoices if kind is WORDS else ()
        return cls(kind, tuple(sorted(word for word, _ in choices)))

    @property
    def bits(self) -> int:
        return BITS.get(self.kind, WIDTH)

    def sql(self, name: str) -> str:
        return (HASH if self.words else SQL.get(self.kind, "{}")).format(name)

    def joined(self, parts: Sequence[Any]) -> Any:
        """The column, from what came of each range."""
        if self.kind is DAY:
            days = np.concatenate(parts)
            return np.where(days == FOREVER, NEVER, days + np.int64(EPOCH))
        if self.kind in SQL:
            return self.kind.column(np.concatenate(parts))
        if not self.words:
            return self.kind.column([value for part in parts for value in part])
        codes = np.concatenate([*map(self._codes, parts)])
        words = pd.Index(self.words, dtype=object)
        return pd.Categorical.from_codes(codes, words).remove_unused_categories()

    def _codes(self, hashes: np.ndarray) -> np.ndarray:
        """The place of each cell's word among the words, -1 for none."""
        known, cells = np.split(hashes, [len(self.words) + 1])
        order = np.argsort(known)
        place = np.searchsorted(known, cells, sorter=order)
        place = order[np.minimum(place, len(self.words))]
        if (known[place] != cells).any():
            raise _StrangeWord
        return np.append(np.arange(len(self.words), dtype=np.int8), np.int8(-1))[place]


def _side_by_side(asked: Sequence[_Column]) -> list[dict[int, _Column]]:
    """The columns, by place, of each array: a narrow one in the first with room."""
    arrays: list[dict[int, _Column]] = []
    for i, column in enumerate(asked):
        for columns in arrays:
            if sum(other.bits for other in columns.values()) + column.bits <= WIDTH:
                columns[i] = column
                break
        else:
            arrays.append({i: column})
    return arrays


def _array(columns: Mapping[int, _Column]) -> str:
    """The SQL of an array."""
    cells, at = [], 0
    for i, column in columns.items():
        cell = column.sql(f"c{i}")
        if column.bits == WIDTH:
            return f"{HASHES if column.words else ''}array_agg({cell})"
        cells.append(f"(({cell})::int8 & {2**column.bits - 1}) << {at}")
        at += column.bits
    return f"array_agg(({') | ('.join(cells)}))"


def _apart(cells: Any, columns: Mapping[int, _Column]) -> dict[int, Any]:
    """Each column's own part of an array, by its place."""
    found, above = {}, WIDTH
    for i, column in columns.items():
        if column.bits == WIDTH:
            return {i: cells}
        above -= column.bits
        own = cells << above >> (WIDTH - column.bits)  # with its sign
        found[i] = own.astype(f"i{max(column.bits // 8, 1)}")
    return found


class _Cells(Loader):
    """An array whose cells lie one as far from the next as the other."""

    format = Format.BINARY
    cell = ">i8"

    def load(self, data) -> np.ndarray:
        laid = np.dtype([("length", ">i4"), ("cell", self.cell)])
        cells = np.frombuffer(data, laid, offset=HEADING)["cell"]
        return cells.astype(cells.dtype.newbyteorder("="))


class _Floats(_Cells):
    cell = ">f8"


LOADERS = {"int8": _Cells, "float8": _Floats}


def columns_of(rows: QuerySet, names: Sequence[str], fields: Sequence[Field]) -> list:
    """Of each name, the column in its form (see `cells`)."""
    asked = [_Column.of(field) for field in fields]
    try:
        return _columns(rows, names, asked)
    except _StrangeWord:
        return _columns(rows, names, [_Column(column.kind) for column in asked])


def _columns(rows: QuerySet, names: Sequence[str], asked: list[_Column]) -> list:
    parts = _in_turns(_ranges(rows), partial(_sent, names=names, asked=asked))
    sent = [part for part in parts if part]
    return [
        column.joined([part[i] for part in sent]) if sent else column.kind.of_values([])
        for i, column in enumerate(asked)
    ]


def _sent(rows: QuerySet, names: Sequence[str], asked: list[_Column]) -> dict[int, Any]:
    """What the server makes of the rows: each column by its place; none of no rows."""
    arrays = _side_by_side(asked)
    try:
        query, given = rows.values_list(*names).query.sql_with_params()
    except EmptyResultSet:
        return {}
    words = [[*column.words, NONE] for column in asked if column.words]
    wanted = ", ".join(map(_array, arrays))
    cells = ", ".join(f"c{i}" for i in range(len(names)))
    sql = f"SELECT {wanted} FROM ({query}) AS r ({cells})"
    with connection.cursor() as cursor:
        whole = cursor.mogrify(sql, (*words, *given))
        cursor.cursor = Cursor(connection.connection)  # Django's has no binary form
        cursor.cursor.format = Format.BINARY
        for name, loader in LOADERS.items():
            cursor.cursor.adapters.register_loader(types[name].array_oid, loader)
        cursor.execute(whole)
        found = cursor.fetchone()
    if any(each is None for each in found):
        return {}
    parts: dict[int, Any] = {}
    for columns, array in zip(arrays, found, strict=True):
        parts |= _apart(array, columns)
    return parts


def _ranges(rows: QuerySet) -> list[QuerySet]:
    """The same rows in parts, where they are many and their order is not asked."""
    query = rows.query
    is_whole = rows.ordered or query.distinct or query.is_sliced or query.combinator
    if is_whole or query.group_by is not None:
        return [rows]
    n = _expected(rows)
    if n <= RANGE:
        return [rows]
    of_all = rows.model._base_manager
    low, high = of_all.aggregate(a=Min("pk"), z=Max("pk")).values()
    if low is None:  # all are gone, and the server has not noticed yet
        return [rows]
    edges = np.linspace(low, high + 1, -(-n // RANGE) + 1).astype(np.int64).tolist()
    return [rows.filter(pk__gte=a, pk__lt=z) for a, z in pairwise(edges)]


def _expected(rows: QuerySet) -> int:
    """How many rows the server expects: to count them takes as long as to read some."""
    said = rows.explain(format="json")  # "" of a query that can find nothing
    return json.loads(said)[0]["Plan"]["Plan Rows"] if said else 0


def _in_turns(ranges: list[QuerySet], read: Callable[[QuerySet], Any]) -> list[Any]:
    """Each read, every other one on a connection of its own that sees the same moment,
    where the reader is at one."""
    name = moment.name() if len(ranges) > 1 else None
    if name is None:
        return [read(rows) for rows in ranges]

    def elsewhere() -> list[Any]:
        try:
            with moment.of(name):
                return [read(rows) for rows in ranges[1::2]]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(elsewhere)
        return [*map(read, ranges[::2]), *others.result()]
