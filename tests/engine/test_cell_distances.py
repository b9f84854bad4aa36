"""All distances of a cell under every limit, against loops over pairs."""

from math import inf, sqrt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.engine.cell_distances import links_by_cell
from outcomes.engine.distance import Space
from outcomes.engine.limits import Limits, Within


@st.composite
def crowds(draw):
    """Students on a grid of one to three dimensions, in cells, under limits."""
    n, d = draw(st.integers(2, 30)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = random.integers(0, 5, (n, d)) / 4
    limits = Limits(
        random.integers(0, 4, n),
        tuple(random.integers(0, 2, n) for _ in range(draw(st.integers(0, 2)))),
        draw(st.sampled_from([0.0, 0.5, 1.0, inf])),
        tuple(
            Within("age", random.integers(0, 9, n) / 2, draw(st.sampled_from([0, 1.5])))
            for _ in range(draw(st.integers(0, 2)))
        ),
    )
    treated = random.random(n) < 0.4
    return treated, Space(points, None, None), limits


def apart(space, limits, i, j):
    """How far two students are apart; infinitely, where a limit forbids the pair."""
    far = sqrt(sum((x - y) ** 2 for x, y in zip(*space.points[[i, j]], strict=True)))
    is_allowed = (
        far <= limits.width
        and all(code[i] != code[j] for code in limits.apart)
        and all(abs(w.values[i] - w.values[j]) <= w.width for w in limits.within)
    )
    return far if is_allowed else inf


@given(crowds())
@settings(max_examples=200, deadline=None)
def test_it_is_what_loops_over_pairs_find(crowd):
    treated, space, limits = crowd
    seen = []

    def all_allowed(distances):
        seen.extend(distances[np.isfinite(distances)].tolist())
        return np.nonzero(np.isfinite(distances))

    arms = np.flatnonzero(treated), np.flatnonzero(~treated)
    one, other = links_by_cell(*arms, space, limits, all_allowed)
    expected = {
        (i, j): far
        for i in arms[0].tolist()
        for j in arms[1].tolist()
        if limits.cell[i] == limits.cell[j]
        if (far := apart(space, limits, i, j)) < inf
    }
    found = zip(one.tolist(), other.tolist(), strict=True)
    assert dict(zip(found, seen, strict=True)) == expected
    assert len(one) == len(expected)
