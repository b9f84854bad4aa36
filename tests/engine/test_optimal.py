"""Optimal pairs, against R, against trying everything and against each other."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, InputError
from outcomes.engine import cell_distances
from outcomes.engine.optimal import assign
from outcomes.engine.optimal_scores import pairs_on_scores
from tests.engine.lalonde import SPECS, arranged, caliper, report
from tests.engine.oracles_optimal import best_pairs
from tests.engine.random_studies import (
    kept_promises,
    keys,
    match_on,
    same_in_any_order,
    tables,
    within_reach,
)


def total(**keys):
    _, found = arranged(method="optimal", **keys)
    return found.matched.total_distance


def test_lalonde_reaches_the_least_total_distance():
    assert total() == pytest.approx(39.692799, abs=1e-6)
    assert total() <= SPECS["opt_ps"]["sum_ps_dist"]


def test_lalonde_within_a_caliper_keeps_most_pairs_first():
    found = report(method="optimal", caliper=caliper(0.2))["sample"]
    assert found["matched_treated"] == found["matched_comparison"] == 113
    assert found["total_distance"] <= 0.4941


@pytest.mark.parametrize(
    ("spec", "keys"),
    [
        ("opt_ps_k2", {"ratio": 2}),
        ("opt_exact_mn", {"exact": ["married", "nodegree"]}),
    ],
)
def test_lalonde_is_no_farther_apart_than_in_r(spec, keys):
    found = report(method="optimal", **keys)["sample"]
    assert found["matched_comparison"] == SPECS[spec]["n_control"]
    assert found["total_distance"] <= SPECS[spec]["sum_ps_dist"] + 1e-9


def test_lalonde_by_mahalanobis_gives_the_estimate_of_r():
    found = report(method="optimal", distance="mahalanobis")
    expected = SPECS["opt_mahal"]
    assert found["effects"][0]["estimate"] == pytest.approx(expected["att_diff"])
    assert max(abs(row["smd_after"]) for row in found["balance"]) == pytest.approx(
        expected["max_abs_smd"]
    )


def test_a_participant_gets_a_first_partner_before_another_gets_a_second():
    turns, pool, score = np.array([0, 1]), np.array([2, 3]), np.array([0.0, 9, 1, 2])
    one, other = pairs_on_scores(turns, pool, score, np.zeros(4, int), np.inf, 2)
    assert list(zip(one, other, strict=True)) == [(0, 2), (1, 3)]


def test_replacement_is_refused():
    with pytest.raises(DesignError, match="nearest"):
        arranged(method="optimal", replacement=True)


def test_more_pairs_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(cell_distances, "LARGEST", 100)
    with pytest.raises(InputError, match="exact columns") as refusal:
        arranged(method="optimal", distance="mahalanobis")
    assert refusal.value.code == "too_many_pairs"


def test_who_seeks_two_needs_room_for_each_distance_twice(monkeypatch):
    plan = {"method": "optimal", "distance": "mahalanobis"}
    monkeypatch.setattr(cell_distances, "LARGEST", 185 * 429)
    arranged(**plan)
    with pytest.raises(InputError, match="each of whom seeks 2"):
        arranged(**plan, ratio=2)


@st.composite
def lines(draw):
    """Scores of 1 to 4 participants and 1 to 5 others in up to 2 cells, with ties."""
    t, c = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    numbers = st.integers(0, draw(st.sampled_from([4, 1000])))
    score = draw(st.lists(numbers, min_size=t + c, max_size=t + c))
    cell = draw(st.lists(st.integers(0, 1), min_size=t + c, max_size=t + c))
    width = draw(st.sampled_from([0.0, 1.0, 30.0, 300.0, float("inf")]))
    ratio = draw(st.integers(1, 3))
    return np.arange(t), np.arange(t, t + c), score, cell, width, ratio


def outcome(one, other, distances):
    return len(set(one)), len(one), sum(distances[i][j] for i, j in zip(one, other))  # noqa: B905


@given(lines())
@settings(max_examples=400)
def test_both_solvers_find_what_trying_everything_finds(line):
    turns, pool, score, cell, width, ratio = line
    gap = [[abs(score[i] - score[j]) for j in pool] for i in turns]
    distances = [
        [
            gap[i][j] if cell[i] == cell[k] and gap[i][j] <= width else None
            for j, k in enumerate(pool)
        ]
        for i in turns
    ]
    expected = best_pairs(distances, ratio)
    one, other = pairs_on_scores(
        turns, pool, np.array(score, float), np.array(cell), width, ratio
    )
    assert outcome(one, other - len(turns), distances) == pytest.approx(expected)
    matrix = np.array(
        [[np.inf if d is None else d for d in r] for r in distances], float
    )
    assert outcome(*assign(matrix, ratio), distances) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(20))
def test_the_line_agrees_with_the_matrix_where_participants_crowd(seed):
    """Long blocks, where regret runs through many hands."""
    random = np.random.default_rng(seed)
    n_t, n_c, ratio = random.integers(20, 80), random.integers(20, 160), seed % 3 + 1
    score = np.concatenate([random.normal(1, 1, n_t), random.normal(0, 1, n_c)])
    width = [np.inf, 0.05, 0.5][seed % 3 - 1]
    turns, pool = np.arange(n_t), np.arange(n_t, n_t + n_c)
    one, other = pairs_on_scores(
        turns, pool, score, np.zeros(len(score), int), width, ratio
    )
    matrix = np.abs(score[turns][:, None] - score[pool])
    matrix[matrix > width] = np.inf
    row, column = assign(matrix, ratio)
    assert (len(set(one)), len(one)) == (len(set(row)), len(row))
    assert np.abs(score[one] - score[other]).sum() == pytest.approx(
        matrix[row, column].sum()
    )


@st.composite
def designs(draw):
    exact = draw(st.sampled_from([(), ("school",), ("school", "grade")]))
    widths = draw(st.sampled_from([{}, {"pretest": 2.0}, {"distance": 0.5}]))
    return {
        "distance": draw(st.sampled_from(["propensity", "logit", "mahalanobis"])),
        "exact": exact,
        "anti_exact": draw(st.sampled_from([(), ("lunch",)])),
        "caliper": {c: {"width": w, "unit": "raw"} for c, w in widths.items()},
        "ratio": draw(st.integers(1, 2)),
    }


@given(tables(), designs(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_a_match_keeps_its_promises_and_is_the_same_in_any_order(frame, chosen, random):
    design = Design.from_dict(keys(method="optimal", **chosen))
    study, found = match_on(frame, design)
    assert kept_promises(frame, design, study, found.matched)
    assert within_reach(found)
    assert same_in_any_order(frame, design, random)


@given(tables(), designs())
@settings(max_examples=150, deadline=None)
def test_the_optimum_is_no_farther_apart_than_the_greedy_match(frame, chosen):
    _, best = match_on(frame, Design.from_dict(keys(method="optimal", **chosen)))
    greedy = keys(method="nearest", order="closest", **chosen)
    _, near = match_on(frame, Design.from_dict(greedy))
    assume(best.matched.total_distance is not None)  # the score separates the arms
    assert len(best.matched.rows) >= len(near.matched.rows)
    if len(best.matched.rows) == len(near.matched.rows):
        slack = near.matched.total_distance * (1 + 1e-9) + 1e-9
        assert best.matched.total_distance <= slack
