"""What a design can see, when participants of a school share its luck."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as t_distribution

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine import power
from outcomes.engine.clustering import one_arm
from outcomes.engine.evaluate import diagnose


def test_the_effect_it_names_is_seen_four_times_in_five():
    """8 cohorts of 10, a fifth of the variance between them, against 240 others."""
    cohorts, size, others, icc = 8, 10, 240, 0.2
    effect = power.mdes_of_cohorts(cohorts * size, others, cohorts, icc=icc)
    random, seen, draws = np.random.default_rng(1), 0, 4000
    for _ in range(draws):
        level = random.normal(scale=icc**0.5, size=cohorts)
        noise = random.normal(scale=(1 - icc) ** 0.5, size=(cohorts, size))
        means = level + noise.mean(axis=1) + effect
        alone = random.normal(scale=(1 - icc) ** 0.5, size=others)
        own, theirs = means.var(ddof=1) / cohorts, alone.var(ddof=1) / others
        df = (own + theirs) ** 2 / (own**2 / (cohorts - 1) + theirs**2 / (others - 1))
        t = (means.mean() - alone.mean()) / np.sqrt(own + theirs)
        seen += abs(t) > t_distribution.ppf(0.975, df)
    assert seen / draws == pytest.approx(0.8, abs=0.03)


@given(st.integers(2, 30), st.integers(1, 40), st.integers(2, 900), st.floats(0, 0.9))
def test_the_variance_is_that_of_hedges_and_citkowicz(cohorts, size, others, icc):
    n_t = cohorts * size
    eta = one_arm(n_t, others, size, icc).eta
    own, alone = icc / cohorts + (1 - icc) / n_t, (1 - icc) / others
    df = (own + alone) ** 2 / (own**2 / (cohorts - 1) + alone**2 / (others - 1))
    literal = power.multiplier(df) * np.sqrt(eta * (1 / n_t + 1 / others))
    found = power.mdes_of_cohorts(n_t, others, cohorts, icc=icc)
    assert found == pytest.approx(literal, rel=1e-9)


@pytest.mark.parametrize("sizes", [(0, 5, 2), (5, 0, 2), (5, 5, 1), (5, 1, 2)])
def test_one_cohort_or_an_empty_group_has_no_power(sizes):
    with pytest.raises(NotEstimable, match=r"empty|one cohort"):
        power.mdes_of_cohorts(*sizes, icc=0.2)


def diagnosed(**keys):
    n = np.arange(400)
    frame = pd.DataFrame({"student": n.astype(str), "t": (n % 10 == 0) * 1})
    frame = frame.assign(pre=n // 10 % 7.0, school=n // 10 % 8)
    plain = {"unit": "student", "treatment": "t", "outcomes": ["y"], "ratio": 3}
    return diagnose(frame, Design.from_dict(plain | {"pretests": ["pre"]} | keys))


def test_a_report_says_what_the_schools_would_take():
    plain, clustered = diagnosed()["power"], diagnosed(cluster="school")["power"]
    assert plain["mdes"] == clustered["mdes"]
    assert plain["icc"] is plain["mdes_with_icc"] is None
    assert "optimistic" not in plain["text"]
    assert clustered["icc"] == 0.2
    expected = power.mdes_of_cohorts(40, 120, 8, icc=0.2)
    assert clustered["mdes_with_icc"] == pytest.approx(expected)
    assert f"(ICC 0.20), it could detect {expected:.2f} SD" in clustered["text"]
    whole = diagnosed(cluster="school", assignment="school")["power"]
    assert whole["mdes_with_icc"] == whole["mdes"]
    assert "optimistic" not in whole["text"]
    assert "a fifth of the variance lies between schools" in whole["text"]
