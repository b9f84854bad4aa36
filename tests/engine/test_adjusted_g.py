import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from outcomes.designs.errors import NotEstimable
from outcomes.engine.adjusted_g import Measured, adjusted_g, error_of_g
from tests.engine.worked import formulas

means = st.floats(-50, 50)
sds = st.floats(1, 20)
sizes = st.integers(2, 300)


def worked(when: str) -> Measured:
    case = formulas()["did_adjust"][when]
    return Measured(case["m_t"], case["m_c"], case["sd"], case["sd"])


def test_the_worked_baseline_difference_is_taken_off():
    case = formulas()["did_adjust"]
    after, before = worked("post"), worked("pre")
    assert after.g(*case["n"]) == pytest.approx(case["g_post"], rel=1e-6)
    assert before.g(*case["n"]) == pytest.approx(case["g_pre"], rel=1e-6)
    found = adjusted_g(after, before, *case["n"])
    assert found == pytest.approx(case["g_did"], rel=1e-6)


@given(means, means, sds, sds, sizes, sizes, st.floats(0.1, 9), means)
def test_a_g_does_not_know_the_unit_of_its_measure(
    mean_t, mean_c, sd_t, sd_c, n_t, n_c, scale, shift
):
    before = Measured(mean_c, mean_t, sd_c, sd_t)
    plain = adjusted_g(Measured(mean_t, mean_c, sd_t, sd_c), before, n_t, n_c)
    rescaled = Measured(
        scale * mean_t + shift, scale * mean_c + shift, scale * sd_t, scale * sd_c
    )
    assert adjusted_g(rescaled, before, n_t, n_c) == pytest.approx(plain, abs=1e-9)


def test_the_worked_g_of_three_tenths_has_its_error_and_p():
    case = formulas()["se_g"]
    found = error_of_g(case["g"], case["n_t"], case["n_c"])
    assert found.std_error == pytest.approx(case["se"], rel=1e-6)
    assert found.t == pytest.approx(case["t"], rel=1e-6)
    assert found.p == pytest.approx(case["p"], rel=1e-6)
    adjusted = error_of_g(case["g"], case["n_t"], case["n_c"], r2=0.5)
    assert adjusted.std_error == pytest.approx(case["se_r2_50"], rel=1e-6)
    assert adjusted.p == pytest.approx(case["p_r2_50"], rel=1e-6)


@given(st.floats(-2, 2), sizes, sizes, st.floats(0, 0.95))
def test_the_error_is_the_formula_read_out_loud(g, n_t, n_c, r2):
    n = n_t + n_c
    omega = 1 - 3 / (4 * n - 9)
    slow = omega * ((1 - r2) * n / (n_t * n_c) + g**2 / (2 * n)) ** 0.5
    found = error_of_g(g, n_t, n_c, r2)
    assert found.std_error == pytest.approx(slow, rel=1e-12)
    p = 2 * stats.t.sf(abs(g) / slow, n - 2)
    assert found.p == pytest.approx(p, rel=1e-9)
    assert error_of_g(g, n_c, n_t, r2).p == pytest.approx(found.p, rel=1e-9)


def test_covariates_that_explain_everything_leave_no_test():
    with pytest.raises(NotEstimable, match="zero variance"):
        error_of_g(0.0, 10, 10, r2=1.0)


@pytest.mark.parametrize(("n_t", "n_c", "r2"), [(0, 9, 0.0), (1, 1, 0.0), (9, 9, 1.2)])
def test_an_impossible_sample_has_no_error(n_t, n_c, r2):
    with pytest.raises(NotEstimable):
        error_of_g(0.3, n_t, n_c, r2)
