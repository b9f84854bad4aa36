"""One hash for a table, whatever order its rows and columns came in."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype, is_bool_dtype

from outcomes.engine.arrays import BLOCK, Floats, Ints, blocks
from outcomes.engine.canonical import Keys, keys_in, label, ranks
from outcomes.engine.tasks import processors

PART = 4 * BLOCK  # rows whose bits are worked on at once
BESIDE = 40_000  # rows from which a thread of its own pays
FEW = 64  # numbers among whom one that is not whole nearly always is
EXACT_TO = 2**53 - 1  # beyond it a float may stand for its neighbour too
MIXING = (  # the finalizer of splitmix64: shift, factor; and its last shift
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
LAST = np.uint64(31)


@contextmanager
def hashing(
    frame: pd.DataFrame, keys: Keys | None, known: str = ""
) -> Iterator[Callable[[], str]]:
    """`input_hash`, to be asked for when it is needed. That of a large table is made
    beside what is done meanwhile, on a processor of its own where there is one."""
    if known or len(frame) < BESIDE or processors() == 1:
        known = known or input_hash(frame, keys)
        yield lambda: known
        return
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(input_hash, frame, keys)
        del keys  # large, and of no use once the hash is made
        yield found.result


def input_hash(frame: pd.DataFrame, keys: Keys | None = None) -> str:
    """sha256 of every cell; the order of rows and of columns does not count.

    The rows are put in the order of a quick fingerprint of their cells, and the columns
    then hashed whole: equal hashes mean equal tables. keys : of the frame, when known.
    """
    names = sorted(frame.columns, key=str)
    of = {} if keys is None else {keys.name: keys}
    columns = [_coded(frame[name], of.get(name)) for name in names]
    order = _in_order(_fingerprints([codes for codes, _ in columns], len(frame)))
    hashed = sha256()
    for name, (codes, words) in zip(names, columns, strict=True):
        hashed.update(f"{name}\x1f{len(words)}\x1f".encode())
        for some in blocks(len(words), PART):
            hashed.update("\x1f".join([*words[some], ""]).encode())
        for rows in blocks(len(frame), PART):
            hashed.update(_bits(codes.take(order[rows])).data)
    return hashed.hexdigest()


def _coded(
    column: "pd.Series[Any]", keys: Keys | None = None
) -> tuple[NDArray[Any], list[str]]:
    """(n,) the numbers of a column, or places in the list of its words."""
    if is_bool_dtype(column.dtype) or column.dtype.kind in "iuf":
        is_plain = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"
        as_float = {"dtype": float, "na_value": np.nan}
        narrow = _narrow(column.to_numpy(**({} if is_plain else as_float)))
        if narrow is not None:
            return narrow, []
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _ranked(column)
    is_words = infer_dtype(column, skipna=True) == "string"
    texts = column if is_words else column.map(label)
    keys = keys or keys_in(texts)
    if keys is not None:
        codes, first = ranks(keys.numbers.as_words)
        return codes, keys.texts.take(first).tolist()
    places, found = pd.factorize(texts.mask(column.isna(), ""))
    words = found.tolist()
    order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.empty(len(words))
    rank[order] = np.arange(len(words))
    return rank[places], [words[i] for i in order]


def _narrow(values: NDArray[Any]) -> NDArray[Any] | None:
    """The same numbers, small whole ones in a byte each or two: columns are read in
    another order than they stand, which is slow beyond what a cache holds. None where
    one is beyond those that floats hold one by one."""
    low, high = values.min(initial=0), values.max(initial=0)
    # NaN may hide one from min and max.
    is_told = low >= -EXACT_TO and high <= EXACT_TO
    if not is_told and (np.abs(values.astype(float)) > EXACT_TO).any():
        return None
    for width in (np.int8, np.int16):
        limits = np.iinfo(width)
        if limits.min <= low and high <= limits.max:
            if (values[:FEW] != np.rint(values[:FEW])).any():
                break
            narrow = values.astype(width)
            return narrow if (narrow == values).all() else values
    return values


def _ranked(column: "pd.Series[Any]") -> tuple[NDArray[Any], list[str]]:
    """The same of a column whose words stand beside it, by these alone."""
    places, found = pd.factorize(column)
    texts = [*map(label, found.tolist()), *([""] if (places < 0).any() else [])]
    words = sorted(set(texts))
    rank = {text: float(i) for i, text in enumerate(words)}
    return np.array([rank[text] for text in texts])[places], words


def _bits(values: NDArray[Any]) -> NDArray[np.uint64]:
    """(n,) one pattern a number: one zero, one NaN."""
    # Also a copy, in which zero has no sign.
    plain: Floats = np.add(values, 0.0, dtype=np.float64)
    if values.dtype.kind == "f":
        gone = np.isnan(plain)
        if gone.any():
            plain[gone] = np.nan
    return plain.view(np.uint64)


def _fingerprints(columns: list[NDArray[Any]], n: int) -> NDArray[np.uint64]:
    """(n,) a number that two different rows share once in 10^19."""
    out = np.zeros(n, dtype=np.uint64)
    room = np.empty(min(n, PART), dtype=np.uint64)
    for rows in blocks(n, PART):
        block = out[rows]
        shifted = room[: len(block)]
        for codes in columns:
            block ^= _bits(codes[rows])
            for shift, factor in MIXING:
                block ^= np.right_shift(block, shift, out=shifted)
                block *= factor
            block ^= np.right_shift(block, LAST, out=shifted)
    return out


def _in_order(numbers: NDArray[np.uint64]) -> Ints:
    """(n,) positions by number: sorted by its first bits, in the place of whose last
    the position stands, and then among those whose first bits are equal."""
    width = np.uint64(max(len(numbers) - 1, 1).bit_length())
    order = np.arange(len(numbers))
    key = numbers >> width
    key <<= width
    key |= order.view(np.uint64)
    key.sort()
    np.bitwise_and(
        key, (np.uint64(1) << width) - np.uint64(1), out=order.view(np.uint64)
    )
    key >>= width
    tied = np.flatnonzero(key[1:] == key[:-1])
    tied = np.union1d(tied, tied + 1)
    order[tied] = order[tied][np.argsort(numbers[order[tied]])]
    return order
