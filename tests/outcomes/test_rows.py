"""Columns of a query are the same on either database, cell by cell and in form."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from enrollment.models import School, Student, StudentYear, User
from outcomes import moment
from outcomes.cells import DAY, LONG, NEVER, TRUTH, WHOLE, WORDS
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


# --- PostgreSQL.


@given(
    st.lists(st.sampled_from([WHOLE, DAY, TRUTH, LONG, WORDS]), min_size=1, max_size=9),
    st.integers(0, 10_000),
)
def test_numbers_that_share_a_cell_come_apart_with_their_signs(kinds, seed):
    from outcomes.arrays import WIDTH, _apart, _Column, _side_by_side

    arrays = _side_by_side([_Column(kind) for kind in kinds])
    assert sorted(i for columns in arrays for i in columns) == [*range(len(kinds))]
    random = np.random.default_rng(seed)
    for columns in arrays:
        cell, at, numbers = 0, 0, {}
        for i, column in columns.items():
            most = 2 ** (column.bits - 1)
            numbers[i] = int(random.choice([-most, -1, 0, 1, most - 1]))
            cell += (numbers[i] % 2**column.bits) << at
            at += column.bits
        assert at <= WIDTH
        found = _apart(np.array([cell], dtype=np.uint64).view(np.int64), columns)
        assert {i: int(part[0]) for i, part in found.items()} == numbers


@on_postgresql
def test_numbers_at_the_ends_of_their_range_are_read(db):
    days = [date(1899, 12, 31), date(1, 1, 1), date(9999, 12, 30), None]
    for day, poor, attended in zip(
        days, [None, True, False, None], [0, 2**15 - 1, None, 1], strict=True
    ):
        StudentYearFactory(
            student__birth_date=day,
            low_income=poor,
            days_attended=attended,
            days_member=2**15 - 1,
        )
    StudentYear.objects.update(version=2**31 - 1)
    wanted = {**COLUMNS, "version": "version", "swd": "swd", "year": "school_year"}
    table = fetch(StudentYear.objects.order_by("pk"), **wanted)
    assert [tuple(map(plain, row)) for row in table[[*COLUMNS]].to_numpy()] == literal(
        StudentYear.objects.order_by("pk")
    )
    assert (table["version"] == 2**31 - 1).all()
    years = StudentYear.objects.order_by("pk").values_list("swd", "school_year")
    assert [*table[["swd", "year"]].itertuples(index=False, name=None)] == [*years]


# --- Many rows of it.


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
