"""The engine against slow, literal versions of itself, on random tables."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine import covariance
from outcomes.engine.balance import (
    arms_of,
    balance_table,
    split,
    variance_ratio,
)
from outcomes.engine.covariance import cr1, cr2, hc3
from outcomes.engine.linear import independent, least_squares
from outcomes.engine.matched import Matched, from_cells
from outcomes.engine.notices import Notices
from outcomes.engine.propensity import propensity
from outcomes.engine.study import Study
from tests.engine import oracles
from tests.engine.random_studies import keys, match_on, tables

near = pytest.approx
seldom = settings(max_examples=60, deadline=None)
often = settings(max_examples=200, deadline=None)


@often
@given(
    tables(),
    st.sampled_from(["largest", "smallest"]),
    st.integers(1, 3),
    st.sampled_from([None, 0.5, 0.05]),
    st.sampled_from([[], ["school"], ["school", "grade"]]),
)
def test_nearest_pairs_are_those_of_a_look_at_everyone(
    frame, order, ratio, width, exact
):
    caliper = {"distance": {"width": width, "unit": "raw"}} if width else {}
    design = Design.from_dict(
        keys(order=order, ratio=ratio, exact=exact, caliper=caliper)
    )
    study, arranged = match_on(frame, design)
    assume(not arranged.space.is_separated)
    literal = oracles.nearest_pairs(
        arranged.space.score,
        study.treated,
        arranged.limits.cell,
        ratio=ratio,
        order=order,
        width=width or np.inf,
    )
    assert pairs_of(arranged.matched) == sorted(literal)


def pairs_of(matched):
    members = list(zip(matched.sets.tolist(), matched.rows.tolist(), strict=True))
    owner = {number: row for number, row in members if matched.treated[row]}
    return sorted((owner[n], row) for n, row in members if not matched.treated[row])


@often
@given(tables(), st.sampled_from([["school"], ["grade"], ["school", "grade"]]))
def test_a_tie_is_broken_alike_on_the_line_and_by_looking_at_everyone(frame, exact):
    wide = {"pretest": {"width": 1e6, "unit": "raw"}}  # a caliper that forbids nobody
    fast = Design.from_dict(keys(exact=exact))
    slow = Design.from_dict(keys(exact=exact, caliper=wide))
    one, other = (match_on(frame, d)[1].matched for d in (fast, slow))
    assert pairs_of(one) == pairs_of(other)


@st.composite
def regressions(draw):
    """y, x with an intercept, weights and clusters, with more rows than columns."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, k = draw(st.integers(12, 40)), draw(st.integers(1, 4))
    x = np.column_stack([np.ones(n), random.normal(size=(n, k))])
    if draw(st.booleans()):
        x[:, 1] = x[:, 1] > 0
    assume(np.ptp(x[:, 1]) > 0)
    clusters = random.integers(0, draw(st.integers(3, 12)), n)
    clusters = np.unique(clusters, return_inverse=True)[1]
    uneven = random.uniform(0.2, 3, n)
    weights = draw(st.sampled_from([np.ones(n), np.full(n, 2.5), uneven]))
    return random.normal(size=n), x, weights, clusters


@often
@given(regressions())
def test_clustered_errors_are_those_of_the_full_matrices(data):
    y, x, weights, clusters = data
    on = np.eye(x.shape[1])[1]
    fit = least_squares(y, x, weights)
    assert len(fit.kept) == x.shape[1]
    variance = oracles.cr1_variance(y, x, weights, clusters)
    assert cr1(fit, on, clusters).std_error ** 2 == near(variance[1, 1], rel=1e-8)
    variance, df = oracles.cr2_variance_and_df(y, x, weights, clusters, on)
    found = cr2(fit, on, clusters)
    assert found.std_error**2 == near(variance, rel=1e-6, abs=1e-18)
    assert found.df == near(df, rel=1e-6)


@often
@given(st.integers(0, 10_000), st.sampled_from([1.0, 2.5, None]))
def test_of_many_clusters_errors_are_those_of_the_full_matrices_too(seed, weight):
    """Each is then so near I that its root is a short series."""
    random = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(60), random.integers(1, 4, 60))
    n = len(clusters)
    level, sd = random.uniform(-50, 50), random.uniform(1, 50)
    x = np.column_stack([np.ones(n), random.random(n) < 0.5, random.normal(size=n)])
    x[:, 2] = level + sd * x[:, 2]
    weights = random.uniform(0.5, 2, n) if weight is None else np.full(n, weight)
    y, on = random.normal(size=n), np.eye(3)[1]
    fit = least_squares(y, x, weights)
    near_by = cr2(fit, on, clusters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covariance, "SMALL", 0.0)
        by_eigenvalues = cr2(fit, on, clusters)
        patch.setattr(covariance, "SMALL", 0.3)
        patch.delattr(covariance, "_adjust_far")  # not asked at all
        assert cr2(fit, on, clusters) == near_by
    assert near_by.std_error == near(by_eigenvalues.std_error, rel=1e-12)
    assert near_by.df == near(by_eigenvalues.df, rel=1e-9)
    variance, df = oracles.cr2_variance_and_df(y, x, weights, clusters, on)
    assert near_by.std_error**2 == near(variance, rel=1e-6)
    assert near_by.df == near(df, rel=1e-6)


@often
@given(regressions(), st.sampled_from([1, 7, 20]))
def test_clusters_give_the_same_errors_together_as_alone(data, batch):
    y, x, weights, clusters = data
    assume(len(np.unique(clusters)) > 1)
    fit, on = least_squares(y, x, weights), np.eye(x.shape[1])[1]
    together = cr2(fit, on, clusters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covariance, "BATCH", batch)
        alone = cr2(fit, on, clusters)
    assert (alone.std_error, alone.df) == near((together.std_error, together.df))


@often
@given(regressions())
def test_robust_errors_are_those_of_the_full_matrices(data):
    y, x, weights, _ = data
    fit = least_squares(y, x, weights)
    _, hat = oracles.projection(x, weights)
    assume(np.diag(hat).max() < 1 - 1e-6)
    variance = oracles.hc3_variance(y, x, weights)
    for j in range(x.shape[1]):
        found = hc3(fit, np.eye(x.shape[1])[j])
        assert found.std_error**2 == near(variance[j, j], rel=1e-8)


@seldom
@given(regressions())
def test_least_squares_has_a_second_opinion(data):
    y, x, weights, _ = data
    fit = least_squares(y, x, weights)
    other = sm.WLS(y, x, weights=weights).fit()
    assert fit.coefficients == near(other.params, rel=1e-8, abs=1e-10)


def test_a_column_that_others_imply_is_left_out_last_declared_first():
    x = np.random.default_rng(1).normal(size=(30, 3))
    table = np.column_stack([x, x[:, 0] - 2 * x[:, 2], np.ones(30), x[:, 1] + 5])
    assert independent(table.T @ table) == [0, 1, 2, 4]


def test_an_error_needs_two_clusters_and_a_residual():
    fit = least_squares(np.arange(4.0), np.eye(4)[:, :2] + 1, np.ones(4))
    with pytest.raises(NotEstimable, match="one cluster"):
        cr1(fit, np.array([1.0, 0.0]), np.zeros(4, dtype=int))
    full = least_squares(np.arange(3.0), np.eye(3), np.ones(3))
    for rule in (hc3, lambda f, c: cr1(f, c, np.arange(3))):
        with pytest.raises(NotEstimable, match="as many coefficients"):
            rule(full, np.array([1.0, 0.0, 0.0]))


@seldom
@given(tables())
def test_the_propensity_score_has_a_second_opinion(frame):
    study = Study.from_frame(frame, Design.from_dict(keys()))
    warn = Notices()
    found = propensity(study.covariates, study.treated, warn)
    assume(not warn.found)
    x = sm.add_constant(study.covariates.model.dense())
    other = sm.GLM(study.treated.astype(float), x, family=sm.families.Binomial())
    fitted = other.fit(tol=1e-12, maxiter=100)
    assert found.score == near(fitted.fittedvalues, abs=1e-7)


@st.composite
def memberships(draw):
    """Random disjoint cells with both arms in some of them."""
    n = draw(st.integers(4, 25))
    cell = draw(st.lists(st.integers(-1, 4), min_size=n, max_size=n))
    treated = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return np.array(cell), np.array(treated)


@often
@given(memberships())
def test_weights_are_those_of_the_definition(data):
    cell, treated = data
    found = from_cells(cell, treated)
    sets = [
        np.flatnonzero(cell == c) for c in range(5) if len(set(treated[cell == c])) == 2
    ]
    literal = oracles.weights_from_sets(sets, treated, len(cell))
    assert found.weights() == near(literal)
    assert found.n_sets == len(sets)


@often
@given(memberships(), st.integers(0, 2**20))
def test_a_set_without_an_arm_is_gone_and_the_others_share_again(data, bits):
    cell, treated = data
    gone = np.array([bool(bits >> i & 1) for i in range(len(cell))])
    left = from_cells(cell, treated).without(gone)
    again = from_cells(np.where(gone, -1, cell), treated)
    assert left.weights() == near(again.weights())


@often
@given(st.integers(3, 20), st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_balance_of_a_number_is_that_of_the_definition(n, seed, even_arms):
    random = np.random.default_rng(seed)
    x = random.integers(0, 6, 2 * n).astype(float)
    w = random.uniform(0.1, 2, 2 * n)
    w[: n * even_arms] = 1.5
    treated = np.arange(2 * n) < n
    assume(all(np.ptp(x[arm]) > 0 for arm in (treated, ~treated)))
    groups = split(x, arms_of(treated, w), is_binary=False)
    ratio = oracles.weighted_variance(x[:n], w[:n])
    ratio /= oracles.weighted_variance(x[n:], w[n:])
    assert variance_ratio(groups) == near(ratio)


@seldom
@given(tables())
def test_balance_does_not_depend_on_units_of_measurement(frame):
    design = Design.from_dict(keys(covariates=["pretest", "absence"]))
    moved = frame.assign(pretest=frame["pretest"] * 1000 - 7)
    one, other = (Study.from_frame(f, design) for f in (frame, moved))
    weights = np.ones(one.n)
    for a, b in zip(
        balance_table(one, weights), balance_table(other, weights), strict=True
    ):
        assert alike(a.smd_after, b.smd_after)
        assert alike(a.wwc_effect_size, b.wwc_effect_size)


def test_members_are_numbered_by_their_first_student():
    treated = np.array([True, False, True, False])
    matched = Matched(
        treated,
        sets=np.array([1, 1, 0, 0]),
        rows=np.array([3, 0, 2, 1]),
        shares=np.ones(4),
        is_paired=True,
    )
    in_order = matched.sorted()
    assert in_order.sets.tolist() == [0, 0, 1, 1]
    assert in_order.rows.tolist() == [0, 3, 2, 1]


def test_sets_that_share_a_comparison_student_stay_apart():
    matched = Matched(
        np.array([False, True, True]),
        sets=np.array([0, 1, 0, 1]),
        rows=np.array([1, 2, 0, 0]),
        shares=np.ones(4),
        is_paired=False,
    )
    in_order = matched.sorted()
    assert in_order.sets.tolist() == [0, 0, 1, 1]
    assert in_order.rows.tolist() == [1, 0, 2, 0]


def alike(one, other):
    """Equal numbers, or no number for the same reason."""
    if isinstance(one, NotEstimable):
        return str(one) == str(other)
    return one == near(other, abs=1e-9)
