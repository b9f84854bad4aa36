"""Rows of a query as narrow columns: never model instances."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
import pandas as pd
from django.db import connection
from django.db.models import F, Field, ForeignKey, Func, QuerySet

from outcomes.cells import DAY, TRUTH, Kind, kind_of
from outcomes.designs.errors import InputError
from outcomes.models import Measure, Score

CHUNK = 2_000  # rows whose cells are still in the cache when they go to their columns
# To SQLite a day is a word and a truth value a number. Django makes an object of each,
# of which we should have to make a number again.
AS_NUMBERS = {
    DAY: "CAST(julianday(%(expressions)s) - 1721424.5 AS INTEGER)",
    TRUTH: "%(expressions)s",
}


def fetch(rows: QuerySet, **columns: str) -> pd.DataFrame:
    """Some columns of a query, each under its own name and in its form: see `cells`."""
    names = list(columns.values())
    query = rows.values_list(*names).query
    fields = [_field(cell.output_field) for cell in query.select]
    if connection.vendor == "postgresql":
        from outcomes.arrays import columns_of  # and psycopg, only where it is needed
    else:
        columns_of = _columns_of
    found = columns_of(rows, names, fields)
    return pd.DataFrame(dict(zip(columns, found, strict=True)))


def _field(field: Field) -> Field:
    """What a foreign key holds is what it points to."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    return field


def _columns_of(rows: QuerySet, names: Sequence[str], fields: Sequence[Field]) -> list:
    kinds = [*map(kind_of, fields)]
    asked = map(_as_number, names, kinds)
    found = rows.values_list(*asked).iterator(CHUNK)
    cells: list[list] = [[] for _ in names]
    while some := [*islice(found, CHUNK)]:
        for column, part in zip(cells, zip(*some, strict=True), strict=True):
            column.extend(part)
    return [kind.of_values(of) for kind, of in zip(kinds, cells, strict=True)]


def _as_number(name: str, kind: Kind) -> str | Func:
    if kind not in AS_NUMBERS:
        return name
    return Func(F(name), template=AS_NUMBERS[kind], output_field=Field())


def last_by_student(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop_duplicates("student", keep="last").set_index("student")


def latest_scores(scores: QuerySet[Score], measure: Measure) -> pd.Series:
    """The latest of these scores of each student, by student."""
    rows = scores.order_by("observed_on", "school_year", "period")
    found = last_by_student(fetch(rows, student="student", value="value"))["value"]
    require_on_the_scale(found.to_numpy(dtype=float), measure)
    return found


def require_on_the_scale(values: np.ndarray, measure: Measure) -> None:
    """Import refuses such scores; one that came another way must not be averaged in."""
    low = -np.inf if measure.minimum is None else measure.minimum
    high = np.inf if measure.maximum is None else measure.maximum
    off = (values < low) | (values > high)
    if off.any():
        raise InputError(
            f'{int(off.sum())} scores of "{measure.code}" are not on its scale '
            f"({measure.minimum} to {measure.maximum}); correct them, another scale is "
            "another measure",
            "off_the_scale",
        )
