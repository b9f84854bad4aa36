"""What counts as missing: one quick look at all cells says what each cell says."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.engine.canonical import _coded, label
from outcomes.engine.columns import MISSING_WORDS, labels, missing

HOLES = [None, float("nan"), pd.NA]
WORDS = ["", " ", "NA", "NaN", " NA\t", "\x1fNaN\u2003", "nan", "N A", "\0", "\0NA"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "a", "7"]) | st.text(max_size=3), max_size=6))
def test_a_cell_of_text_is_missing_by_what_it_says_alone(cells):
    literal = [cell.strip() in MISSING_WORDS for cell in cells]
    assert missing(pd.Series(cells, dtype=object)).tolist() == literal


@pytest.mark.parametrize("hole", HOLES)
def test_holes_and_numbers_among_text_are_told_apart(hole):
    found = missing(pd.Series(["a", hole, 3, "NA", True], dtype=object))
    assert found.tolist() == [False, True, False, True, False]


CELLS = st.lists(
    st.sampled_from([*WORDS, *HOLES, "a", "7", "10"]) | st.text(max_size=3), max_size=6
)
OF_KINDS = st.lists(st.sampled_from(["a", "1", "NA", 1, True, 2.5, None]), max_size=6)


@settings(max_examples=300, deadline=None)
@given(CELLS | OF_KINDS)
def test_a_column_of_text_is_read_cell_by_cell(cells):
    column = pd.Series(cells, dtype=object)
    texts = ["" if pd.isna(cell) else label(cell) for cell in cells]
    gone = [
        pd.isna(c) or (isinstance(c, str) and c.strip() in MISSING_WORDS) for c in cells
    ]
    read = [None if lost else text for text, lost in zip(texts, gone, strict=True)]
    assert labels(column).tolist() == read
    words = sorted(set(texts))
    places, found = _coded(column)
    assert (places.tolist(), found) == ([words.index(text) for text in texts], words)


@settings(max_examples=300, deadline=None)
@given(CELLS)
def test_words_that_stand_beside_their_column_are_read_as_those_within(cells):
    column = pd.Series(cells, dtype=object)
    beside = column.astype("category").cat.add_categories(["nobody's"])
    assert labels(beside).tolist() == labels(column).tolist()
    assert missing(beside).tolist() == missing(column).tolist()
    (places, found), (others, known) = _coded(beside), _coded(column)
    assert (places.tolist(), found) == (others.tolist(), known)
