"""The logistic fit: at the maximum, in few readings, on any number of threads."""

import os
import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.engine import logistic as module
from outcomes.engine.logistic import COARSER, LARGE, logistic
from outcomes.engine.model_columns import ModelColumns
from outcomes.engine.standardized import standardized

near = pytest.approx


def students(n, *, k=15, seed=1):
    """x (n, k), an intercept first, by columns; y (n,) for about one in twenty."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((k, n))
    x[0] = 1.0
    chance = 1 / (1 + np.exp(3.4 - np.linspace(-0.6, 0.5, k - 1) @ x[1:]))
    return x.T, random.random(n) < chance


def fit(x, y):
    return logistic(ModelColumns(lambda rows: x[rows].T), y)


def maximum(x, y):
    """Newton's method as it stands in a textbook, until nothing moves."""
    beta = np.zeros(x.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]), x.T @ (y - p))
    return beta


@pytest.mark.parametrize("n", [LARGE - 1, LARGE])
def test_every_logit_is_within_1e8_of_the_maximum(n):
    x, y = students(n)
    beta, settled = fit(x, y)
    assert settled
    assert np.abs(x @ (beta - maximum(x, y))).max() < 1e-8


@settings(max_examples=100, deadline=None)
@given(st.integers(30, 200), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_a_small_fit_is_the_textbook_one(n, k, seed):
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), random.normal(size=(n, k))])
    y = random.random(n) < 0.5
    beta, settled = fit(x, y)
    if settled:
        assert x.T @ (y - 1 / (1 + np.exp(-x @ beta))) == near(0, abs=1e-6)


@pytest.mark.parametrize(("n", "times"), [(LARGE - 1, 1), (LARGE, 5.4)])
def test_a_table_is_read_few_times(n, times):
    x, y = students(n)
    read = []

    def columns(rows):
        block = x[rows].T
        read.append(block.shape[1])
        return block

    logistic(ModelColumns(columns), y)
    # A small table once. Else for how far the columns reach, for a sample, each step.
    assert sum(read) <= times * n + 1


def test_a_sample_that_is_separated_misleads_nobody():
    x, y = students(LARGE)
    x[::COARSER, 1] = np.where(y[::COARSER], 5.0, -5.0)  # in the sample alone
    beta, settled = fit(x, y)
    assert settled
    assert beta == near(maximum(x, y), abs=1e-8)


def way(x, y, monkeypatch, products=None):
    """A fit, and every beta that it stood at."""
    stood, curvature = [], module._curvature

    def watched(columns, y, beta, products):
        stood.append(beta)
        return curvature(columns, y, beta, products)

    with monkeypatch.context() as patch:
        patch.setattr(module, "_curvature", watched)
        found = logistic(ModelColumns(lambda rows: x[rows].T), y, products=products)
    return found, stood


def test_a_small_fit_begins_at_the_discriminant_function_of_the_arms(monkeypatch):
    x, y = students(4_000, k=6)
    (beta, settled), stood = way(x, y, monkeypatch, x.T @ x)
    arms = x[y, 1:], x[~y, 1:]
    within = sum(np.cov(arm.T, ddof=0) * len(arm) for arm in arms) / len(x)
    one, other = (arm.mean(axis=0) for arm in arms)
    slopes = np.linalg.solve(within, one - other)
    odds = np.log((y.sum() + 0.5) / ((~y).sum() + 0.5))
    assert stood[0] == near([odds - (one + other) / 2 @ slopes, *slopes])
    assert len(stood) < len(way(x, y, monkeypatch)[1])
    assert settled
    assert beta == near(maximum(x, y), abs=1e-8)


def test_who_is_told_apart_has_no_discriminant_to_begin_at(monkeypatch):
    y = np.arange(40) > 20
    x = np.column_stack([np.ones(40), y])
    (beta, settled), stood = way(x, y, monkeypatch, x.T @ x)
    assert stood[0] == near([np.log(19.5 / 21.5), 0])
    assert not settled
    assert np.array_equal(beta, fit(x, y)[0])


def test_who_is_certain_never_settles():
    x = np.column_stack([np.ones(40), np.arange(40.0)])
    beta, settled = fit(x, np.arange(40) > 20)
    assert not settled
    assert np.isfinite(beta).all()


def test_columns_are_scaled_as_they_are_read():
    random = np.random.default_rng(2)
    x = np.column_stack([random.normal(size=(50, 2)), np.full(50, 0.1)])
    x = np.column_stack([x, x[:, 0] * 3 + 1, random.normal(2000, 1, 50)])
    model = standardized(x, np.arange(5))
    assert model.kept.tolist() == [0, 1, 4]
    z = (x[:, model.kept] - x[:, model.kept].mean(0)) / x[:, model.kept].std(0)
    expected = np.column_stack([np.ones(6), z[3:9]])
    assert near(expected) == model.numbers(slice(3, 9)).T
    assert model.times(np.arange(4.0)) == near(z @ [1, 2, 3], abs=1e-9)


def digest():
    x, y = students(LARGE, k=40)
    return sha256(fit(x, y)[0].tobytes()).hexdigest()


def test_threads_change_no_bit():
    asked = "from tests.engine.test_logistic import digest; print(digest())"
    found = [
        subprocess.check_output(
            [sys.executable, "-c", asked],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
        )
        for threads in ("1", "2")
    ]
    assert found[0] == found[1]


def test_one_participant_among_few_may_be_certain_beyond_all_measure():
    """Odds of 1e-308 once stood under a line whose squares nobody can add."""
    x = np.array([[20, 8, 0], [10, 4, 0], [0, 0, 0], [20, 8, 3], [0, 8, 3], [20, 0, 3]])
    model = standardized(x / 3, np.arange(3))
    _, settled = logistic(model.columns, np.arange(6) == 0)
    assert not settled


def test_a_step_that_goes_too_far_is_halved():
    """One of eleven takes part, and a full step of Newton's loses the maximum."""
    table = """
        -0.35   0.10  1.15  2.30
        -1.00   0.75  0.16  1.04
        12.54  -1.53  0.07 -1.95
         0.00   0.72 -0.27 -1.16
         1.22   2.48  1.86  0.88
         0.01   0.21 -0.43 -0.92
         1.38   0.49 -0.05 -1.04
         0.68   0.31 -0.11  1.17
        -0.13  -1.25 -0.02  0.50
        -0.27  -9.92  0.62  0.19
        91.55  -3.37  0.66  0.73
    """
    x = np.array(table.split(), dtype=float).reshape(-1, 4)
    x = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])
    y = np.arange(len(x)) == 6
    beta, settled = fit(x, y)
    assert settled
    assert x.T @ (y - 1 / (1 + np.exp(-x @ beta))) == near(0, abs=1e-9)
