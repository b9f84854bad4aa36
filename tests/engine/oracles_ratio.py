"""A variable ratio as the sentence says it: dealt out one by one, or all is tried."""

from itertools import product

import numpy as np
from scipy.optimize import linear_sum_assignment

from tests.engine.oracles import nearest_free


def dealt(score, treated, *, ratio, least, most):
    """How many each participant seeks. All have the least; then one more at a time goes
    to whoever is nearest the others' end of the score and has not the most."""
    turns = [i for i in range(len(score)) if treated[i]]
    others = [i for i in range(len(score)) if not treated[i]]
    is_above = np.mean(score[turns]) > np.mean(score[others])
    turns.sort(key=lambda i: (-score[i] if is_above else score[i], i))
    seeks = dict.fromkeys(turns, least)
    while sum(seeks.values()) < ratio * len(turns):
        seeks[[i for i in turns if seeks[i] < most][-1]] += 1
    return seeks


def nearest_pairs(score, treated, cell, seeks, *, order, width):
    """Pairs of rows, looking at everyone each time, while anybody seeks one more."""
    turns = [i for i in range(len(score)) if treated[i]]
    sign = {"largest": -1, "smallest": 1}[order]
    turns.sort(key=lambda i: (sign * score[i], i))
    free = [i for i in range(len(score)) if not treated[i]]
    pairs = []
    for number in range(max(seeks.values())):
        for row in turns:
            if seeks[row] > number:
                other = nearest_free(row, free, score, cell, width)
                if other is not None:
                    free.remove(other)
                    pairs.append((row, other))
    return pairs


def best_pairs(distances, least, mean, most):
    """(served, up to the least of each, pairs, total distance) of the best way to pair.

    distances : a list of rows, None where a pair is forbidden. Every student of the
    pool tries every participant, or nobody.
    """
    participants = range(len(distances))
    best = (0, 0, 0, 0.0)
    for choice in product([None, *participants], repeat=len(distances[0])):
        chosen = [(row, j) for j, row in enumerate(choice) if row is not None]
        counts = [choice.count(row) for row in participants]
        if len(chosen) > mean * len(distances) or max(counts) > most:
            continue
        if any(distances[row][j] is None for row, j in chosen):
            continue
        served = sum(count > 0 for count in counts)
        first = sum(min(count, least) for count in counts)
        total = sum(distances[row][j] for row, j in chosen)
        best = min(best, (-served, -first, -len(chosen), total))
    return -best[0], -best[1], -best[2], best[3]


def in_one_assignment(distances, least, mean, most):
    """The best way to pair, as one assignment of a library: rows and columns.

    distances : (t, c), infinite where forbidden. A row stands `most` times; all but
    `mean` of these go to nobody, who is worth more than any partner. A first partner is
    worth three times all distances together, each up to the `least`-th twice.
    """
    t, c = distances.shape
    unit = 1 + (t * most + 1) * distances[np.isfinite(distances)].max(initial=0)
    place = np.arange(t * most) % most
    worth = (1 + (place < least) + (place == 0)) * unit
    cost = np.minimum(np.repeat(distances, most, axis=0) - worth[:, None], 0)
    nobody = np.full((len(cost), t * (most - mean)), -4 * unit)
    one, other = linear_sum_assignment(np.hstack([cost, nobody]))
    real = np.flatnonzero(other < c)
    real = real[np.isfinite(distances[one[real] // most, other[real]])]
    return one[real] // most, other[real]
