import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from outcomes.engine.covariates import build
from outcomes.engine.matrix import Matrix
from outcomes.engine.notices import Notices

SHAPES = st.tuples(st.integers(0, 6), st.integers(0, 4))
TABLES = arrays(float, SHAPES, elements=st.floats(-9, 9))


def held(table):
    return Matrix(len(table), tuple(table.T))


@given(TABLES, st.data())
def test_it_reads_as_the_array_does(table, data):
    matrix, n = held(table), len(table)
    flags = data.draw(arrays(bool, n))
    assert matrix.shape == table.shape
    for rows in (slice(None), slice(1, 3), flags, np.flatnonzero(flags)[::-1]):
        assert np.array_equal(matrix.dense(rows), table[rows])
        assert np.array_equal(matrix[rows].dense(), table[rows])
        assert len(matrix[rows]) == len(table[rows])
        for j, column in enumerate(matrix):
            assert np.array_equal(matrix[rows, j], table[rows, j])
            assert np.array_equal(column, table[:, j])


@given(TABLES)
def test_only_some_columns_are_kept(table):
    keep = np.arange(table.shape[1]) % 2 == 0
    assert np.array_equal(held(table).only(keep).dense(), table[:, keep])


@pytest.mark.parametrize(("values", "width"), [([0, 1, 1], 1), ([0.0, 2.5, 1.0], 8)])
def test_a_flag_takes_a_byte_a_student_and_reads_as_a_number(values, width):
    found = build(pd.DataFrame({"x": values}), ["x"], Notices())
    assert found.x.columns[0].itemsize == width
    assert found.x[:, 0].dtype == np.float64
    assert found.x[:, 0].tolist() == values


def test_numbers_that_are_all_there_are_not_copied():
    table = pd.DataFrame({"x": [0.5, 2.5]})
    found = build(table, ["x"], Notices())
    assert np.shares_memory(found.x.columns[0], table["x"].to_numpy())
