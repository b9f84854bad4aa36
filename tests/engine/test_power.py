"""What a design can see, when participants of a school share its luck."""

from types import SimpleNamespace

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
from outcomes.terms import Assignment


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


def test_students_count_by_their_worth_and_schools_by_their_number():
    treated = np.arange(20) < 8
    sample = SimpleNamespace(
        rows=range(20),
        treated=treated,
        counts=(8, 12),
        clusters=np.where(treated, np.arange(20) % 2, 2 + np.arange(20) % 3),
        treated_clusters=2,
        ess_treated=6.5,
        ess_comparison=9.5,
    )
    one_by_one = SimpleNamespace(assignment=Assignment.STUDENT)
    found = power.power_row(sample, one_by_one)
    assert found["mdes"] == power.mdes(6.5, 9.5)
    assert found["mdes_with_icc"] == power.mdes_of_cohorts(6.5, 9.5, 2, icc=0.2)
    whole = power.power_row(sample, SimpleNamespace(assignment=Assignment.SCHOOL))
    assert whole["mdes"] == power.mdes_of_clusters(2, 3, 4, icc=0.2)
    sample.treated_clusters = 1
    alone = power.power_row(sample, one_by_one)["text"]
    assert alone.endswith("With one school alone nothing could be detected.")
