import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.permutation import (
    _all_deals,
    _dealt,
    _difference,
    permute_clusters,
)
from outcomes.engine.tasks import blocks_of_draws
from tests.engine import oracles_errors as literal


def made_up(seed: int, count: int = 7, taking: int = 3):
    random = np.random.default_rng(seed)
    clusters = np.concatenate([np.arange(count), random.integers(0, count, 20)])
    values = random.integers(0, 9, len(clusters)).astype(float)
    weights = random.uniform(0.5, 2, len(clusters))
    return values, weights, clusters < taking, clusters


@settings(max_examples=50)
@given(st.integers(0, 10_000))
def test_few_clusters_are_dealt_in_every_way(seed):
    values, weights, treated, clusters = made_up(seed)
    found = permute_clusters(values, weights, treated, clusters, seed=1)
    assert found.is_exact
    assert found.draws == 35
    assert found.p == pytest.approx(
        literal.dealt_anew(values, weights, treated, clusters)
    )


def test_three_clusters_against_three_can_never_be_significant():
    values = np.array([9.0, 9, 9, 1, 1, 1])
    found = permute_clusters(values, np.ones(6), values > 5, np.arange(6), seed=1)
    assert found.p == pytest.approx(2 / 20)


def test_deals_stay_within_blocks():
    """Two pairs of schools: each pair may swap, so 4 deals, of which 2 are as far."""
    values = np.array([2.0, 1, 12, 11])
    treated = np.array([True, False, True, False])
    blocks = np.array([0, 0, 1, 1])
    found = permute_clusters(
        values, np.ones(4), treated, np.arange(4), seed=1, blocks=blocks
    )
    assert found.draws == 4
    assert found.p == pytest.approx(0.5)


def test_a_sample_of_deals_is_near_all_of_them_and_the_same_for_the_same_seed():
    values, weights, treated, clusters = made_up(11, count=12, taking=5)
    exact = permute_clusters(values, weights, treated, clusters, seed=1)
    assert exact.draws == 792
    first, again, other = (
        permute_clusters(values, weights, treated, clusters, seed=s, draws=700)
        for s in (3, 3, 4)
    )
    assert not first.is_exact
    assert first.draws == 701
    assert first == again
    assert first != other
    assert first.p == pytest.approx(exact.p, abs=0.06)  # 3 SE of a share of 700


def test_when_nothing_happens_p_is_small_no_more_often_than_it_says():
    """300 programs without effect, 8 schools of 20: p <= .05 in at most 9%."""
    random = np.random.default_rng(8)
    clusters = np.repeat(np.arange(20), 10)
    found = [
        permute_clusters(
            random.normal(size=200) + random.normal(size=20)[clusters],
            np.ones(200),
            clusters < 8,
            clusters,
            seed=draw,
            draws=199,
        ).p
        for draw in range(300)
    ]
    assert np.mean(np.array(found) <= 0.05) <= 0.09


def test_what_cannot_be_dealt_anew_is_refused():
    values, weights, treated, clusters = made_up(1)
    mixed = treated.copy()
    mixed[np.flatnonzero(clusters == 0)[0]] = False
    mixed[np.flatnonzero(clusters == 3)[0]] = True
    for codes in (np.zeros(len(clusters), int), clusters):
        with pytest.raises(NotEstimable, match="both arms"):
            permute_clusters(values, weights, mixed, codes, seed=1)
    with pytest.raises(NotEstimable, match="one way"):
        permute_clusters(
            values, weights, treated, clusters, seed=1, blocks=clusters.copy()
        )


def test_two_clusters_can_be_dealt_in_two_ways_and_say_nothing():
    found = permute_clusters(
        np.array([1.0, 5.0]), np.ones(2), np.array([True, False]), np.arange(2), seed=1
    )
    assert (found.p, found.draws, found.is_exact) == (1.0, 2, True)


@pytest.mark.parametrize(("draws", "is_exact"), [(34, True), (33, False)])
def test_all_deals_are_made_where_a_sample_with_the_observed_would_be_as_many(
    draws, is_exact
):
    values, weights, treated, clusters = made_up(1)
    found = permute_clusters(values, weights, treated, clusters, seed=1, draws=draws)
    assert (found.is_exact, found.draws) == (is_exact, draws + 1)


def test_a_sampled_deal_is_one_of_all_deals():
    values, weights, _, clusters = made_up(2)
    sums = np.array([np.bincount(clusters, w) for w in (weights, weights * values)])
    members, taking = [np.arange(4), np.arange(4, 7)], [2, 1]
    every = _difference(_all_deals(members, taking, count=7, total=18), sums)
    (block,) = blocks_of_draws(seed=1, draws=60)
    dealt = _dealt(members, taking, sums, block)
    assert np.abs(dealt[:, None] - every).min(axis=1).max() < 1e-12
