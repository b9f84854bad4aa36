"""What counts as missing: one quick look at all cells says what each cell says."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.engine.columns import MISSING_WORDS, missing

WORDS = ["", " ", "NA", "NaN", " NA\t", "\x1fNaN\u2003", "nan", "N A", "\0", "\0NA"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "a", "7"]) | st.text(max_size=3), max_size=6))
def test_a_cell_of_text_is_missing_by_what_it_says_alone(cells):
    literal = [cell.strip() in MISSING_WORDS for cell in cells]
    assert missing(pd.Series(cells, dtype=object)).tolist() == literal


@pytest.mark.parametrize("hole", [None, float("nan"), pd.NA])
def test_holes_and_numbers_among_text_are_told_apart(hole):
    found = missing(pd.Series(["a", hole, 3, "NA", True], dtype=object))
    assert found.tolist() == [False, True, False, True, False]
