"""How likely an effect is worth having, when the plan says what is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from outcomes.designs.errors import NotEstimable
from outcomes.engine.covariance import Spread
from outcomes.engine.inference import chance_beyond, from_spread, nothing
from tests.engine import lalonde


def effect(**keys) -> dict:
    outcome = {"name": "re78", **keys}
    return lalonde.report(outcomes=[outcome], caliper=lalonde.caliper(0.2))["effects"][
        0
    ]


def test_a_plan_that_names_no_size_hears_nothing_of_it():
    assert effect()["matters"] is None


def test_the_chance_is_the_share_of_draws_beyond_the_cutoff():
    row = effect(matters=1000)
    draws = row["estimate"] + row["std_error"] * student.rvs(
        row["df"], size=400_000, random_state=np.random.default_rng(1)
    )
    assert row["matters"]["cutoff"] == 1000
    assert row["matters"]["chance"] == pytest.approx((draws >= 1000).mean(), abs=0.003)
    fewer = effect(matters=-1000)["matters"]["chance"]
    assert fewer == pytest.approx((draws <= -1000).mean(), abs=0.003)


@given(st.floats(-5, 5), st.floats(0.1, 3), st.floats(2, 90), st.floats(0, 5))
def test_more_is_less_likely_and_falling_is_rising_upside_down(value, se, df, cutoff):
    found = from_spread(value, "HC3", Spread(se, df), ())
    chance = chance_beyond(cutoff, value, found)
    assert chance_beyond(cutoff + 1, value, found) <= chance
    if cutoff:
        upside_down = from_spread(-value, "HC3", Spread(se, df), ())
        assert chance_beyond(-cutoff, -value, upside_down) == pytest.approx(chance)


def test_zero_is_worth_having_half_the_time_when_nothing_was_found():
    assert chance_beyond(0, 0.0, from_spread(0.0, "HC3", Spread(1, 9), ())) == 0.5


def test_without_an_error_there_is_no_chance():
    with pytest.raises(NotEstimable, match="zero variance"):
        chance_beyond(1, 2.0, nothing(NotEstimable("zero variance")))
