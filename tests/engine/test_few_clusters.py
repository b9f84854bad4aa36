import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.covariance import Spread
from outcomes.engine.few_clusters import are_few, half_width, widest

spreads = st.builds(Spread, st.floats(0.01, 2), st.floats(1, 60))


@pytest.mark.parametrize(
    ("n_treated", "df", "few"),
    [(20, 10.0, False), (19, 40.0, True), (40, 9.9, True), (3, 2.0, True)],
)
def test_under_twenty_treated_clusters_or_ten_df_are_few(n_treated, df, few):
    assert are_few(n_treated, df) == few


def test_with_clusters_enough_the_first_error_stands_however_wide_the_others():
    found = widest(
        0.2, {"CR2": Spread(0.1, 30), "CR3": Spread(0.3, 30)}, 25, permutation_p=0.9
    )
    assert found.se_kind == "CR2"
    assert found.p == pytest.approx(0.0546, abs=1e-4)  # 2 P(t_30 > 2), from tables
    assert not found.is_few


def test_with_few_clusters_the_widest_interval_and_the_largest_p_are_reported():
    few = {"CR2": Spread(0.10, 4), "CR3": Spread(0.11, 7)}
    found = widest(0.2, few, 8)
    assert found.se_kind == "CR2"  # 2.776 x .10 is wider than 2.365 x .11
    assert found.is_few
    assert widest(0.2, few, 8, permutation_p=0.5).p == 0.5
    assert widest(0.2, few, 8, permutation_p=0.0).p == found.p


@given(st.lists(spreads, min_size=1, max_size=4), st.floats(-1, 1), st.integers(1, 40))
def test_no_error_that_was_asked_is_wider_than_the_one_reported(errors, estimate, n):
    asked = {f"error {i}": spread for i, spread in enumerate(errors)}
    found = widest(estimate, asked, n)
    if found.is_few:
        assert half_width(found.spread) == max(map(half_width, errors))
    else:
        assert found.spread == errors[0]
    assert 0 <= found.p <= 1


def test_an_error_of_zero_is_no_error():
    with pytest.raises(NotEstimable):
        widest(0.2, {"CR2": Spread(0.0, 5)}, 3)
    assert np.isfinite(widest(0.2, {"CR2": Spread(0, 5), "CR3": Spread(1, 5)}, 3).p)
