"""One order for the rows and one hash for the table, whatever order they came in."""

import re
import string
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype, is_bool_dtype

from outcomes.engine.arrays import Floats, Ints, Texts
from outcomes.engine.linear import BLOCK, blocks

MOST_DIGITS = 17  # of a whole number that shares 64 bits with their count
END = "\0"  # of a key, among all of them as one text
EXACT_TO = 2**53 - 1  # beyond it a float may stand for its neighbour too
MIXING = (  # the finalizer of splitmix64: shift, factor
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
    (np.uint64(31), np.uint64(1)),
)


def label(value: Any) -> str:
    """The text of a cell: whole floats print as integers, truth values as 0 or 1."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def seeded_order(units: Texts, seed: int) -> Ints:
    """(n,) positions that sort the students by the hash of the seed and their key: a
    random order that is the same on every machine."""
    digests = b"".join(
        blake2b(f"{seed}\x1f{unit}".encode(), digest_size=16).digest()
        for unit in units.tolist()
    )
    high, low = np.frombuffer(digests, dtype=">u8").reshape(-1, 2).T
    return np.lexsort((low, high))


def seeded_share(units: Texts, seed: int) -> Floats:
    """(n,) a number from 0 to below 1 for each key, by the hash of the seed and it."""
    digests = b"".join(
        blake2b(f"{seed}\x1fshare\x1f{unit}".encode(), digest_size=8).digest()
        for unit in units.tolist()
    )
    # The 53 bits that a float holds: a rounded one could be 1.
    return (np.frombuffer(digests, dtype=">u8") >> np.uint64(11)) / 2.0**53


def natural_order(units: Texts) -> Ints:
    """(n,) positions that sort different keys as a person would: S2 before S10."""
    keys = [
        ([(int(part), "") if part.isdecimal() else (-1, part) for part in parts], unit)
        for parts, unit in ((re.split(r"(\d+)", unit), unit) for unit in units.tolist())
    ]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def natural_rank(units: Texts) -> Ints:
    """(n,) the place of each key among the different ones in natural order."""
    found = numbered(units.tolist())
    return rank_by(units, natural_order) if found is None else rank_of(units, found)


def rank_of(units: Texts, found: "Numbered") -> Ints:
    """`natural_rank` of keys whose numbers are known."""
    if (np.diff(found.number) > 0).all():  # in order as they came
        return np.arange(len(units))
    order = np.argsort(found.number)
    is_new = np.diff(found.number[order]) > 0
    if np.diff(found.digits[order])[~is_new].any():  # 7 and 07 are different keys
        return rank_by(units, natural_order)
    rank = np.zeros(len(units), dtype=np.int64)
    rank[order[1:]] = np.cumsum(is_new)
    return rank


def rank_by(units: Texts, order_of: Callable[[Texts], Ints]) -> Ints:
    """(n,) the place of each key among the different ones, which order_of puts in
    order."""
    place, known = pd.factorize(units)
    rank = np.empty(len(known), dtype=np.int64)
    rank[order_of(known)] = np.arange(len(known))
    among: Ints = rank[place]
    return among


@dataclass(frozen=True, slots=True)
class Numbered:
    """Keys that are one number behind a common beginning. number : (n,); digits : (n,)
    how many it has, zeros in front among them."""

    number: Ints
    digits: Ints

    @property
    def as_words(self) -> Ints:
        """(n,) a number for each, in whose order the keys stand as words: 10 before
        9."""
        left = self.digits.max(initial=0) - self.digits
        words: Ints = (self.number * 10**left << 5) | self.digits
        return words


def numbered(texts: list[Any]) -> Numbered | None:
    """The numbers of keys such as S2 and S10, read all at once; None for others."""
    first = texts[0] if texts else "0"
    if not isinstance(first, str) or first == (start := first.rstrip(string.digits)):
        return None
    try:
        whole = f"{END}{END.join(texts)}{END}" if texts else END
    except TypeError:  # not all are text
        return None
    if start and whole.count(END + start) == len(texts):
        whole = whole.replace(END + start, END)
    return _read(np.frombuffer(whole.encode(), dtype=np.uint8), len(texts))


def _read(letters: NDArray[np.uint8], n: int) -> Numbered | None:
    """The numbers that stand between n + 1 ends; None unless only digits do."""
    ends = np.flatnonzero(letters == ord(END))
    digits = np.diff(ends) - 1
    values = letters - np.uint8(ord("0"))  # beyond 9 for what is no digit
    is_plain = np.count_nonzero(values > 9) == len(ends) == n + 1
    if not is_plain or digits.min(initial=1) < 1 or digits.max(initial=0) > MOST_DIGITS:
        return None
    number, at = np.zeros(n, dtype=np.int64), ends[1:]
    for place in range(int(digits.max(initial=0))):
        # From the last digit on; beyond the first stand others', which count for 0.
        at -= 1
        digit = values.take(at) * (digits > place)
        number += digit * np.int64(10) ** place
    return Numbered(number, digits)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys (n,) in the column `name`, each a number behind a common beginning: read
    once, for the hash of the table and for the order of its rows."""

    name: Hashable
    texts: Texts
    numbers: Numbered


def keys_in(column: "pd.Series[Any]") -> Keys | None:
    """None where the cells of a column are no such keys."""
    if column.dtype.kind != "O" or isinstance(column.dtype, pd.CategoricalDtype):
        return None
    texts = column.to_numpy(dtype=object)
    found = numbered(texts.tolist())
    return None if found is None else Keys(column.name, texts, found)


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
        hashed.update("\x1f".join([str(name), str(len(words)), *words, ""]).encode())
        for rows in blocks(len(frame)):
            hashed.update(_bits(codes.take(order[rows])).data)
    return hashed.hexdigest()


def _coded(
    column: "pd.Series[Any]", keys: Keys | None = None
) -> tuple[NDArray[Any], list[str]]:
    """(n,) the numbers of a column, or places in the list of its words."""
    if is_bool_dtype(column.dtype) or column.dtype.kind in "iuf":
        is_whole = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu"
        as_float = {"dtype": float, "na_value": np.nan}
        values = column.to_numpy(**({} if is_whole else as_float))
        if _is_exact(values):
            return _narrow(values), []
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _ranked(column)
    is_words = infer_dtype(column, skipna=True) == "string"
    texts = column if is_words else column.map(label)
    keys = keys or keys_in(texts)
    if keys is not None:
        codes, first = _ranks(keys.numbers.as_words)
        return codes, keys.texts.take(first).tolist()
    places, found = pd.factorize(texts.mask(column.isna(), ""))
    words = found.tolist()
    order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.empty(len(words))
    rank[order] = np.arange(len(words))
    return rank[places], [words[i] for i in order]


def _is_exact(values: NDArray[Any]) -> bool:
    """Whether no number (n,) is beyond those that floats hold one by one."""
    if values.min(initial=0) >= -EXACT_TO and values.max(initial=0) <= EXACT_TO:
        return True
    # NaN may hide one from min and max.
    return not (np.abs(values.astype(float)) > EXACT_TO).any()


def _narrow(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers, small whole ones in a byte each or two: columns are read in
    another order than they stand, which is slow beyond what a cache holds."""
    low, high = values.min(initial=0), values.max(initial=0)
    for width in (np.int8, np.int16):
        fits = low >= np.iinfo(width).min and high <= np.iinfo(width).max
        if fits and (values[:BLOCK] == np.rint(values[:BLOCK])).all():
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


def _ranks(numbers: Ints) -> tuple[NDArray[np.int32], Ints]:
    """(n,) the place of each among the different ones, and where each of these is."""
    order = np.argsort(numbers)
    is_new = np.diff(numbers[order], prepend=-1) > 0
    rank = np.empty(len(numbers), dtype=np.int32)
    rank[order] = np.cumsum(is_new) - 1
    return rank, order[is_new]


def _bits(values: NDArray[Any]) -> NDArray[np.uint64]:
    """(n,) one pattern a number: one zero, one NaN."""
    plain: Floats = np.add(values, 0.0, dtype=np.float64)
    gone = np.isnan(plain)
    if gone.any():
        plain[gone] = np.nan
    return plain.view(np.uint64)


def _fingerprints(columns: list[NDArray[Any]], n: int) -> NDArray[np.uint64]:
    """(n,) a number that two different rows share once in 10^19."""
    out = np.zeros(n, dtype=np.uint64)
    for rows in blocks(n):
        block = out[rows]
        for codes in columns:
            block ^= _bits(codes[rows])
            for shift, factor in MIXING:
                block ^= block >> shift
                block *= factor
    return out


def _in_order(numbers: NDArray[np.uint64]) -> Ints:
    """(n,) positions by number: sorted by its first bits, in the place of whose last
    the position stands, and then among those whose first bits are equal."""
    width = np.uint64(max(len(numbers) - 1, 1).bit_length())
    key = numbers >> width << width
    key |= np.arange(len(numbers), dtype=np.uint64)
    key.sort()
    order = (key & (~np.uint64(0) >> (np.uint64(64) - width))).astype(np.int64)
    key >>= width
    tied = np.flatnonzero(key[1:] == key[:-1])
    tied = np.union1d(tied, tied + 1)
    order[tied] = order[tied][np.argsort(numbers[order[tied]])]
    return order
