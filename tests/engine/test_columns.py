"""One quick look at all cells, or at all keys, says what each of them says."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.engine.canonical import label, natural_rank, word_rank
from outcomes.engine.columns import MISSING_WORDS, coded, keys, labels, missing
from outcomes.engine.fingerprint import _coded

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


def in_order(words):
    """The place of each among the different ones, -1 for none."""
    known = sorted({word for word in words if word is not None})
    return [-1 if word is None else known.index(word) for word in words]


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
    assert coded(column).tolist() == in_order(read)


@settings(max_examples=300, deadline=None)
@given(CELLS)
def test_words_that_stand_beside_their_column_are_read_as_those_within(cells):
    column = pd.Series(cells, dtype=object)
    beside = column.astype("category").cat.add_categories(["nobody's"])
    assert labels(beside).tolist() == labels(column).tolist()
    assert missing(beside).tolist() == missing(column).tolist()
    (places, found), (others, known) = _coded(beside), _coded(column)
    assert (places.tolist(), found) == (others.tolist(), known)
    assert coded(beside).tolist() == coded(column).tolist()


NUMBERS = st.text("0123456789", min_size=1, max_size=4) | st.text("019", max_size=20)
KEYS = st.tuples(st.sampled_from(["", "S", "S1-", "é", "\0"]), st.lists(NUMBERS)).map(
    lambda said: [said[0] + number for number in said[1]]
)


def parts(key):
    """S10 as a person reads it: a word and a number."""
    split = re.split(r"(\d+)", key)
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in split], key


@settings(max_examples=300, deadline=None)
@given(KEYS | st.lists(st.sampled_from(["7", "07", "S7", "1\0S2", "S", ""])))
def test_keys_are_put_in_order_as_they_are_one_by_one(keys):
    known = sorted(set(keys), key=parts)
    found = natural_rank(np.array(keys, dtype=object))
    assert found.tolist() == [known.index(key) for key in keys]
    words = sorted(set(keys))
    places, listed = _coded(pd.Series(keys, dtype=object))
    assert (places.tolist(), listed) == (in_order(keys), words)
    assert word_rank(np.array(keys, dtype=object)).tolist() == in_order(keys)


@given(st.lists(st.sampled_from([2.0, 10.0, 1.5, float("nan")]), max_size=6))
def test_numbers_are_coded_by_their_labels(cells):
    column = pd.Series(cells, dtype=float)
    assert coded(column).tolist() == in_order(labels(column).tolist())


NEAR_ENDS = [0, 7, 10, 10**17 - 1, 10**17, 2**63 - 1, -1]
WHOLE = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 200)


@given(st.lists(st.sampled_from(NEAR_ENDS) | WHOLE, max_size=6))
def test_whole_numbers_are_keys_and_in_order_as_their_labels_are(cells):
    column = pd.Series(cells, dtype=np.int64)
    found, texts = keys(column), labels(column)
    assert [*map(str, found.tolist())] == texts.tolist() == [*map(str, cells)]
    assert natural_rank(found).tolist() == natural_rank(texts).tolist()
    assert word_rank(found).tolist() == word_rank(texts).tolist() == in_order(texts)
