"""Full matches found by trying every set of links."""

from itertools import product


def cheapest_cover(distances):
    """(who is covered, the least total) over all sets of links that cover them.

    distances : rows of participants, None where a pair is forbidden. Who has an allowed
    partner must be covered; others cannot be.
    """
    links = [
        (("t", i), ("c", j), d)
        for i, row in enumerate(distances)
        for j, d in enumerate(row)
        if d is not None
    ]
    everyone = {end for one, other, _ in links for end in (one, other)}
    best = float("inf")
    for taken in product([False, True], repeat=len(links)):
        chosen = [link for link, is_in in zip(links, taken, strict=True) if is_in]
        if everyone == {end for one, other, _ in chosen for end in (one, other)}:
            best = min(best, sum(d for _, _, d in chosen))
    return everyone, best
