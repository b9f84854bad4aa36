"""Robust Mahalanobis and scaled Euclidean distance, against R and their formulas."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.engine import distance, patterns
from outcomes.engine.arrays import BLOCK
from outcomes.engine.covariates import Covariates
from outcomes.engine.linear import times
from outcomes.engine.matrix import Matrix
from outcomes.engine.metrics import _turn_into, scaled, whitened
from outcomes.engine.notices import Notices
from tests.engine.lalonde import SPECS, arranged, largest, report
from tests.engine.oracles_metrics import (
    mahalanobis,
    robust_mahalanobis,
    scaled_euclidean,
)
from tests.engine.random_studies import keys, match_on, tables

SPEC = {"robust_mahalanobis": "nn_rmahal", "euclidean": "nn_sceuclid"}


@pytest.mark.parametrize("distance", SPEC)
def test_lalonde_balance_is_that_of_r(distance):
    """Ties decide whose earnings count, but not how alike the groups are."""
    rows, expected = report(distance=distance)["balance"], SPECS[SPEC[distance]]
    assert largest(rows, "smd_after") == pytest.approx(expected["max_abs_smd"])
    assert largest(rows, "wwc_effect_size") == pytest.approx(
        expected["wwc_max_abs_es"], rel=1e-6
    )


@pytest.mark.parametrize("pair", [(0, 200), (17, 611), (184, 185)])
def test_distances_on_lalonde_are_the_formulas(pair):
    i, j = pair
    study, found = arranged(distance="robust_mahalanobis")
    x = study.covariates.x.dense()
    assert found.space.between(np.array([i]), np.array([j])) == pytest.approx(
        robust_mahalanobis(x, i, j)
    )
    study, found = arranged(distance="mahalanobis")
    x = study.covariates.model.dense()
    assert found.space.between(np.array([i]), np.array([j])) == pytest.approx(
        mahalanobis(x, study.treated, i, j)
    )
    x = study.covariates.x.dense()
    study, found = arranged(distance="euclidean")
    assert found.space.between(np.array([i]), np.array([j])) == pytest.approx(
        scaled_euclidean(x, study.treated, i, j)
    )


@given(tables(), st.sampled_from([*SPEC]), st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=60, deadline=None)
def test_the_unit_of_a_covariate_does_not_matter(frame, distance, unit, start):
    design = Design.from_dict(keys(distance=distance))
    _, found = match_on(frame, design)
    moved = frame.assign(pretest=frame["pretest"] * unit + start)
    _, again = match_on(moved, design)
    everyone = np.arange(len(frame))
    for other in everyone:
        whom = np.full(len(frame), other)
        near = found.space.between(everyone, whom)
        assert again.space.between(everyone, whom) == pytest.approx(near, abs=1e-6)


@pytest.mark.parametrize(("t", "c", "d"), [(1, 1, 1), (7, 5, 1), (3, 0, 2), (5, 9, 4)])
@pytest.mark.parametrize("in_cache", [1, 20, distance.IN_CACHE])
def test_each_to_each_is_pair_by_pair_to_the_bit(t, c, d, in_cache, monkeypatch):
    monkeypatch.setattr(distance, "IN_CACHE", in_cache)
    chance = np.random.default_rng(3)
    one, other = (
        chance.normal(size=(m, d)) * 10.0 ** chance.integers(-9, 9) for m in (t, c)
    )
    found = distance.each_to_each(one, other)
    assert found.shape == (t, c)
    for x, row in zip(one, found, strict=True):
        assert row.tobytes() == distance.length(other - x).tobytes()


def test_the_first_coordinates_of_a_metric_tell_the_rarest_flags_apart():
    study, found = arranged(distance="mahalanobis")
    covariates = study.covariates
    is_flag = covariates.is_binary & covariates.in_model
    flags = covariates.x.only(is_flag).dense()
    rarest = np.argmin(np.minimum(flags.mean(axis=0), 1 - flags.mean(axis=0)))
    points = found.space.points.round(9)
    assert len(np.unique(points[:, 0])) == 2
    assert (np.diff(points[np.argsort(flags[:, rarest]), 0]) != 0).sum() == 1
    patterns = np.unique(flags, axis=0)
    assert len(np.unique(points[:, : is_flag.sum()], axis=0)) == len(patterns)


def test_turned_all_at_once_is_turned_one_by_one_to_the_bit():
    chance = np.random.default_rng(5)
    x = chance.normal(size=(BLOCK + 9, 4)) * [1e9, 1, 1, 1e-9]
    turn = np.tril(chance.normal(size=(3, 4)))
    one_by_one = np.column_stack([times(x, row) for row in turn])
    points = np.zeros((len(x), 3))
    _turn_into(points, x.T, turn)
    assert points.tobytes() == one_by_one.tobytes()
    _turn_into(points, x.T, turn)
    assert points == pytest.approx(2 * one_by_one)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 12), st.integers(0, 3), st.booleans())
def test_flags_told_by_patterns_put_students_where_the_formula_does(
    seed, flags, numbers, is_coarse
):
    assume(flags + numbers)
    random, n = np.random.default_rng(seed), 200
    columns = [(random.random(n) < p).astype(np.int8) for p in random.random(flags)]
    columns += [random.normal(5, 3, n) for _ in range(numbers)]
    columns = [columns[i] for i in random.permutation(flags + numbers)]
    treated = random.random(n) < 0.3
    assume(all(column[treated].var() for column in columns))
    names = tuple(map(str, range(len(columns))))
    x = Matrix(n, tuple(columns))
    covariates = Covariates(x, names, names, np.ones(len(columns), dtype=bool))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "MOST", 20 if is_coarse else 4096)
        points, _ = whitened(covariates, treated, Notices())
    for i, j in random.integers(0, n, (5, 2)).tolist():
        apart = mahalanobis(x.dense(), treated, i, j)
        assert np.hypot.reduce(points[i] - points[j]) == pytest.approx(apart, abs=1e-9)


def test_a_covariate_that_only_the_arms_differ_in_is_left_out():
    study, _ = arranged(distance="euclidean")
    x = Matrix(study.n, (np.where(study.treated, 0.7, 0.1),))
    covariates = Covariates(x, ("a",), ("a",), np.array([True]))
    assert not scaled(covariates, study.treated).any()
