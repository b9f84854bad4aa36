"""Who stands in which set, kept column by column in one statement: to make a model of
each takes longer than to match them all."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from outcomes.models.findings import MatchedStudent

Columns = Mapping[str, Sequence[Any]]


def keep(run_id: int, matched: Columns) -> None:
    """matched : by field, one value a row; a field that is not there stays empty."""
    if not matched:
        return
    meta = MatchedStudent._meta
    fields = [meta.get_field(name) for name in matched]
    names = ", ".join(field.column for field in (meta.get_field("run"), *fields))
    insert = f"INSERT INTO {meta.db_table} ({names})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
            sql = f"{insert} SELECT %s, * FROM unnest({arrays})"
            cursor.execute(sql, [run_id, *map(_array, matched.values())])
        else:
            sql = f"{insert} VALUES ({', '.join(['%s'] * (1 + len(fields)))})"
            rows = zip(*matched.values(), strict=True)
            cursor.executemany(sql, ((run_id, *row) for row in rows))


def _array(values: Sequence[Any]) -> str:
    """Of numbers, truth values and days, as PostgreSQL writes it: JSON but for its
    brackets, and faster by far than value by value."""
    return f"{{{json.dumps(values)[1:-1]}}}"
