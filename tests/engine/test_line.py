"""The nearest free score on a line, against looking at everyone."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from outcomes.engine.arrays import by_code, how_many
from outcomes.engine.line import NOBODY, Line


@st.composite
def crowds(draw):
    """Scores with many ties, cells, and who takes part."""
    n = draw(st.integers(2, 30))
    of = {"min_size": n, "max_size": n}
    score = draw(st.lists(st.integers(0, 9), **of))
    cell = draw(st.lists(st.integers(0, 2), **of))
    treated = draw(st.lists(st.booleans(), **of))
    return np.array(score) / 4, np.array(cell), np.array(treated)


def found_by_looking_at_everyone(row, free, score, cell, width):
    near = [
        (abs(score[other] - score[row]), other)
        for other in sorted(free)
        if cell[other] == cell[row] and abs(score[other] - score[row]) <= width
    ]
    if not near:
        return NOBODY
    distance = min(near)[0]
    tied = [other for far, other in near if far == distance]
    lower = [other for other in tied if score[other] < score[row]]
    return min(lower[-1:] + [o for o in tied if o not in lower][:1]), distance


@given(crowds(), st.sampled_from([0, 0.5, 1.0, float("inf")]), st.randoms())
def test_the_line_finds_whom_a_look_at_everyone_finds(crowd, width, chance):
    score, cell, treated = crowd
    turns, free = np.flatnonzero(treated).tolist(), set(np.flatnonzero(~treated))
    chance.shuffle(turns)
    pool = np.flatnonzero(~treated)
    line = Line(np.array(turns, dtype=int), pool, score, cell, width)
    for row in [*turns, *turns]:
        found = line.nearest(row)
        assert found == found_by_looking_at_everyone(row, free, score, cell, width)
        if found != NOBODY:
            line.take(row, found[0])
            free.remove(found[0])


@given(st.lists(st.integers(-(2**31), 2**31 - 1) | st.integers(-1, 2), max_size=40))
def test_the_order_by_codes_is_a_stable_one(codes):
    codes = np.array(codes, dtype=np.int64)
    slowly = np.argsort(codes, kind="stable")
    assert by_code(codes).tolist() == slowly.tolist()
    few = codes % 50
    assert how_many(few) == len(set(few.tolist()))


# Between rows 0 and 1 on either side of row 3, until the other participant took row 2.
TIE_THAT_TURNS = (
    np.array([1.25, 2.25, 1.25, 1.75, 1.5]),
    np.zeros(5, dtype=int),
    np.array([False, False, False, True, True]),
)


@given(crowds(), st.sampled_from([0, 0.5, 1.0, float("inf")]), st.integers(1, 3))
@example(TIE_THAT_TURNS, 0.5, 1)
def test_rounds_of_the_whole_line_take_whom_one_at_a_time_takes(crowd, width, rounds):
    score, cell, treated = crowd
    turns, free = np.flatnonzero(treated)[::-1], set(np.flatnonzero(~treated))
    line = Line(turns, np.flatnonzero(~treated), score, cell, width)
    for _ in range(rounds):
        taken = list(zip(*line.in_turn(), strict=True))
        for row in turns:
            found = found_by_looking_at_everyone(row, free, score, cell, width)
            if found != NOBODY:
                assert taken.pop(0) == (row, *found)
                free.remove(found[0])
        assert not taken


@given(crowds(), st.sampled_from([0, 0.5, float("inf")]), st.integers(1, 3))
def test_with_replacement_all_as_near_as_the_last_wished_are_found(crowd, width, count):
    score, cell, treated = crowd
    turns, pool = np.flatnonzero(treated), np.flatnonzero(~treated)
    turn, others, distances, _ = Line(turns, pool, score, cell, width).nearest_of_all(
        count
    )
    for i, row in enumerate(turns):
        gap = np.abs(score[pool] - score[row])
        gap[(cell[pool] != cell[row]) | (gap > width)] = np.inf
        edge = np.sort(gap)[: min(count, np.isfinite(gap).sum())].max(initial=-1)
        assert sorted(others[turn == i]) == pool[gap <= edge].tolist()
        assert (distances == np.abs(score[others] - score[turns[turn]])).all()
