"""The optimum of a variable ratio: along the line of a score, and under any limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.engine.ratio_cells import assign_between
from outcomes.engine.ratio_scores import pairs_in_ratio
from tests.engine import lalonde, oracles_ratio
from tests.engine.test_ratio import ONE_TO_FOUR, RATIOS, sizes

near = pytest.approx
often = settings(max_examples=300, deadline=None)


@st.composite
def scored(draw, largest):
    """Scores of 1 to `largest` participants and others, of which many are equal."""
    score = st.integers(0, draw(st.sampled_from([3, 1000]))).map(float)
    arms = (st.lists(score, min_size=1, max_size=n) for n in largest)
    return [np.array(draw(arm)) for arm in arms]


def along_the_line(turns, pool, ratios):
    """Places of both, as the matrix gives them."""
    score = np.concatenate([turns, pool])
    rows, one_cell = np.arange(len(score)), np.zeros(len(score), dtype=np.int64)
    t = len(turns)
    one, other = pairs_in_ratio(rows[:t], rows[t:], score, one_cell, ratios)
    return one, other - t


def told(one, other, matrix, ratios):
    """How many are served, given the least, paired, and how far apart in all."""
    least, mean, most = ratios
    counts = np.bincount(one, minlength=len(matrix))
    assert len(set(other)) == len(other)
    assert counts.max() <= most
    assert len(one) <= mean * len(matrix)
    served, first = (counts > 0).sum(), np.minimum(counts, least).sum()
    return int(served), int(first), len(one), float(matrix[one, other].sum())


@often
@given(scored((3, 6)), st.sampled_from(RATIOS))
def test_it_is_that_of_trying_everything(arms, ratios):
    mean, least, most = ratios
    matrix = np.abs(arms[0][:, None] - arms[1])
    found = along_the_line(*arms, (least, mean, most))
    best = oracles_ratio.best_pairs(matrix.tolist(), least, mean, most)
    assert told(*found, matrix, (least, mean, most)) == near(best)


@often
@given(scored((12, 40)), st.sampled_from(RATIOS))
def test_it_is_that_of_the_whole_matrix(arms, ratios):
    mean, least, most = ratios
    matrix = np.abs(arms[0][:, None] - arms[1])
    found = along_the_line(*arms, (least, mean, most))
    other = oracles_ratio.in_one_assignment(matrix, least, mean, most)
    ratios = (least, mean, most)
    assert told(*found, matrix, ratios) == near(told(*other, matrix, ratios))


@pytest.mark.parametrize("seed", range(20))
def test_without_ties_the_same_students_are_taken_and_given_as_many(seed):
    random = np.random.default_rng(seed)
    turns, pool = random.normal(1, 1, 30), random.normal(0, 1, 80)
    one, other = along_the_line(turns, pool, (1, 2, 4))
    matrix = np.abs(turns[:, None] - pool)
    by_matrix, taken = oracles_ratio.in_one_assignment(matrix, 1, 2, 4)
    assert np.bincount(one).tolist() == np.bincount(by_matrix).tolist()
    assert set(other) == set(taken)


@pytest.mark.parametrize("width", [0.01, 0.5, 5.0])
def test_a_caliper_that_is_too_narrow_for_the_line_leaves_it_to_the_matrix(width):
    caliper = {"distance": {"width": width, "unit": "raw"}}
    more = {"method": "optimal", "distance": "logit", "caliper": caliper}
    study, found = lalonde.arranged(**more, **ONE_TO_FOUR)
    score = found.space.score
    matrix = np.abs(score[study.treated][:, None] - score[~study.treated])
    one, other = assign_between(np.where(matrix > width, np.inf, matrix), 1, 2, 4)
    assert sizes(found.matched).sum() == len(one)
    assert np.bincount(sizes(found.matched)).tolist() == [
        0,
        *np.bincount(np.bincount(one), minlength=5)[1:],
    ]
    assert found.matched.total_distance == near(matrix[one, other].sum())


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("forbidden", [0.0, 0.5, 0.9])
def test_under_any_limits_the_pairs_are_those_of_one_assignment(seed, forbidden):
    random = np.random.default_rng(seed)
    t, c = random.integers(2, 25), random.integers(2, 80)
    matrix = random.random((t, c))
    matrix[random.random((t, c)) < forbidden] = np.inf
    mean, least, most = RATIOS[seed % len(RATIOS)]
    found = zip(*assign_between(matrix, least, mean, most), strict=True)
    best = oracles_ratio.in_one_assignment(matrix, least, mean, most)
    assert set(found) == set(zip(*best, strict=True))


def test_a_cell_of_thousands_needs_no_matrix():
    random = np.random.default_rng(1)
    turns, pool = random.beta(3, 4, 1_000), random.beta(2, 5, 5_000)
    one, other = along_the_line(turns, pool, (1, 2, 4))
    counts = np.bincount(one)
    assert (counts.min(), counts.max(), len(one)) == (1, 4, 2_000)
    # What one assignment of 4,000 times 7,000 gives, in 51 seconds.
    total = np.abs(turns[one] - pool[other]).sum()
    assert total == near(2.0018240041713877, rel=1e-12)
