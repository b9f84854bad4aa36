"""Intervals from counting: R's, their edges, and that they hold the truth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from outcomes.designs.errors import NotEstimable
from outcomes.engine.exact_interval import (
    difference_interval,
    risk_interval,
    share_interval,
)
from outcomes.engine.sample import Sample
from tests.engine.worked import honest, no_covariates

near = pytest.approx


@pytest.mark.parametrize(("count", "n"), [(0, 12), (1, 12), (12, 12), (0, 28)])
def test_a_share_has_the_interval_of_r(count, n):
    found = share_interval(count / n, n, 0.975)
    assert found == near(tuple(honest()[f"share_{count}_of_{n}"]), abs=1e-12)


def test_nobody_has_no_share():
    with pytest.raises(NotEstimable, match="at least one student"):
        share_interval(0.0, 0.0)


shares = st.integers(0, 1000).map(lambda i: i / 1000)


@given(st.integers(1, 40), shares)
def test_whatever_the_truth_the_interval_holds_it_as_often_as_it_says(n, truth):
    counts = np.arange(n + 1)
    holds = [
        low <= truth <= high for low, high in (share_interval(k / n, n) for k in counts)
    ]
    assert np.sum(binom.pmf(counts[holds], n, truth)) >= 0.95 - 1e-9


@given(st.integers(1, 12), st.integers(1, 12), shares, shares)
def test_so_does_that_of_a_difference(n_t, n_c, truth_t, truth_c):
    held = 0.0
    for a in range(n_t + 1):
        for b in range(n_c + 1):
            low, high = difference_interval(a / n_t, n_t, b / n_c, n_c)
            if low <= truth_t - truth_c <= high:
                held += binom.pmf(a, n_t, truth_t) * binom.pmf(b, n_c, truth_c)
    assert held >= 0.95 - 1e-9


def test_a_cluster_counts_as_one_student():
    """Four schools of five students each in either arm, and nobody of one has it."""
    treated = np.repeat([True, False], 20)
    sample = Sample(
        rows=np.arange(40),
        treated=treated,
        y=np.where(treated, 0.0, np.arange(40) % 2),
        weights=np.ones(40),
        covariates=no_covariates(40),
        clusters=np.arange(40) // 5,
        sets=None,
    )
    assert risk_interval(sample) == difference_interval(0.0, 4, 0.5, 4)
    alone = replace(sample, clusters=None)
    assert risk_interval(alone) == difference_interval(0.0, 20, 0.5, 20)
