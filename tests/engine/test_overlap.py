"""The picture of overlap, and who is separated, against what they are in words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from outcomes.engine.covariates import Covariates
from outcomes.engine.matrix import Matrix
from outcomes.engine.overlap import BINS, _spread, separating

TWENTIETHS = [i / BINS for i in range(BINS + 1)]
SCORES = st.lists(st.sampled_from(TWENTIETHS) | st.floats(0, 1), min_size=1)
NUMBERS = st.integers(-3, 3).map(float)


@given(SCORES)
def test_scores_are_counted_by_twentieth_with_1_in_the_last(scores):
    counts, _ = np.histogram(scores, bins=BINS, range=(0.0, 1.0))
    assert _spread(np.sort(scores))["counts"] == counts.tolist()


@given(st.lists(NUMBERS, min_size=1), st.lists(NUMBERS, min_size=1))
def test_a_covariate_separates_where_one_arm_is_above_the_other(own, others):
    x = np.array([*own, *others])
    covariates = Covariates(
        Matrix(len(x), (np.zeros(len(x)), x)),
        ("same", "a"),
        ("same", "a"),
        np.ones(2, dtype=bool),
    )
    treated = np.arange(len(x)) < len(own)
    is_apart = max(own) < min(others) or max(others) < min(own)
    assert separating(covariates, treated) == ("a" if is_apart else None)
