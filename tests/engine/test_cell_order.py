"""Rows by cell and score, part by part, against numpy's sort by all keys at once."""

from unittest.mock import patch

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from outcomes.engine import cell_order
from outcomes.engine.cell_order import by_cell_and_score, in_order

NEXT = float(np.nextafter(1, 2))  # too near to 1 for its first digits beside a million
SCORES = st.integers(-3, 3) | st.sampled_from([1, NEXT, 1e6, -1e300, 5e-324])


@st.composite
def crowds(draw):
    """Scores with ties and others all but tied, cells, and who stands behind."""
    n = draw(st.integers(1, 60))
    of = {"min_size": n, "max_size": n}
    score = np.array(draw(st.lists(SCORES, **of)), dtype=float)
    cell = draw(st.lists(st.integers(0, 9) | st.just(40), **of))
    last = draw(st.lists(st.booleans(), **of))
    return score, np.array(cell), np.array(last)


ALL_BUT_TIED = np.array([NEXT, 1.0, 1e6, 1.0]), np.zeros(4, int), np.zeros(4, bool)


@given(crowds(), st.sampled_from([1, 7, 1 << 16]))
@example(ALL_BUT_TIED, 4)
def test_the_order_is_by_cell_score_arm_and_row(crowd, part):
    score, cell, last = crowd
    slowly = np.lexsort((np.arange(len(score)), last, score, cell))
    with patch.object(cell_order, "PART", part):
        assert in_order(score, cell, last).tolist() == slowly.tolist()


@given(crowds(), st.sampled_from([1, 7, 1 << 16]))
@example(ALL_BUT_TIED, 4)
def test_some_rows_stand_as_they_came_where_scores_are_equal(crowd, part):
    score, cell, is_there = crowd
    rows = np.flatnonzero(is_there)[::-1]
    slowly = rows[np.lexsort((score[rows], cell[rows]))]
    with patch.object(cell_order, "PART", part):
        found, scores = by_cell_and_score(rows, score, cell)
    assert found.tolist() == slowly.tolist()
    assert scores.tolist() == score[slowly].tolist()


def test_the_first_digits_alone_are_not_enough():
    score, cell, last = ALL_BUT_TIED
    packed = cell_order._packed_order(score, cell, last).tolist()
    assert packed == [0, 1, 3, 2]
    assert cell_order._order(score, cell, last).tolist() == [1, 3, 0, 2]
