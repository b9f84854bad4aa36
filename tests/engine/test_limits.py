"""Cells of exact columns: one number a combination, however many there could be."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from outcomes.engine.columns import UNKNOWN
from outcomes.engine.limits import cells

FEW, FAR = st.integers(-1, 2), st.sampled_from([-1, 0, 7, 10**6, 2**30])


@given(
    st.lists(st.tuples(FEW, FEW), min_size=1, max_size=20)
    | st.lists(st.tuples(FAR, FEW, FAR, FAR), min_size=1, max_size=20)
)
def test_cells_are_numbered_in_the_order_of_their_codes(rows):
    known = sorted({*rows})
    slowly = [UNKNOWN if UNKNOWN in row else known.index(row) for row in rows]
    assert cells([*np.array(rows).T], len(rows)).tolist() == slowly


def test_without_exact_columns_all_are_in_one_cell():
    assert cells([], 3).tolist() == [0, 0, 0]
