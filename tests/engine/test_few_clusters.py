import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from outcomes.engine import inference
from outcomes.engine.covariance import Spread
from outcomes.engine.few_clusters import are_few, half_width, widest
from tests.engine import lalonde

spreads = st.builds(Spread, st.floats(0.01, 2), st.floats(1, 60))


@pytest.mark.parametrize(
    ("n_treated", "df", "few"),
    [(20, 10.0, False), (19, 40.0, True), (40, 9.9, True), (3, 2.0, True)],
)
def test_under_twenty_treated_clusters_or_ten_df_are_few(n_treated, df, few):
    assert are_few(n_treated, df) == few


def test_with_few_clusters_the_widest_interval_and_the_largest_p_are_reported():
    few = {"CR2": Spread(0.10, 4), "CR3": Spread(0.11, 7)}
    found = widest(0.2, few)
    assert found.se_kind == "CR2"  # 2.776 x .10 is wider than 2.365 x .11
    assert found.p == pytest.approx(0.1161, abs=1e-4)  # 2 P(t_4 > 2), from tables
    assert widest(0.2, few, permutation_p=0.5).p == 0.5
    assert widest(0.2, few, permutation_p=0.0).p == found.p


@given(st.lists(spreads, min_size=1, max_size=4), st.floats(-1, 1))
def test_no_error_that_was_asked_is_wider_than_the_one_reported(errors, estimate):
    asked = {f"error {i}": spread for i, spread in enumerate(errors)}
    found = widest(estimate, asked)
    assert half_width(found.spread) == max(map(half_width, errors))
    ps = [2 * t.sf(abs(estimate) / each.std_error, each.df) for each in errors]
    assert found.p == pytest.approx(max(ps), rel=1e-9)


def test_dealing_clusters_anew_tests_an_effect_and_no_difference_of_two(monkeypatch):
    monkeypatch.setattr(inference, "_permuted", lambda *_: 1.0)
    gap = {"dimension": "race", "focal": "black", "reference": "white"}
    found = lalonde.report(cluster="educ", gaps=[gap], estimator="difference")
    assert found["effects"][0]["p"] == 1.0
    assert found["gaps"][0]["p"] < 1
