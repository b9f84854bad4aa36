from itertools import product
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from outcomes.designs.errors import NotEstimable
from outcomes.engine import sensitivity
from outcomes.engine.sensitivity import e_value
from tests.engine.worked import formulas

distinct = st.lists(
    st.floats(-9, 9).filter(lambda d: abs(d) > 1e-3),
    min_size=10,
    max_size=30,
    unique_by=abs,
).map(np.array)


def test_the_worked_effect_needs_a_ratio_of_one_point_seven():
    case = formulas()["e_value"]
    limit = sensitivity.e_value_of_limit(case["d"], 1.78 / 0.91 * case["se"])
    assert e_value(case["d"]) == pytest.approx(case["e_point"], rel=1e-6)
    assert limit == pytest.approx(case["e_ci"], rel=1e-6)
    ratio = case["rr_example"]
    assert e_value(log(ratio["rr"]) / 0.91) == pytest.approx(ratio["e"], rel=1e-6)


def test_an_effect_beyond_numbers_has_no_e_value():
    assert e_value(700.0) > 1e276
    with pytest.raises(NotEstimable, match="risk ratio"):
        e_value(-5770.5)


two_digits = st.integers(-200, 200).map(lambda i: i / 100)


@given(two_digits, two_digits.map(abs))
def test_an_interval_that_holds_zero_needs_nothing_hidden(d, half):
    found = sensitivity.e_value_of_limit(d, half)
    assert 1 <= found <= e_value(d)
    assert (found == 1) == (abs(d) <= half)
    assert sensitivity.e_value_of_limit(-d, half) == found


@given(st.floats(0.01, 1.5))
def test_a_factor_of_the_e_value_bends_the_ratio_by_just_so_much(d):
    """The bound E^2/(2E - 1) of Ding and VanderWeele equals the ratio explained."""
    e = e_value(d)
    assert e * e / (2 * e - 1) == pytest.approx(exp(0.91 * d), rel=1e-9)


@pytest.mark.parametrize("gamma", ["1", "1.5", "2", "3", "4"])
def test_the_worked_signed_rank_has_its_upper_p(gamma):
    case = formulas()["rosenbaum_signed_rank"]
    p = sensitivity.signed_rank(np.array(case["diffs"])).largest_p(float(gamma))
    assert p == pytest.approx(case["upper_p"][gamma], rel=1e-6)


def test_the_worked_signed_rank_withstands_a_bias_of_two_point_three_seven():
    """The stored gamma, 2.375, is the first on a grid of .005 that fails."""
    case = formulas()["rosenbaum_signed_rank"]
    differences = np.array(case["diffs"])
    ranked = sensitivity.signed_rank(differences)
    gamma = sensitivity.gamma_at(ranked.largest_p)
    assert case["gamma_at_p05"] - 0.005 < gamma <= case["gamma_at_p05"]
    assert ranked.largest_p(gamma) == pytest.approx(0.05)


def test_the_normal_curve_is_near_every_way_the_signs_can_fall():
    """All 2^12 signs of ranks 1..12, each + with chance G/(1+G): the exact upper p."""
    differences = np.array([3.1, 5, -1, 8, 6, -2, 4, 7, 2.2, 9, 10, 1.4])
    ranks = rankdata(np.abs(differences))
    seen = ranks[differences > 0].sum()
    for gamma in (1.0, 2.0):
        chance = gamma / (1 + gamma)
        exact = 0.0
        for signs in product([0, 1], repeat=12):
            if ranks @ signs >= seen:
                exact += chance ** sum(signs) * (1 - chance) ** (12 - sum(signs))
        near = sensitivity.signed_rank(differences).largest_p(gamma)
        assert near == pytest.approx(exact, abs=0.01)


@given(distinct, st.floats(1, 6))
def test_more_hidden_bias_never_makes_a_finding_surer(differences, gamma):
    p = sensitivity.signed_rank(differences).largest_p(gamma)
    assert p <= sensitivity.signed_rank(differences).largest_p(gamma + 0.5)
    assert p == sensitivity.signed_rank(3 * differences).largest_p(gamma)


@given(distinct)
def test_without_hidden_bias_it_is_wilcoxon_s_test(differences):
    ranks = rankdata(np.abs(differences))
    n = len(differences)
    mean, variance = n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24
    z = (ranks[differences > 0].sum() - mean) / variance**0.5
    found = sensitivity.signed_rank(differences).largest_p(1.0)
    assert found == pytest.approx(norm.sf(z), abs=1e-12)


def test_pairs_that_do_not_differ_say_nothing():
    differences = np.array(formulas()["rosenbaum_signed_rank"]["diffs"])
    padded = np.concatenate([differences, np.zeros(7)])
    p = sensitivity.signed_rank(differences).largest_p(2.0)
    assert sensitivity.signed_rank(padded).largest_p(2.0) == p


@pytest.mark.parametrize("gamma", ["1", "1.2", "1.5"])
def test_the_worked_yes_no_pairs_have_their_upper_p(gamma):
    case = formulas()["rosenbaum_mcnemar"]
    found = sensitivity.mcnemar_p(
        case["treated_positive"], case["discordant"], float(gamma)
    )
    assert found == pytest.approx(case["upper_p"][gamma], rel=1e-6)


@given(st.integers(1, 30), st.integers(0, 30), st.floats(1, 4))
def test_yes_no_pairs_are_counted_as_tosses_of_a_bent_coin(discordant, positive, gamma):
    positive = min(positive, discordant)
    chance = gamma / (1 + gamma)
    tossed = np.ones(1)
    for _ in range(discordant):
        tossed = np.convolve(tossed, [1 - chance, chance])
    found = sensitivity.mcnemar_p(positive, discordant, gamma)
    assert found == pytest.approx(tossed[positive:].sum(), abs=1e-12)


def test_a_weak_finding_has_no_gamma_and_a_sure_one_says_so():
    with pytest.raises(NotEstimable, match="even without hidden bias"):
        sensitivity.gamma_at(lambda g: sensitivity.mcnemar_p(5, 10, g))
    with pytest.raises(NotEstimable, match="still significant"):
        sensitivity.gamma_at(lambda _: 0.001)


def test_few_pairs_have_no_signed_rank_p():
    with pytest.raises(NotEstimable, match="9 pairs differ"):
        sensitivity.signed_rank(np.arange(1.0, 10.0))
    with pytest.raises(NotEstimable, match="no pair differs"):
        sensitivity.mcnemar_p(0, 0, 1.0)


def test_a_left_out_pretest_is_a_yardstick_for_what_is_hidden():
    found = sensitivity.omitted_covariate(0.2, 0.3, "grade 3 reading")
    assert found.shift == pytest.approx(0.1)
    assert found.times_needed == pytest.approx(2.0)
    assert '"grade 3 reading" would have moved the estimate by +0.1' in found.text
    assert (
        "from 0.2 to 0.3; a hidden factor 2 times as strong would leave" in found.text
    )


@pytest.mark.parametrize(
    ("without", "hides"), [(0.3, False), (0.1, True), (-0.1, True)]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_factor_like_a_pretest_that_hid_an_effect_does_not_explain_it(
    without, hides, sign
):
    """Who is weak before is chosen: one more weakness makes the effect look smaller."""
    found = sensitivity.omitted_covariate(sign * 0.2, sign * without, "reading")
    assert ("strong, working the other way, would leave" in found.text) == hides


def test_a_covariate_that_moves_nothing_is_no_yardstick():
    with pytest.raises(NotEstimable, match="does not move"):
        sensitivity.omitted_covariate(0.2, 0.2, "age")
