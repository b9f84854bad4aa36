"""Rows by cell, score and row: what np.lexsort gives, many times faster.

Cells do not mind each other, so the rows are dealt into parts of whole cells, and each
part is sorted where it fits the cache, as one column of numbers. A part that is not in
order then, and one that is a large cell, is sorted by its scores, its equal scores by
row, and all by cell.
"""

from itertools import pairwise

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints, by_code

PART = 1 << 16  # rows of a part, but for a cell that is larger


def in_order(score: Floats, cell: Ints, last: Flags) -> Ints:
    """(n,) rows by cell, score, `last` and row.

    score : (n,) finite, as is their range; cell : (n,) codes from 0; last : (n,) who
    stands behind the others of the same score.
    """
    if is_one(cell):
        return by_score(score, last)[0]
    return by_cell_and_score(np.arange(len(score)), score, cell, last)[0]


def by_cell_and_score(
    rows: Ints, score: Floats, cell: Ints, last: Flags | None = None
) -> tuple[Ints, Floats]:
    """(m,) rows by cell, score, `last` and as they come, and their scores.

    score, cell, last : (n,) as above.
    """
    last = np.broadcast_to(np.False_, len(score)) if last is None else last
    found, scores, cells, behind, ends = _dealt(rows, score, cell, last)
    for start, end in pairwise(ends):
        part = slice(start, end)
        order = _order(scores[part], cells[part], behind[part])
        found[part], scores[part] = found[part][order], scores[part][order]
    return found, scores


def _order(score: Floats, cell: Ints, last: Flags) -> Ints:
    """(k,) places of a part in order: by one sort of numbers that hold as much of each
    score as there is room for or, where that is too little, by the whole scores."""
    if len(score) <= 2 * PART:
        places = _packed_order(score, cell, last)
        scores, cells = score[places], cell[places]
        is_wrong = (scores[1:] < scores[:-1]) & (cells[1:] == cells[:-1])
        if not is_wrong.any():
            return places
    places, _ = by_score(score, last)
    return places[by_code(cell[places])]


def _packed_order(score: Floats, cell: Ints, last: Flags) -> Ints:
    """(k,) places by cell, the first digits of the score, `last` and place."""
    least, first = score.min(), int(cell.min())
    bits = len(score).bit_length()
    room = 61 - bits - (int(cell.max()) - first).bit_length()
    share = (score - least) / ((score.max() - least) or 1.0)
    key: Ints = (share * (1 << room)).astype(np.int64)
    key += (cell - first) << (room + 1)
    key <<= 1
    key |= last
    key <<= bits
    key |= np.arange(len(key))
    key.sort()
    key &= (1 << bits) - 1
    return key


def by_score(score: Floats, last: Flags | None = None) -> tuple[Ints, Floats]:
    """(n,) rows by score, `last` and row, and their scores."""
    rows = np.argsort(score)
    values = score[rows]
    is_new = values[1:] != values[:-1]
    if is_new.all():
        return rows, values
    key = np.zeros(len(rows), dtype=np.int64)
    np.cumsum(is_new, out=key[1:])
    key <<= 33
    key |= rows
    if last is not None:
        key |= last[rows].astype(np.int64) << 32
    key.sort()
    key &= 0xFFFFFFFF
    return key, values


def is_one(cell: Ints) -> bool:
    """Whether all stand in the same cell."""
    return not len(cell) or bool((cell == cell[0]).all())


def _dealt(
    rows: Ints, score: Floats, cell: Ints, last: Flags
) -> tuple[Ints, Floats, Ints, Flags, list[int]]:
    """(m,) rows, their scores, cells and flags, part after part, and where each part
    begins and the last one ends.

    A part holds whole cells, the lower codes in the earlier parts; in it rows stand as
    they come. They are read a block at a time, and nothing far out of turn.
    """
    sizes = np.bincount(cell[rows])
    part_of = (np.cumsum(sizes) - sizes) // PART
    # Of one byte or two, for numpy sorts those by counting.
    part_of = part_of.astype(np.min_scalar_type(part_of.max(initial=0)))
    ends = np.cumsum(np.bincount(part_of, sizes).astype(np.int64))
    free = np.append(0, ends[:-1])
    found, scores = np.empty(len(rows), dtype=np.int64), np.empty(len(rows))
    cells, behind = np.empty_like(found), np.empty(len(rows), dtype=bool)
    for start in range(0, len(rows), PART):
        some = rows[start : start + PART]
        part = part_of[cell[some]]
        some = some[np.argsort(part, kind="stable")]
        many = np.bincount(part, minlength=len(ends))
        to = np.repeat(free - (np.cumsum(many) - many), many) + np.arange(len(some))
        found[to], scores[to] = some, score[some]
        cells[to], behind[to] = cell[some], last[some]
        free += many
    return found, scores, cells, behind, np.unique([0, *ends]).tolist()
