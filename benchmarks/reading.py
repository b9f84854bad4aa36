"""From n snapshots in PostgreSQL: all of them as a table, or a tenth to stored pairs.

Seconds are those of the clock here, since the database server works too.
"""

from collections.abc import Callable
from datetime import date
from time import perf_counter

import numpy as np
import pandas as pd

from benchmarks.contest import Lap, best_of, peak_above
from benchmarks.product import database

YEAR = {
    "outcomes": ["ela"],
    "covariates": ["low_income", "swd", "el_status", "gender", "attendance_rate"],
    "exact": ["grade"],
    "distance": "logit",
    "caliper": {"distance": {"width": 0.2, "unit": "sd"}},
    "cluster": "school",
}


def fetched(n: int) -> Lap:
    """As the product reads them."""
    return _lap(n, _fetch)


def listed(n: int) -> Lap:
    """As Django gives them, all at once."""
    return _lap(n, _list)


def _fetch(rows, names: list[str]) -> pd.DataFrame:
    from outcomes.moment import one_moment
    from outcomes.rows import fetch

    with one_moment():
        return fetch(rows, **{name: name for name in names})


def _list(rows, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame.from_records(list(rows.values_list(*names)), columns=names)


def _lap(n: int, read: Callable[..., pd.DataFrame]) -> Lap:
    with database("postgresql"):
        from benchmarks import years
        from enrollment.models import StudentYear

        years.fill(n)
        rows = StudentYear.objects.all()
        names = [field.name for field in rows.model._meta.concrete_fields]
        peak = peak_above(lambda: read(rows, names))  # while there is nothing yet
        wrong = differs(read(rows, names), rows)
        return Lap(best_of(lambda: read(rows, names))[0], peak, wrong)


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

        from benchmarks import years
        from enrollment.models import StudentYear

        years.fill(n)
        query = f"COPY (SELECT * FROM {StudentYear._meta.db_table}) TO '/dev/null'"
        with connection.cursor() as cursor:
            return Lap(best_of(lambda: cursor.execute(query))[0])


def rows_alone(n: int) -> Lap:
    """The latest year of a district as a frame, and no more."""
    return _year(n, _rows)


def pairs_stored(n: int) -> Lap:
    """The same, matched, and the pairs stored as the product stores them."""
    return _year(n, _pairs)


def _year(n: int, work: Callable[..., str]) -> Lap:
    with database("postgresql"):
        import outcomes.engine.baseline  # both before the clock starts
        import outcomes.services.execution  # noqa: F401
        from benchmarks import registry, years
        from outcomes.services import leases
        from tests.factories import MeasureFactory

        years.fill(n)
        MeasureFactory(code="ela", domain="ela")
        run = registry.queued_run(YEAR, years.twentieths())
        lease = leases.take(run.pk)
        start = perf_counter()
        wrong = work(run.evaluation, lease, n // years.YEARS)
        return Lap(perf_counter() - start, wrong=wrong)


def _rows(evaluation, lease, students: int) -> str:
    from outcomes.frames import frame_of
    from outcomes.services.evaluations import plan_of

    table = frame_of(evaluation, plan_of(evaluation), with_outcomes=False).table
    return "" if len(table) == students else f"{len(table)} rows"


def _pairs(evaluation, lease, students: int) -> str:
    from outcomes.engine.baseline import establish
    from outcomes.engine.evaluate import _pairs
    from outcomes.frames import frame_of
    from outcomes.models.findings import MatchedStudent
    from outcomes.services import execution, leases
    from outcomes.services.evaluations import plan_of

    plan = plan_of(evaluation)
    frame = frame_of(evaluation, plan, with_outcomes=False)
    base = establish(frame.table, plan.design, lambda *_: None, with_outcomes=False)
    facts = dict.fromkeys(("input_hash", "baseline_hash"), base.input_hash)
    matched = execution._matched(_pairs(base))
    leases.finish(lease, report="{}", matched=matched, engine="benchmark", **facts)
    stored = MatchedStudent.objects.count()
    return "" if stored >= 2 * 0.9 * students / 20 else f"{stored} are stored"
