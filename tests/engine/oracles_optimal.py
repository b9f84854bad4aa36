"""Optimal matches found by trying: nothing here is fast, and nothing is clever."""

from itertools import product


def best_pairs(distances, ratio):
    """(participants served, pairs, total distance) of the best way to pair.

    distances : a list of rows, None where a pair is forbidden. Every student of the
    pool tries every participant, or nobody.
    """
    participants = range(len(distances))
    best = (0, 0, 0.0)
    for choice in product([None, *participants], repeat=len(distances[0])):
        chosen = [(row, j) for j, row in enumerate(choice) if row is not None]
        if any(distances[row][j] is None for row, j in chosen):
            continue
        if any(choice.count(row) > ratio for row in participants):
            continue
        total = sum(distances[row][j] for row, j in chosen)
        served = len({row for row, _ in chosen})
        best = min(best, (-served, -len(chosen), total))
    return -best[0], -best[1], best[2]
