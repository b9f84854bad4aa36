import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.covariance import cr1
from outcomes.engine.linear import least_squares
from outcomes.engine.two_way import two_way
from tests.engine.worked import REFERENCE, lalonde, lalonde_table

SLOPE = np.array([0.0, 1.0])


def stored_sets(spec: str) -> pd.DataFrame:
    """One row a student and set, as MatchIt's get_matches gives them."""
    pairs = pd.read_csv(REFERENCE / "lalonde_pairs.csv")
    pairs = pairs[pairs["spec"] == spec]
    participants = pd.DataFrame({"set": pairs["treated"], "unit": pairs["treated"]})
    others = pd.DataFrame({"set": pairs["treated"], "unit": pairs["control"]})
    rows = pd.concat([participants.assign(t=1.0), others.assign(t=0.0)])
    return rows.join(lalonde_table().set_index("unit_id")["re78"], on="unit")


@pytest.mark.parametrize("spec", ["nn_ps_repl", "nn_mahal_repl"])
def test_stored_sets_with_replacement_have_the_error_of_r(spec):
    rows = stored_sets(spec)
    x = np.column_stack([np.ones(len(rows)), rows["t"]])
    fit = least_squares(rows["re78"].to_numpy(float), x, np.ones(len(rows)))
    sets, units = (pd.factorize(rows[c])[0] for c in ("set", "unit"))
    known = lalonde()["specs"][spec]
    assert fit.coefficients[1] == pytest.approx(known["att_diff"], rel=1e-9)
    error = two_way(fit, SLOPE, sets, units)
    assert error.std_error == pytest.approx(known["se_twoway_subclass_id"], rel=1e-9)
    assert error.df == 184  # the sets are fewer than the students


def fitted(seed: int, n: int = 40):
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), random.normal(size=n)])
    fit = least_squares(random.normal(size=n), x, random.uniform(0.5, 2, n))
    return fit, random


@given(st.integers(0, 10_000))
def test_the_variance_is_the_sum_over_all_pairs_that_share_a_way(seed):
    """Sums of u_i u_j over all pairs in the same first, second or joint cluster."""
    fit, random = fitted(seed)
    n = len(fit.x)
    first, second = random.permutation(n) % 8, random.permutation(n) % 9
    u = fit.weights * (fit.x @ fit.bread @ SLOPE) * fit.residuals
    both = first * 9 + second
    expected = 0.0
    for way, sign in ((first, 1), (second, 1), (both, -1)):
        count = len(set(way.tolist()))
        shared = way[:, None] == way[None, :]
        factor = count / (count - 1) * (n - 1) / (n - 2)
        expected += sign * factor * np.sum(np.outer(u, u)[shared])
    if expected <= 0:
        with pytest.raises(NotEstimable, match="not positive"):
            two_way(fit, SLOPE, first, second)
    else:
        found = two_way(fit, SLOPE, first, second)
        assert found.std_error == pytest.approx(np.sqrt(expected), rel=1e-9)
        turned = two_way(fit, SLOPE, second, first)
        assert turned.std_error == pytest.approx(found.std_error, rel=1e-12)


@given(st.integers(0, 10_000))
def test_a_way_inside_the_other_adds_nothing(seed):
    fit, _ = fitted(seed)
    inner = np.arange(40) // 2
    found = two_way(fit, SLOPE, inner // 4, inner)
    assert found.std_error == pytest.approx(
        cr1(fit, SLOPE, inner // 4).std_error, rel=1e-9
    )
