"""The benchmark of reading sees what was read wrongly, and its bounds bite."""

import pytest

from benchmarks import reading, years
from benchmarks.contest import Lap
from benchmarks.goals import GOALS
from benchmarks.rounds import Result, Round
from enrollment.models import StudentYear


@pytest.fixture
def rows(db):
    years.fill(40)
    return StudentYear.objects.all()


@pytest.fixture(params=[reading._fetch, reading._list])
def table(request, rows):
    names = [field.name for field in rows.model._meta.concrete_fields]
    return request.param(rows, names)


def test_the_table_is_what_the_database_holds(table, rows):
    assert reading.differs(table, rows) == ""


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("days_attended", 99, "days is"),
        ("student", 0, "students is"),
        ("gender", None, "unknown is 0, read 40"),
        ("low_income", None, "poor is"),
        ("as_of", None, "latest is 2025-10-01"),
    ],
)
def test_a_column_that_was_lost_is_seen(table, rows, column, value, told):
    assert told in reading.differs(table.assign(**{column: value}), rows)


def test_a_row_that_was_lost_is_seen(table, rows):
    assert "rows is 40, read 39" in reading.differs(table.iloc[1:], rows)


@pytest.mark.parametrize(
    ("code", "other", "better", "worse"),
    [
        ("D1", "COPY to nowhere", 1.7, 1.9),
        ("D1", "values_list", 0.4, 0.6),
        ("D1-memory", "values_list", 0.3, 0.4),
        ("D2", "rows alone", 1.4, 1.6),
    ],
)
def test_more_than_the_bound_fails(code, other, better, worse):
    goal = next(g for g in GOALS if g.code == code)

    def verdict(ratio):
        laps = {goal.ours.name: Lap(ratio, ratio), other: Lap(1.0, 1.0)}
        rounds = tuple(Round(laps, is_steady=True) for _ in range(3))
        return Result(goal, 1, rounds, {}).verdict(other)

    assert (verdict(better), verdict(worse)) == ("pass", "FAIL")
