import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.covariance import as_arms, cr1, cr2
from outcomes.engine.jackknife import cr3
from outcomes.engine.linear import least_squares
from outcomes.engine.outcome_model import EFFECT, contrast, difference, spreads
from outcomes.engine.sample import Sample
from tests.engine import oracles
from tests.engine import oracles_errors as literal
from tests.engine.worked import REFERENCE, honest, kindergarten, no_covariates, star

SLOPE = np.array([0.0, 1.0, 0.0])


def made_up(seed: int, n: int = 60, count: int = 7):
    random = np.random.default_rng(seed)
    # Of 22 to 4: those of one size are worked on together.
    clusters = (count * (random.permutation(n) / n) ** 2).astype(int)
    treated = random.integers(0, 2, n)
    x = np.column_stack([np.ones(n), treated, random.normal(size=n)])
    y = random.normal(size=n) + 0.5 * random.normal(size=count)[clusters]
    return y, x, random.uniform(0.5, 2, n), clusters


@given(st.integers(0, 10_000))
def test_leaving_out_by_algebra_is_leaving_out_by_refitting(seed):
    y, x, w, clusters = made_up(seed)
    found = cr3(least_squares(y, x, w), SLOPE, clusters)
    slow = literal.left_out(y, x, w, SLOPE, clusters)
    assert found.std_error == pytest.approx(slow, rel=1e-8)
    slow = literal.degrees_left_out(x, w, SLOPE, clusters)
    assert found.df == pytest.approx(slow, rel=1e-8)
    assert 1 <= found.df <= 6 + 1e-9


@given(st.integers(0, 10_000), st.sampled_from([1.0, 2.5]))
def test_an_arm_of_a_cluster_in_one_row_gives_the_errors_of_its_students(seed, weight):
    y, x, _, clusters = made_up(seed)
    w, x, slope = np.full(60, weight), x[:, :2], SLOPE[:2]
    fit = least_squares(y, x, w)
    assert len(as_arms(fit, clusters)[0].x) <= 14
    found = cr3(fit, slope, clusters)
    assert found.std_error == pytest.approx(
        literal.left_out(y, x, w, slope, clusters), rel=1e-8
    )
    slow = literal.degrees_left_out(x, w, slope, clusters)
    assert found.df == pytest.approx(slow, rel=1e-8)
    variance, df = oracles.cr2_variance_and_df(y, x, w, clusters, slope)
    found = cr2(fit, slope, clusters)
    assert (found.std_error**2, found.df) == pytest.approx((variance, df), rel=1e-6)


def test_error_and_degrees_of_freedom_are_those_of_r():
    table = pd.read_csv(REFERENCE / "lalonde.csv")
    columns = [table["treat"], table["age"], table["re75"] / 1000]
    x = np.column_stack([np.ones(len(table)), *columns])
    weights = 1.0 + table["age"].to_numpy() % 3
    fit = least_squares(table["re78"].to_numpy(float), x, weights)
    schooling = np.unique(table["educ"], return_inverse=True)[1].reshape(-1)
    found = cr3(fit, np.eye(4)[1], schooling)
    r = honest()["cr3_se_df"]
    assert (found.std_error, found.df) == pytest.approx(tuple(r), rel=1e-8)


@given(st.integers(0, 10_000), st.floats(0.1, 9), st.floats(-9, 9))
def test_the_error_follows_the_scale_of_the_outcome_and_not_its_zero(
    seed, scale, shift
):
    y, x, w, clusters = made_up(seed)
    first = cr3(least_squares(y, x, w), SLOPE, clusters)
    second = cr3(least_squares(scale * y + shift, x, 3 * w), SLOPE, clusters)
    assert second.std_error == pytest.approx(scale * first.std_error, rel=1e-7)


def test_clusters_of_one_give_hc3_but_for_the_factor():
    """sum (r e / (1 - h))^2 (n-1)/n: the plain jackknife."""
    y, x, _, _ = made_up(3, n=30)
    fit = least_squares(y, x, np.ones(30))
    hat = np.einsum("ij,jk,ik->i", x, fit.bread, x)
    moved = (x @ fit.bread @ SLOPE) * fit.residuals / (1 - hat)
    found = cr3(fit, SLOPE, np.arange(30)).std_error
    assert found == pytest.approx(np.sqrt(29 / 30 * np.sum(moved**2)), rel=1e-9)


def test_star_with_a_mean_for_each_school_keeps_its_place_above_the_other_errors():
    """A school's own mean leaves with it; R's CR1 and CR2 are reproduced beside."""
    table = kindergarten().dropna(subset=["readk"])
    schools = np.unique(table["schoolidk"], return_inverse=True)[1].reshape(-1)
    dummies = (schools[:, None] == np.arange(79)).astype(float)
    x = np.column_stack([table["small"].to_numpy(), dummies])
    y, one = table["z"].to_numpy(), np.ones(len(table))
    contrast = np.eye(80)[0]
    fit = least_squares(y, x, one)
    known = star()["experimental_benchmark"]["readk"]
    assert fit.coefficients[0] == pytest.approx(known["itt_school_fe"], rel=1e-9)
    errors = [rule(fit, contrast, schools).std_error for rule in (cr1, cr2, cr3)]
    assert errors[0] == pytest.approx(known["se_cluster_school_CR1"], rel=1e-9)
    assert errors[1] == pytest.approx(known["se_cluster_school_CR2"], rel=1e-9)
    assert errors[1] < errors[2] < 1.05 * errors[1]
    some = schools < 5
    small = np.column_stack([x[some, :1], dummies[some][:, :5]])
    found = cr3(least_squares(y[some], small, one[some]), np.eye(6)[0], schools[some])
    slow = literal.left_out(y[some], small, one[some], np.eye(6)[0], schools[some])
    assert found.std_error == pytest.approx(slow, rel=1e-8)


def test_a_cluster_that_holds_all_participants_cannot_be_left_out():
    y, x, w, clusters = made_up(4)
    x[:, 1] = clusters == 2
    with pytest.raises(NotEstimable, match="one cluster alone"):
        cr3(least_squares(y, x, w), SLOPE, clusters)
    with pytest.raises(NotEstimable, match="in one cluster"):
        cr3(least_squares(y, x, w), SLOPE, np.zeros(60, int))


@pytest.mark.parametrize(("count", "is_there"), [(100, True), (101, False)])
def test_up_to_a_hundred_clusters_are_left_out_one_at_a_time(count, is_there):
    students = 2 * count
    clusters = np.arange(students) // 2
    sample = Sample(
        rows=np.arange(students),
        treated=clusters % 2 == 0,
        y=np.arange(students) % 7.0,
        weights=np.ones(students),
        covariates=no_covariates(students),
        clusters=clusters,
        sets=None,
    )
    fit = least_squares(sample.y, difference(sample), sample.weights)
    design = Design("student", "treated", (), cluster="school")
    found = spreads(fit, contrast(fit, {EFFECT: 1.0}), sample, design)
    assert ("CR3 by school" in dict(found)) == is_there
