"""Columns of a query are the same on either database, cell by cell and in form."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from django.db import connection

from enrollment.models import School, Student, StudentYear, User
from outcomes import moment
from outcomes.cells import NEVER
from outcomes.moment import one_moment
from outcomes.rows import fetch
from tests.factories import SchoolFactory, StudentYearFactory, UserFactory
from tests.outcomes.test_moment import elsewhere

COLUMNS = {
    "key": "pk",
    "student": "student",
    "school": "school__code",
    "born": "student__birth_date",
    "as_of": "as_of",
    "grade": "grade",
    "race": "race_ethnicity",
    "poor": "low_income",
    "days": "days_attended",
    "member": "days_member",
}
FORMS = {
    **dict.fromkeys(["key", "student", "born", "as_of", "member"], "int64"),
    **dict.fromkeys(["school", "grade", "race"], "category"),
    "poor": "boolean",
    "days": "float64",
}
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite sends no arrays"
)


def snapshots(n: int) -> None:
    words = ["black", None, "white"]
    codes = ("Ünï\x1f,{}", '"NULL"\\', "0035")
    schools = [
        School.objects.filter(code=c).first() or SchoolFactory(code=c) for c in codes
    ]
    for i in range(n):
        StudentYearFactory(
            school=schools[i % 3],
            student__birth_date=None if i % 4 == 1 else date(2014, 2, 1 + i),
            race_ethnicity=words[i % 3],
            low_income=[True, False, None][i % 3],
            days_attended=None if i % 2 else i,
            days_member=i,
        )


def plain(cell):
    """As Python has it."""
    return None if pd.isna(cell) else cell


def literal(rows) -> list[tuple]:
    """What Django says of them, row by row, with days as ordinals."""
    found = list(rows.values_list(*COLUMNS.values()))
    days = [list(COLUMNS).index(name) for name in ("born", "as_of")]
    return [
        tuple(
            (NEVER if cell is None else cell.toordinal()) if i in days else cell
            for i, cell in enumerate(row)
        )
        for row in found
    ]


def read(rows) -> list[tuple]:
    table = fetch(rows, **COLUMNS)
    assert {name: str(table[name].dtype) for name in table} == FORMS
    return [tuple(map(plain, row)) for row in table.astype(object).to_numpy().tolist()]


@pytest.mark.parametrize("order", [("pk",), ("-grade", "race_ethnicity", "-pk")])
def test_each_cell_is_what_django_says(db, order):
    snapshots(7)
    rows = StudentYear.objects.order_by(*order)
    assert read(rows) == literal(rows)


def test_distinct_and_sliced_rows_stay_so(db):
    snapshots(7)
    rows = StudentYear.objects.order_by("pk")[2:5]
    assert read(rows) == literal(rows)
    grades = fetch(StudentYear.objects.order_by("grade").distinct(), race="grade")
    assert len(grades) == StudentYear.objects.values("grade").distinct().count()


@pytest.mark.parametrize(
    "rows", [StudentYear.objects.all(), StudentYear.objects.filter(pk__in=[])]
)
def test_of_no_rows_every_column_has_its_form(db, rows):
    table = fetch(rows, **COLUMNS)
    assert len(table) == 0
    assert {name: str(table[name].dtype) for name in table} == FORMS | {"days": "int64"}


def test_only_words_that_are_there_stand_beside_a_column_sorted(db):
    snapshots(4)
    table = fetch(StudentYear.objects.all(), race="race_ethnicity", code="school__code")
    assert table["race"].cat.categories.tolist() == ["black", "white"]
    known = School.objects.values_list("code", flat=True)
    assert table["code"].cat.categories.tolist() == sorted(known)


def test_a_word_that_is_no_choice_of_its_field_is_read_too(db, monkeypatch):
    snapshots(5)
    field = StudentYear._meta.get_field("race_ethnicity")
    monkeypatch.setattr(field, "choices", [("asian", "Asian"), ("black", "Black")])
    rows = StudentYear.objects.order_by("pk")
    assert read(rows) == literal(rows)


def test_what_has_no_form_of_ours_stays_as_it_is(db):
    user = UserFactory()
    table = fetch(User.objects.filter(pk=user.pk), joined="date_joined")
    assert table["joined"].tolist() == [user.date_joined]


# --- Many rows of PostgreSQL.


@pytest.fixture
def in_ranges(transactional_db, monkeypatch):
    """Eleven rows in ranges of three; who read a range of them elsewhere."""
    from outcomes import arrays

    monkeypatch.setattr(arrays, "RANGE", 3)
    snapshots(11)
    joined = []
    of = moment.of

    def watched(name):
        joined.append(name)
        return of(name)

    monkeypatch.setattr(moment, "of", watched)
    return joined


def by_key(rows: list[tuple]) -> list[tuple]:
    return sorted(rows, key=lambda row: row[0])


@on_postgresql
def test_ranges_are_read_from_two_connections_at_one_moment(in_ranges):
    expected = by_key(literal(StudentYear.objects.all()))
    with one_moment():
        assert Student.objects.exists()
        elsewhere(lambda: snapshots(2))
        assert by_key(read(StudentYear.objects.all())) == expected
    assert len(in_ranges) == 1
    assert StudentYear.objects.count() == 13


@on_postgresql
def test_a_connection_that_writes_reads_alone(in_ranges):
    assert by_key(read(StudentYear.objects.all())) == by_key(
        literal(StudentYear.objects.all())
    )
    assert not in_ranges


@on_postgresql
def test_rows_in_an_order_are_not_read_in_ranges(in_ranges):
    with one_moment():
        keys = fetch(StudentYear.objects.order_by("-pk"), key="pk")["key"]
    assert not in_ranges
    assert (np.diff(keys) < 0).all()


@on_postgresql
def test_rows_that_the_server_still_expects_may_be_gone(in_ranges, monkeypatch):
    from outcomes import arrays

    StudentYear.objects.all().delete()
    monkeypatch.setattr(arrays, "RANGE", -1)  # whatever is expected is more
    assert fetch(StudentYear.objects.all(), key="pk").empty
