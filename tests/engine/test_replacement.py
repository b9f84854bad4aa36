"""With replacement each chooses as if alone: against the sentence, one by one."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from tests.engine.random_studies import keys, match_on, tables

often = settings(max_examples=150, deadline=None)
METRICS = ["propensity", "logit", "mahalanobis", "euclidean"]


def shares(distances, ratio, tolerance):
    """A place for each who is nearer than the last that is wished for, and an equal
    part of what is left for all who are as near as that."""
    edge = sorted(distances)[:ratio][-1]
    nearer = [far < edge - tolerance for far in distances]
    tied = [edge - tolerance <= far <= edge + tolerance for far in distances]
    left = min(ratio, len(distances)) - sum(nearer)
    return [n + left * t / sum(tied) for n, t in zip(nearer, tied, strict=True)]


@often
@given(
    tables(),
    st.sampled_from(METRICS),
    st.integers(1, 3),
    st.sampled_from([1e-9, 0.01, 0.3, 1e6]),
)
def test_who_ties_within_the_tolerance_shares_a_place(frame, metric, ratio, tolerance):
    plan = keys(replacement=True, distance=metric, ratio=ratio, tie_tolerance=tolerance)
    study, arranged = match_on(frame, Design.from_dict(plan))
    assume(not arranged.space.is_separated)
    turns, pool = np.flatnonzero(study.treated), np.flatnonzero(~study.treated)
    expected = np.zeros(study.n)
    for row in turns:
        far = arranged.space.between(np.full(len(pool), row), pool)
        gaps = np.abs(np.subtract.outer(far, far))
        assume((np.abs(gaps - tolerance) > 1e-10).all())  # no tie hangs on rounding
        expected[pool] += shares(far.tolist(), ratio, tolerance)
    weights = arranged.matched.weights()[pool]
    assert weights / weights.sum() == pytest.approx(expected[pool] / expected.sum())
