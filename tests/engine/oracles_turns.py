"""Choosing in turn as the sentence says it: the free are counted, all are asked."""

import numpy as np

from tests.engine.oracles import nearest_free


def chosen(score, treated, cell, *, ratio, order, width=np.inf, uses=1, alike=()):
    """Pairs of rows in order of choice. alike : codes, the first wish first."""
    sign = {"largest": -1, "smallest": 1}[order]
    turns = [i for i in range(len(score)) if treated[i]]
    turns.sort(key=lambda i: (sign * score[i], i))
    left = {i: uses for i in range(len(score)) if not treated[i]}
    pairs = []
    for _ in range(ratio):
        for row in turns:
            free = [o for o in left if left[o] and (row, o) not in pairs]
            other = first_wish(row, free, alike, score, cell, width)
            if other is not None:
                left[other] -= 1
                pairs.append((row, other))
    return pairs


def first_wish(row, free, alike, score, cell, width):
    for code in alike:
        same = [o for o in free if code[o] == code[row] != -1]
        other = nearest_free(row, same, score, cell, width)
        if other is not None:
            return other
    return nearest_free(row, free, score, cell, width)
