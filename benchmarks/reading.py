"""Rows of PostgreSQL as a table: every column of the snapshots of n students.

Seconds are those of the clock here, since the database server works too.
"""

from collections.abc import Callable
from datetime import date
from time import perf_counter

import numpy as np
import pandas as pd

from benchmarks.contest import Lap
from benchmarks.product import NOMINATED, database

REPEATS = 3


def fetched(n: int) -> Lap:
    """As the product reads them."""
    return _lap(n, _fetch)


def listed(n: int) -> Lap:
    """As Django gives them, all at once."""
    return _lap(n, _list)


def _fetch(rows, names: list[str]) -> pd.DataFrame:
    from outcomes.rows import fetch

    return fetch(rows, **{name: name for name in names})


def _list(rows, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame.from_records(list(rows.values_list(*names)), columns=names)


def _lap(n: int, read: Callable[..., pd.DataFrame]) -> Lap:
    with database("postgresql"):
        from benchmarks import registry

        rows = registry.snapshots(n).order_by("pk")
        names = [field.name for field in rows.model._meta.concrete_fields]
        wrong = differs(read(rows, names), rows)
        return Lap(_best(lambda: read(rows, names)), wrong=wrong)


def differs(table: pd.DataFrame, rows) -> str:
    """What the database says of its rows and the table does not, "" when nothing."""
    from django.db.models import Count, Max, Q, Sum

    said = rows.order_by().aggregate(
        rows=Count("pk"),
        students=Count("student", distinct=True),
        latest=Max("as_of"),
        poor=Count("pk", filter=Q(low_income=True)),
        days=Sum("days_attended"),
        unknown=Count("pk", filter=Q(gender=None)),
    )
    found = {
        "rows": len(table),
        "students": table["student"].nunique(),
        "latest": _day(table["as_of"].max()),
        "poor": table["low_income"].eq(True).sum(),
        "days": table["days_attended"].sum(),
        "unknown": table["gender"].isna().sum(),
    }
    return ", ".join(
        f"{name} is {value}, read {found[name]}"
        for name, value in said.items()
        if found[name] != value
    )


def _day(day) -> object:
    """We read days as ordinals."""
    return date.fromordinal(day) if isinstance(day, np.integer) else day


def copied(n: int) -> Lap:
    """The least a server does to send rows: it writes them and throws them away."""
    with database("postgresql"):
        from django.db import connection

        from benchmarks import registry

        table = registry.snapshots(n).model._meta.db_table
        query = f"COPY (SELECT * FROM {table} ORDER BY id) TO '/dev/null'"
        with connection.cursor() as cursor:
            return Lap(_best(lambda: cursor.execute(query)))


def rows_alone(n: int) -> Lap:
    """The cohort of a run and all that its plan asks of it, and no more."""
    with database("postgresql"):
        from benchmarks import registry
        from outcomes.frames import frame_of
        from outcomes.services.evaluations import plan_of

        program = registry.fill(n, whole_grades=False)
        evaluation = registry.queued_run(NOMINATED, program).evaluation
        start = perf_counter()
        plan = plan_of(evaluation)
        table = frame_of(evaluation, plan, with_outcomes=True).table
        seconds = perf_counter() - start
        return Lap(seconds, wrong="" if len(table) == n else f"{len(table)} rows")


def _best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of a few repeats."""
    fastest = float("inf")
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        fastest = min(fastest, perf_counter() - start)
    return fastest
