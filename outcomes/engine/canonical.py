"""One order for the rows, whatever order they came in, and one text for each cell."""

import re
import string
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outcomes.engine.arrays import Floats, Ints, Texts, Units

MOST_DIGITS = 17  # of a whole number that shares 64 bits with their count
END = "\0"  # of a key, among all of them as one text


def label(value: Any) -> str:
    """The text of a cell: whole floats print as integers, truth values as 0 or 1."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def seeded_order(units: Units, seed: int) -> Ints:
    """(n,) positions that sort the students by the hash of the seed and their key: a
    random order that is the same on every machine."""
    digests = b"".join(
        blake2b(f"{seed}\x1f{unit}".encode(), digest_size=16).digest()
        for unit in units.tolist()
    )
    high, low = np.frombuffer(digests, dtype=">u8").reshape(-1, 2).T
    return np.lexsort((low, high))


def seeded_share(units: Units, seed: int) -> Floats:
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


def natural_rank(units: Units) -> Ints:
    """(n,) the place of each key among the different ones in natural order."""
    found = numbers_of(units)
    return rank_by(units, natural_order) if found is None else rank_of(units, found)


def word_rank(units: Units) -> Ints:
    """The same in the order of words, where S10 comes before S2."""
    found = numbers_of(units)
    if found is not None:
        return ranks(found.as_words)[0].astype(np.int64)
    rank: Ints = pd.factorize(units, sort=True)[0]
    return rank


def ranks(numbers: Ints) -> tuple[NDArray[np.int32], Ints]:
    """(n,) the place of each among the different ones, and where each of these is."""
    order = np.argsort(numbers)
    is_new = np.diff(numbers[order], prepend=-1) > 0
    rank = np.empty(len(numbers), dtype=np.int32)
    rank[order] = np.cumsum(is_new, dtype=np.int32) - 1
    return rank, order[is_new]


def rank_of(units: Units, found: "Numbered") -> Ints:
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


def rank_by(units: Units, order_of: Callable[[Texts], Ints]) -> Ints:
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


def numbers_of(units: Units) -> Numbered | None:
    """None where some of the keys are no numbers behind a common beginning."""
    if units.dtype.kind == "O":
        return numbered(units.tolist())
    digits = np.searchsorted(10 ** np.arange(1, MOST_DIGITS), units, side="right") + 1
    return Numbered(units.astype(np.int64, copy=False), digits)


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
