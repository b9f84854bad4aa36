"""Names for the arrays that the engine passes about; codes put in order and counted."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.object_]
Units: TypeAlias = Texts | Ints  # keys: texts, or whole numbers that stand for theirs


WIDTH = 32  # bits of a position beside which a code stands
POSITION = (1 << WIDTH) - 1


def by_code(codes: Ints) -> Ints:
    """(n,) positions by code, those of one code as they come: what a stable argsort
    gives, 8 times faster. codes : (n,) of 31 bits with their sign."""
    return packed(codes) & POSITION


def packed(codes: Ints) -> Ints:
    """(n,) code and position in one number each, in order."""
    key: Ints = codes << WIDTH
    key |= np.arange(len(codes))
    key.sort()
    return key


def how_many(codes: Ints) -> int:
    """Different ones among codes from 0, counted without a sort."""
    return int(np.count_nonzero(np.bincount(codes)))
