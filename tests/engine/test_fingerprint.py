"""The hash of a table and the order of its rows, against their definitions in words."""

import struct
import threading
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.errors import InputError
from outcomes.engine import fingerprint
from outcomes.engine.arrays import BLOCK
from outcomes.engine.canonical import keys_in
from outcomes.engine.fingerprint import LAST, MIXING, _in_order, hashing, input_hash

ALL = 2**64 - 1
NUMBERS = [0.0, -0.0, 1.0, 127.0, 128.0, -129.0, 32768.0, 0.5, 1e15, float("nan")]
KEYS = ["7", "10", "9", "100"]
WORDS = [*KEYS, "b", "", None]


def coded(cells):
    """Numbers, or the places of words among those that are there."""
    if all(isinstance(cell, float) for cell in cells):
        return [0.0 if cell == 0 else cell for cell in cells], []
    texts = [cell or "" for cell in cells]
    words = sorted(set(texts))
    return [float(words.index(text)) for text in texts], words


def mixed(codes):
    """A row's fingerprint, number by number."""
    out = 0
    for code in codes:
        (pattern,) = struct.unpack("<Q", struct.pack("<d", code))
        out ^= pattern
        for shift, factor in MIXING:
            out = ((out ^ (out >> int(shift))) * int(factor)) & ALL
        out ^= out >> int(LAST)
    return out


def literally(table):
    read = {name: coded(cells) for name, cells in sorted(table.items())}
    rows = [*zip(*(codes for codes, _ in read.values()), strict=True)]
    order = sorted(range(len(rows)), key=lambda i: mixed(rows[i]))
    hashed = sha256()
    for name, (codes, words) in read.items():
        hashed.update("\x1f".join([name, str(len(words)), *words, ""]).encode())
        hashed.update(struct.pack(f"<{len(rows)}d", *(codes[i] for i in order)))
    return hashed.hexdigest()


def frame_of(table):
    kinds = [
        float if isinstance(cells[0], float) else object for cells in table.values()
    ]
    return pd.DataFrame(
        {
            name: pd.Series(cells, dtype=kind)
            for (name, cells), kind in zip(table.items(), kinds, strict=True)
        }
    )


def columns(n):
    drawn = (st.lists(st.sampled_from(of), min_size=n, max_size=n) for of in CELLS)
    return st.dictionaries(st.sampled_from("abcd"), st.one_of(*drawn), min_size=1)


CELLS = (NUMBERS, NUMBERS[:4], KEYS, WORDS[:-1])


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 6).flatmap(columns))
def test_the_hash_is_that_of_its_definition(table):
    assert input_hash(frame_of(table)) == literally(table)


@pytest.mark.parametrize("odd", [0.0, 0.5, float("nan")])
def test_a_number_far_down_the_table_counts(odd):
    flags = [float(i % 2) for i in range(BLOCK + 2)]
    table = {"flag": [*flags, odd], "key": [str(i) for i in range(BLOCK + 3)]}
    frame = frame_of(table)
    assert input_hash(frame) == literally(table)
    assert input_hash(frame, keys_in(frame["key"])) == literally(table)


@pytest.mark.parametrize(
    ("where", "rows", "processors"),
    [("at once", 4, 2), ("at once", 3, 1), ("beside", 3, 2)],
)
def test_a_large_table_is_hashed_beside_other_work_and_just_so(
    monkeypatch, where, rows, processors
):
    threads = []

    def noted(frame, keys=None):
        threads.append(threading.current_thread())
        return input_hash(frame, keys)

    monkeypatch.setattr(fingerprint, "input_hash", noted)
    monkeypatch.setattr(fingerprint, "BESIDE", rows)
    monkeypatch.setattr(fingerprint, "processors", lambda: processors)
    frame = frame_of({"a": [1.0, 2.0, 0.5], "key": ["7", "10", "9"]})
    for keys in (None, keys_in(frame["key"])):
        with hashing(frame, keys) as found:
            assert found() == input_hash(frame)
    own = threading.main_thread()
    assert [thread is own for thread in threads] == [where == "at once"] * 2


def test_what_is_known_is_not_hashed_again(monkeypatch):
    monkeypatch.delattr(fingerprint, "input_hash")
    with hashing(frame_of({"a": [1.0]}), None, "known") as found:
        assert found() == "known"


def test_a_refusal_waits_for_the_hash_and_is_told(monkeypatch):
    monkeypatch.setattr(fingerprint, "BESIDE", 1)
    monkeypatch.setattr(fingerprint, "processors", lambda: 2)
    before = threading.active_count()
    with (
        pytest.raises(InputError, match="refused"),
        hashing(frame_of({"a": [1.0]}), None),
    ):
        raise InputError("refused", "refused")
    assert threading.active_count() == before


@given(st.lists(st.integers(0, 7) | st.integers(ALL - 7, ALL) | st.integers(0, ALL)))
def test_rows_whose_fingerprints_begin_alike_are_in_order_too(numbers):
    found = np.array(numbers, dtype=np.uint64)
    order = _in_order(found)
    assert sorted(order.tolist()) == [*range(len(numbers))]
    assert found[order].tolist() == sorted(numbers)


@pytest.mark.parametrize("cells", [[1, 2], ["1", None], ["1", "b"], [1.5, 2.0]])
def test_only_keys_that_are_all_there_are_read_as_numbers(cells):
    assert keys_in(pd.Series(cells)) is None
    assert keys_in(pd.Series(cells, dtype="category")) is None


def test_whole_numbers_that_floats_take_for_one_another_are_told_apart():
    hashes = {input_hash(pd.DataFrame({"key": [2**53 + i]})) for i in range(-2, 3)}
    assert len(hashes) == 5
