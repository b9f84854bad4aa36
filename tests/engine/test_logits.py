"""Who is as far above as another is below is so to the bit, whatever the fit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.engine import propensity as module
from outcomes.engine.evaluate import evaluate
from outcomes.engine.logits import logits
from outcomes.engine.matrix import Matrix
from outcomes.engine.standardized import standardized

near = pytest.approx
COUNT = 400
PLAN = Design.from_dict(
    {
        "unit": "student",
        "treatment": "treated",
        "outcomes": ["y"],
        "covariates": ["math", "rate", "girl"],
        "distance": "logit",
        "caliper": {"distance": {"width": 0.2}},
    }
)


def facts(seed, unit):
    """Numbers on a grid of 1/unit, more of them, and a flag."""
    random = np.random.default_rng(seed)
    on_grid = np.rint(random.normal(500, 40, COUNT) * unit) / unit
    rate = np.rint(random.uniform(60, 100, COUNT) * 10) / 10
    return on_grid, rate, (random.random(COUNT) < 0.5).astype(np.int8)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 10, 100, 1000]))
def test_as_far_above_is_as_far_below(seed, unit):
    number, rate, flag = facts(seed, unit)
    number[:2] = number[2] + np.array([7, -7]) / unit
    number[:2] = np.rint(number[:2] * unit) / unit
    rate[:2], flag[:2] = rate[2], flag[2]
    model = standardized(Matrix(COUNT, (number, rate, flag)), np.arange(3))
    beta = np.random.default_rng(seed).normal(size=4)
    found, slopes = logits(model, beta)
    assert found[0] - found[2] == found[2] - found[1]
    assert found == near(model.times(beta), abs=2e-8)
    assert slopes == near(beta[1:] / model.sd, abs=4e-9)


def test_numbers_with_many_digits_stay_as_they_are():
    random = np.random.default_rng(1)
    x = random.normal(size=(COUNT, 2))
    model = standardized(x, np.arange(2))
    beta = np.array([0.5, 1.0, -2.0])
    assert logits(model, beta)[0] == near(model.times(beta), abs=1e-8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_last_digits_of_the_fit_decide_no_match(seed, monkeypatch):
    table = district(seed)
    once = evaluate(table, PLAN).pairs
    fit, digits = module.logistic, np.array([1, -2, 3, -1]) * 1e-13

    def disturbed(*args, **kwargs):
        beta, settled = fit(*args, **kwargs)
        return beta * (1 + digits), settled

    monkeypatch.setattr(module, "logistic", disturbed)
    assert evaluate(table, PLAN).pairs == once


def district(seed):
    """Scores of few values, so that many are equally far from whom they are above."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "student": np.arange(COUNT),
            "math": np.rint(random.normal(500, 10, COUNT)),
            "rate": random.integers(90, 100, COUNT) / 10,
            "girl": random.integers(0, 2, COUNT),
            "treated": (random.random(COUNT) < 0.2).astype(int),
            "y": random.normal(size=COUNT),
        }
    )
