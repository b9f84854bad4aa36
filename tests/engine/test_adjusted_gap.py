"""Gaps with the covariates' help: R's regression, numerical slopes, repetition."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.adjusted_gap import adjusted_gap
from outcomes.engine.linear import least_squares
from outcomes.engine.metric_free_gap import share_meeting_gap, v_gap
from tests.engine import lalonde
from tests.engine.oracles_gaps import slope_by_weight
from tests.engine.worked import honest

near = pytest.approx


def share(y, is_focal, weights):
    return share_meeting_gap(y, is_focal, weights, 0.0)


@st.composite
def arms(draw, n=60):
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    x = random.normal(size=(n, 2))
    is_focal = np.arange(n) % 2 == 0
    treated = random.random(n) < 0.4
    y = x @ [0.5, 0.3] - 0.4 * is_focal + random.normal(size=n)
    weights = random.uniform(0.5, 2, n)
    assume(
        all(
            (g & a).sum() > 6
            for g in (is_focal, ~is_focal)
            for a in (treated, ~treated)
        )
    )
    return y, is_focal, weights, treated, x


@given(arms())
def test_a_share_is_the_prediction_of_a_regression_at_the_targets_mean(given_):
    y, is_focal, weights, treated, x = given_
    found = adjusted_gap(share, y, is_focal, weights * ~treated, treated * 1.0, x)
    predicted = []
    for group in (~is_focal, is_focal):
        arm = group & ~treated
        columns = np.column_stack(
            [np.ones(len(y)), x - x[group & treated].mean(axis=0)]
        )
        fit = least_squares((y[arm] >= 0) * 1.0, columns[arm], weights[arm])
        predicted.append(fit.coefficients[0])
    assert found.value == near(predicted[0] - predicted[1], abs=1e-9)


@pytest.mark.parametrize("rule", [share, v_gap])
@given(given_=arms())
def test_an_influence_is_the_slope_in_a_students_weight(rule, given_):
    """Of the comparison arm's weights and of the participants' who are the target."""
    y, is_focal, weights, treated, x = given_

    def value(w):
        return adjusted_gap(rule, y, is_focal, w * ~treated, w * treated, x).value

    try:
        found = adjusted_gap(
            rule, y, is_focal, weights * ~treated, weights * treated, x
        )
    except NotEstimable:
        assume(False)
    assert found.influence == near(slope_by_weight(value, weights), abs=1e-6)


@given(arms())
def test_without_covariates_or_on_the_target_itself_nothing_changes(given_):
    y, is_focal, weights, treated, x = given_
    plain = v_gap(y, is_focal, weights * ~treated)
    none = adjusted_gap(
        v_gap, y, is_focal, weights * ~treated, treated * 1.0, np.empty((len(y), 0))
    )
    assert none.value == near(plain.value, rel=1e-9, abs=1e-12)
    assert none.influence == near(plain.influence, rel=1e-6, abs=1e-12)
    own = adjusted_gap(v_gap, y, is_focal, treated * 1.0, treated * 1.0, x)
    delivered = v_gap(y, is_focal, treated * 1.0)
    assert own.value == near(delivered.value, rel=1e-9, abs=1e-12)
    assert own.influence == near(delivered.influence, rel=1e-6, abs=1e-9)


def test_lalonde_share_gap_is_that_of_rs_regressions():
    gap = {"dimension": "nodegree", "focal": "1", "reference": "0", "meets": 5000}
    report = lalonde.report(
        method="cem",
        cutpoints={"age": [], "re75": []},
        covariates=["age", "re75"],
        estimator="g_computation",
        gaps=[gap],
    )
    rows = {row["metric"]: row for row in report["gaps"]}
    delivered, without = honest()["share_gap_delivered_without"]
    assert rows["share_meeting"]["as_delivered"] == near(delivered, rel=1e-9)
    assert rows["share_meeting"]["without_program"] == near(without, rel=1e-9)
    for metric in ("v", "share_meeting"):
        assert rows[metric]["std_error"] > 0
        assert rows[metric]["ci_low"] < rows[metric]["closed"] < rows[metric]["ci_high"]


def test_the_error_of_an_adjusted_v_is_what_repetition_shows():
    random, found = np.random.default_rng(5), []
    for _ in range(200):
        n = 300
        x = random.normal(size=(n, 1))
        is_focal, treated = random.random(n) < 0.5, random.random(n) < 0.4
        y = x[:, 0] - 0.5 * is_focal + random.normal(size=n)
        found.append(adjusted_gap(v_gap, y, is_focal, ~treated * 1.0, treated * 1.0, x))
    values = [one.value for one in found]
    errors = [one.std_error() for one in found]
    assert np.std(values) == near(np.mean(errors), rel=0.15)


def test_more_covariates_than_students_of_a_group_give_a_reason():
    y, x = np.arange(8.0), np.random.default_rng(0).normal(size=(8, 3))
    is_focal, treated = np.arange(8) % 2 == 0, np.arange(8) < 4
    with pytest.raises(NotEstimable, match="as many coefficients"):
        adjusted_gap(v_gap, y, is_focal, ~treated * 1.0, treated * 1.0, x)
    with pytest.raises(NotEstimable, match="both groups"):
        adjusted_gap(v_gap, y, is_focal, 0.0 * y, treated * 1.0, x)
