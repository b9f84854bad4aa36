import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.abadie_imbens import abadie_imbens, neighbour_variance
from outcomes.engine.matched import Matched
from tests.engine import oracles_errors as literal
from tests.engine.test_aipw import earnings
from tests.engine.worked import lalonde, lalonde_table

TIE = 1e-5  # R's Matching calls squared distances this close tied
SPECS = {
    "AI_mah_M1": (True, 1),
    "AI_mah_M4": (True, 4),
    "AI_inv_M1": (False, 1),
    "AI_ps_M1": (False, 1),
}


def matched(treated, points, count: int, tie: float = TIE) -> Matched:
    sets, rows, shares = literal.nearest_with_ties(points, treated, count, tie)
    return Matched(treated, sets, rows, shares, is_paired=False)


def made_up(seed: int, n: int = 40):
    random = np.random.default_rng(seed)
    points = random.integers(0, 6, (n, 2)).astype(float)  # whole, so that many tie
    treated = np.arange(n) < n // 3
    return random.normal(size=n) + points[:, 0], treated, points


@pytest.mark.parametrize("spec", SPECS)
def test_lalonde_has_the_effect_and_error_of_r_s_matching(spec):
    correlated, count = SPECS[spec]
    y, treated, x = earnings()
    if spec == "AI_ps_M1":
        x = lalonde_table()[["ps"]].to_numpy()
    sets = matched(treated, literal.whitening(x, correlated=correlated), count)
    known = lalonde()["other"][spec]
    assert int((~sets.is_treated).sum()) == known["n_matches"]
    found = abadie_imbens(sets, y)
    assert found.estimate == pytest.approx(known["est"], rel=1e-9)
    assert found.std_error == pytest.approx(known["se_AI"], rel=1e-9)


def test_scores_tied_exactly_give_the_averaged_effect():
    y, treated, _ = earnings()
    points = literal.whitening(lalonde_table()[["ps"]].to_numpy(), correlated=False)
    found = abadie_imbens(matched(treated, points, 1, tie=1e-12), y)
    assert found.estimate == pytest.approx(1968.7997, abs=1e-4)


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_errors_of_unequal_size_follow_the_formula_student_by_student(seed, count):
    y, treated, points = made_up(seed)
    sets = matched(treated, points, count)
    sigma2 = neighbour_variance(y, treated, points, count)
    slow = literal.neighbour_variance(y, treated, points, count)
    assert sigma2 == pytest.approx(slow, abs=1e-9)
    found = abadie_imbens(sets, y, sigma2)
    known = literal.abadie_imbens(y, treated, sets.sets, sets.rows, sets.shares, slow)
    assert found.std_error == pytest.approx(known, rel=1e-9)


@given(st.integers(0, 10_000), st.floats(-9, 9), st.floats(0.1, 9))
def test_the_error_follows_the_scale_of_the_outcome_and_not_its_zero(
    seed, shift, scale
):
    y, treated, points = made_up(seed)
    sets = matched(treated, points, 1)
    first, second = abadie_imbens(sets, y), abadie_imbens(sets, scale * y + shift)
    assert second.estimate == pytest.approx(scale * first.estimate, abs=1e-9)
    assert second.std_error == pytest.approx(scale * first.std_error, rel=1e-9)


def test_pairs_without_reuse_have_the_error_of_their_differences():
    y = np.array([3.0, 5, 4, 1, 2, 6])
    treated = np.arange(6) < 3
    sets = Matched(
        treated, np.tile([0, 1, 2], 2), np.arange(6), np.ones(6), is_paired=True
    )
    differences = pd.Series(y[:3] - y[3:])
    found = abadie_imbens(sets, y)
    spread = differences.std(ddof=0) / 3**0.5
    assert found.std_error == pytest.approx(spread)


def test_sets_of_several_participants_and_lone_sets_are_refused():
    y, treated = np.arange(4.0), np.array([True, True, False, False])
    shared = Matched(
        treated, np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 1, 3]), np.ones(5), False
    )
    with pytest.raises(NotEstimable, match="several participants"):
        abadie_imbens(shared, y)
    lone = Matched(treated, np.array([0, 0]), np.array([0, 2]), np.ones(2), False)
    with pytest.raises(NotEstimable, match="two sets"):
        abadie_imbens(lone, y)


def test_an_arm_of_one_has_no_neighbours():
    with pytest.raises(NotEstimable, match="fewer than 2"):
        neighbour_variance(
            np.arange(3.0), np.array([True, False, False]), np.ones((3, 1)), 1
        )
