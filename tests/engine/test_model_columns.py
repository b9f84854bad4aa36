"""Sums over a model's columns, flags told by patterns, against these written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.engine import patterns
from outcomes.engine.logistic import COARSER, LARGE, logistic
from outcomes.engine.matrix import Matrix
from outcomes.engine.model_columns import moments
from outcomes.engine.patterns import Patterns
from outcomes.engine.standardized import standardized
from tests.engine.test_logistic import maximum

near = pytest.approx


def facts(seed, *, n=300, flags=9, numbers=2):
    """Flags and numbers in turn, as they may be declared."""
    random = np.random.default_rng(seed)
    told = [(random.random(n) < p).astype(np.int8) for p in random.random(flags)]
    columns = told + [random.normal(5, 3, n) for _ in range(numbers)]
    return Matrix(n, tuple(columns[i] for i in random.permutation(len(columns))))


def written_out(model):
    """(n, 1 + m) the columns that the model says it reads."""
    x = model.x.dense()[:, model.kept]
    return np.column_stack([np.ones(len(x)), (x - model.mean) / model.sd])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 20), st.integers(0, 3), st.booleans())
def test_products_are_those_of_the_columns_written_out(seed, flags, numbers, is_coarse):
    x = facts(seed, flags=flags, numbers=numbers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "MOST", 20 if is_coarse else 4096)
        model = standardized(x, np.arange(flags + numbers))
    random = np.random.default_rng(seed)
    weights, more = (
        random.random(x.n) * (random.random(x.n) < 0.7),
        random.normal(size=x.n),
    )
    table = np.column_stack([written_out(model), more])
    products = table.T @ (weights[:, None] * table)
    assert moments(model.columns, weights, more) == near(products, abs=1e-9)
    assert model.products() == near(written_out(model).T @ written_out(model), abs=1e-9)


@given(st.integers(0, 2**32), st.integers(0, 20))
def test_patterns_tell_the_flags_that_they_say_they_tell(seed, flags):
    x = facts(seed, flags=flags, numbers=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "MOST", 30)
        found, told = Patterns.of(x, np.arange(flags))
    assert found.count <= 30
    assert len(told) == len(found.flags)
    read_back = found.flags[:, found.code].T
    assert (read_back == x.dense()[:, told]).all()


def test_few_flags_are_read_as_numbers():
    """One sum a number would cost more than the one column."""
    model = standardized(facts(1, flags=1, numbers=3), np.arange(4))
    assert model.patterns is None
    assert len(model.kept) == 4


def test_what_a_model_says_is_the_same_to_the_bit_of_its_own_and_of_others():
    x = facts(2, flags=12, numbers=3)
    model = standardized(x, np.arange(15))
    beta = np.random.default_rng(2).normal(size=1 + len(model.kept))
    assert model.patterns
    assert (model.times(beta) == model.times(beta, x)).all()
    assert model.times(beta) == near(written_out(model) @ beta, abs=1e-9)


def test_a_flag_implied_by_those_declared_before_it_is_left_out():
    x = facts(3, flags=9, numbers=2)
    either = x.columns[0].astype(np.int8) | 1
    x = Matrix(x.n, (*x.columns, either.astype(np.int8), x.columns[4]))
    model = standardized(x, np.arange(13))
    assert sorted(model.kept) == list(range(11))


@pytest.mark.parametrize("n", [500, LARGE])
def test_a_fit_on_patterns_is_that_on_columns(n):
    x = facts(4, n=n, flags=10, numbers=2)
    random = np.random.default_rng(5)
    took = random.random(n) < 1 / (
        1 + np.exp(2 - 0.2 * x.dense() @ random.normal(size=12))
    )
    model = standardized(x, np.arange(12))
    beta, settled = logistic(model.held().columns, took)
    assert settled
    away = written_out(model) @ (beta - maximum(written_out(model), took))
    assert np.abs(away).max() < 1e-8


def test_a_group_that_a_sample_lacks_does_not_spoil_where_the_fit_begins():
    x = facts(6, n=LARGE, flags=8, numbers=1)
    rare = np.zeros(LARGE, dtype=np.int8)
    rare[[i for i in range(1, 400) if i % COARSER]] = 1
    x = Matrix(LARGE, (*x.columns, rare))
    took = np.random.default_rng(7).random(LARGE) < 0.1 + 0.2 * rare
    model = standardized(x, np.arange(10))
    beta, settled = logistic(model.columns, took)
    assert settled
    away = written_out(model) @ (beta - maximum(written_out(model), took))
    assert np.abs(away).max() < 1e-8
