"""The nearest free score on a line, against looking at everyone."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from outcomes.engine.arrays import by_code, how_many
from outcomes.engine.distance import Space
from outcomes.engine.finders import Scan
from outcomes.engine.limits import Limits
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


def found_by_looking_at_everyone(row, free, score, cell, width, tolerance=0):
    """Of all who are tied the next on the line, up or down; of two the lower row."""
    far = {o: abs(score[o] - score[row]) for o in free if cell[o] == cell[row]}
    least = min(far.values(), default=np.inf)
    if least > width or not far:
        return NOBODY
    tied = [o for o in far if far[o] <= min(least + tolerance, width)]
    tied.sort(key=lambda other: (score[other], other))
    lower = [other for other in tied if score[other] < score[row]]
    found = min(lower[-1:] + tied[len(lower) :][:1])
    return found, far[found]


def refuse_others_than_a_look_at_everyone_finds(finder, crowd, turns, width, *, more=0):
    """In a round in turn, and in those after it."""
    score, cell, treated = crowd
    free = set(np.flatnonzero(~treated))
    for _ in range(3):
        taken = list(zip(*finder.in_turn(), strict=True))
        for row in turns:
            found = found_by_looking_at_everyone(row, free, score, cell, width, more)
            if found != NOBODY:
                assert taken.pop(0) == (row, *found)
                free.remove(found[0])
        assert not taken


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


@given(crowds(), st.sampled_from([0, 0.5, 1.0, float("inf")]))
@example(TIE_THAT_TURNS, 0.5)
def test_rounds_of_the_whole_line_take_whom_one_at_a_time_takes(crowd, width):
    score, cell, treated = crowd
    turns = np.flatnonzero(treated)[::-1]
    line = Line(turns, np.flatnonzero(~treated), score, cell, width)
    refuse_others_than_a_look_at_everyone_finds(line, crowd, turns, width)


@given(
    crowds(),
    st.sampled_from([0.5, 1.0, float("inf")]),
    st.sampled_from([0, 0.25, 0.6, 5.0]),
)
def test_without_a_line_ties_fall_as_on_it_within_any_tolerance(crowd, width, more):
    score, cell, treated = crowd
    turns, pool = np.flatnonzero(treated)[::-1], np.flatnonzero(~treated)
    space = Space(score[:, None], score, None)
    scan = Scan(turns, pool, space, Limits(cell, (), width), more)
    refuse_others_than_a_look_at_everyone_finds(scan, crowd, turns, width, more=more)


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
