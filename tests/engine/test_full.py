"""Full matching, against R, against every set of links, and line against matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.engine.full import cover
from outcomes.engine.full_scores import links_on_scores
from outcomes.engine.matched import effective_size
from tests.engine.lalonde import SPECS, arranged, caliper, report
from tests.engine.oracles_full import cheapest_cover
from tests.engine.random_studies import (
    kept_promises,
    keys,
    match_on,
    same_in_any_order,
    tables,
    within_reach,
)

near = pytest.approx
INF = float("inf")


def test_lalonde_reaches_the_least_total_distance():
    """optmatch, which rounds distances, stops at 2.149812."""
    found = report(method="full")["sample"]
    assert (found["matched_treated"], found["matched_comparison"]) == (185, 429)
    assert found["total_distance"] <= 2.141617


def test_lalonde_by_mahalanobis_is_that_of_r():
    found, expected = report(method="full", distance="mahalanobis"), SPECS["full_mahal"]
    sample, effect = found["sample"], found["effects"][0]
    assert sample["sets"] == expected["n_subclass"]
    assert sample["ess_comparison"] == near(expected["ess_control"])
    assert effect["estimate"] == near(expected["att_diff"])
    assert effect["std_error"] == near(expected["se_diff_HC3"])
    assert effect["se_kind"] == "HC3"


def test_lalonde_within_a_caliper_leaves_out_only_who_has_nobody():
    found = report(method="full", caliper=caliper(0.2))["sample"]
    assert found["matched_treated"] == SPECS["full_ps_cal02"]["n_treated"] == 184
    assert found["unmatched"] == [{"reason": "caliper", "n": 1}]


def test_each_set_has_one_of_one_arm():
    _, found = arranged(method="full")
    matched = found.matched
    by_arm = [np.bincount(matched.sets, arm) for arm in _arms(matched)]
    assert (np.minimum(*by_arm)[np.unique(matched.sets)] == 1).all()
    assert effective_size(matched.weights()[~matched.treated]) == near(52.5606046)


def _arms(matched):
    return matched.is_treated, ~matched.is_treated


def test_replacement_is_refused():
    with pytest.raises(DesignError, match="replacement: in a full match"):
        arranged(method="full", replacement=True)


def linked(one, other, distances):
    """Who is linked, and the total once links that stand twice count once."""
    links = {(int(i), int(j)) for i, j in zip(one, other, strict=True)}
    total = sum(distances[i][j] for i, j in links)
    return {("t", i) for i, _ in links} | {("c", j) for _, j in links}, total


@st.composite
def lines(draw, most=3):
    """Scores with ties, of at most 3 students an arm in up to 2 cells."""
    t, c = draw(st.integers(1, most)), draw(st.integers(1, most))
    numbers = st.integers(0, draw(st.sampled_from([4, 50])))
    score = draw(st.lists(numbers, min_size=t + c, max_size=t + c))
    cell = draw(st.lists(st.integers(0, 1), min_size=t + c, max_size=t + c))
    width = draw(st.sampled_from([1, 10, INF]))
    distances = [
        [
            abs(score[i] - score[j])
            if cell[i] == cell[j] and abs(score[i] - score[j]) <= width
            else None
            for j in range(t, t + c)
        ]
        for i in range(t)
    ]
    return t, np.array(score, float), np.array(cell), width, distances


def matrix(distances):
    return np.array([[INF if d is None else d for d in row] for row in distances])


@given(lines())
@settings(max_examples=200, deadline=None)
def test_both_solvers_find_what_trying_everything_finds(line):
    t, score, cell, width, distances = line
    everyone, best = cheapest_cover(distances)
    covered, total = linked(*cover(matrix(distances)), distances)
    assert (covered, total) == (everyone, near(best if everyone else 0))
    turns, pool = np.arange(t), np.arange(t, len(score))
    one, other = links_on_scores(turns, pool, score, cell, width)
    if (np.abs(score[one] - score[other]) <= width).all():
        covered, total = linked(one, other - t, distances)
        assert (covered, total) == (everyone, near(best if everyone else 0))


@pytest.mark.parametrize("seed", range(20))
def test_the_line_agrees_with_the_matrix_on_many_students(seed):
    random = np.random.default_rng(seed)
    t, c = random.integers(5, 80, 2)
    score = np.concatenate([random.normal(seed % 3, 1, t), random.normal(0, 1, c)])
    distances = np.abs(score[:t, None] - score[t:])
    turns, pool = np.arange(t), np.arange(t, t + c)
    one, other = links_on_scores(turns, pool, score, np.zeros(t + c, int), INF)
    _, total = linked(one, other - t, distances)
    assert total == near(linked(*cover(distances), distances)[1])


@st.composite
def designs(draw):
    widths = draw(st.sampled_from([{}, {"pretest": 2.0}, {"distance": 0.1}]))
    return {
        "distance": draw(st.sampled_from(["propensity", "mahalanobis"])),
        "exact": draw(st.sampled_from([(), ("school",)])),
        "anti_exact": draw(st.sampled_from([(), ("lunch",)])),
        "caliper": {c: {"width": w, "unit": "raw"} for c, w in widths.items()},
    }


@given(tables(), designs(), st.randoms())
@settings(max_examples=150, deadline=None)
def test_a_match_keeps_its_promises_and_is_the_same_in_any_order(frame, chosen, random):
    design = Design.from_dict(keys(method="full", **chosen))
    study, found = match_on(frame, design)
    assert kept_promises(frame, design, study, found.matched)
    assert within_reach(found)
    assert same_in_any_order(frame, design, random)
