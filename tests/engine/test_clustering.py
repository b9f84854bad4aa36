import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine import clustering
from tests.engine import oracles_clustering as literal
from tests.engine.worked import formulas, honest, kindergarten, lalonde_table, star

CASES = {
    "t=2.9,N=400,n=25,icc=.20": (25, 0.2),
    "t=2.9,N=400,n=25,icc=.10": (25, 0.1),
    "t=2.9,N=400,n=10,icc=.20": (10, 0.2),
}
sizes = st.integers(1, 6)
counts = st.integers(1, 5)
iccs = st.floats(0, 0.9)


@pytest.mark.parametrize("case", CASES)
def test_a_test_that_ignored_its_clusters_is_corrected_as_worked(case):
    known = formulas()["cluster_correction"][case]
    size, icc = CASES[case]
    found = clustering.corrected_test(2.9, clustering.both_arms(400, size, icc))
    assert found.t == pytest.approx(known["t_adj"], rel=1e-6)
    assert found.df == pytest.approx(known["df"], rel=1e-6)
    assert found.p == pytest.approx(known["p"], rel=1e-6)


def test_without_clustering_the_correction_changes_nothing():
    known = formulas()["cluster_correction"]["p_uncorrected"]
    found = clustering.corrected_test(2.9, clustering.both_arms(400, 25, 0.0))
    assert found.t == 2.9
    assert found.df == pytest.approx(398)
    assert found.p == pytest.approx(known, rel=1e-6)


def test_the_worked_degrees_of_freedom_of_a_hundred_students():
    known = formulas()["cluster_correction"]["h(N=100,n=5,icc=.1)"]
    assert clustering.both_arms(100, 5, 0.1).df == pytest.approx(known, rel=1e-6)


def test_ten_grades_of_sixty_carry_an_error_of_a_third_of_an_sd():
    case = formulas()["cluster_g"]
    found = clustering.both_arms(case["N"], case["n"], case["icc"])
    assert found.gamma == pytest.approx(case["gamma"], rel=1e-6)
    assert found.eta == pytest.approx(case["eta"], rel=1e-6)
    assert found.df == pytest.approx(case["h"], rel=1e-6)
    assert found.small_sample == pytest.approx(case["omega_h"], rel=1e-6)
    g = clustering.total_g(case["b_over_S"], found)
    assert g == pytest.approx(case["g_T"], rel=1e-6)
    error = clustering.total_g_error(g, 300, 300, found)
    assert error == pytest.approx(case["se_not_adjusted_model"], rel=1e-6)


@given(sizes, counts, counts, iccs)
def test_clusters_in_both_arms_have_the_moments_of_the_full_covariance(
    size, treated_clusters, other_clusters, icc
):
    clusters = np.repeat(np.arange(treated_clusters + other_clusters), size)
    if len(clusters) < 3:
        clusters = np.repeat(clusters, 2)
        size *= 2
    treated = clusters < treated_clusters
    alone = np.zeros(len(clusters), bool)
    slow = literal.moments(treated, literal.covariance(clusters, alone, icc))
    found = clustering.both_arms(len(clusters), size, icc)
    assert (found.gamma, found.eta, found.df) == pytest.approx(slow, rel=1e-9)


@given(sizes, counts, st.integers(2, 9), iccs)
def test_clusters_in_one_arm_have_the_moments_of_the_full_covariance(
    size, count, n_alone, icc
):
    clusters = np.concatenate([np.repeat(np.arange(count), size), np.full(n_alone, -1)])
    alone = clusters < 0
    slow = literal.moments(~alone, literal.covariance(clusters, alone, icc))
    found = clustering.one_arm(count * size, n_alone, size, icc)
    assert (found.gamma, found.eta, found.df) == pytest.approx(slow, rel=1e-9)


@given(st.integers(2, 20), st.integers(2, 30), iccs)
def test_more_clustering_never_makes_a_result_surer(clusters, size, icc):
    n = 2 * clusters * size
    less, more = (
        clustering.corrected_test(2.5, clustering.both_arms(n, size, rho))
        for rho in (icc, icc + 0.05)
    )
    assert more.t <= less.t
    assert more.p >= less.p - 1e-12


def test_the_worked_groups_and_star_schools_have_their_icc():
    case = formulas()["icc_anova"]
    values = np.concatenate(case["groups"]).astype(float)
    found = clustering.icc_anova(values, np.repeat([4, 9, 2], 3))
    assert found == pytest.approx(case["rho"], rel=1e-6)
    table = kindergarten().dropna(subset=["readk"])
    schools = pd.factorize(table["schoolidk"])[0]
    known = star()["experimental_benchmark"]["readk"]["icc_school_anova"]
    assert clustering.icc_anova(table["readk"].to_numpy(), schools) == pytest.approx(
        known, rel=1e-9
    )


def test_clusters_of_one_arm_each_have_the_icc_of_r():
    """R's anova(lm(re78 ~ treat + school)): the arms' means cost a degree each."""
    table = lalonde_table()
    schools = pd.factorize(10 * table["educ"] + table["treat"])[0]
    y, treated = table["re78"].to_numpy(float), (table["treat"] == 1).to_numpy()
    (known,) = honest()["icc_of_arms_apart"]
    assert clustering.icc_anova(y, schools, treated) == pytest.approx(known, rel=1e-9)


def test_on_average_the_icc_of_few_whole_schools_is_the_true_one():
    """With the arms' means for nothing a fifth of the variance looks like an eighth."""
    random = np.random.default_rng(5)
    schools, treated = np.repeat(np.arange(4), 25), np.repeat([True, False], 50)
    parts = np.zeros(2)
    for _ in range(2000):
        y = np.sqrt(0.2) * random.normal(size=4)[schools]
        y = y + np.sqrt(0.8) * random.normal(size=100)
        rho = clustering.icc_anova(y, schools, treated)
        parts += [rho / (1 - rho), 1]  # the ratio of the two variances has no bias
    assert parts[0] / parts[1] == pytest.approx(0.25, abs=0.02)


@given(
    st.lists(st.integers(2, 6), min_size=2, max_size=6),
    st.integers(0, 10_000),
    st.floats(0.1, 20),
)
def test_an_icc_is_that_of_the_mean_squares_whatever_the_scale(sizes, seed, scale):
    random = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    values = random.normal(size=len(sizes))[clusters] + random.normal(
        size=len(clusters)
    )
    order = random.permutation(len(clusters))
    found = clustering.icc_anova(scale * values[order] - 3, clusters[order])
    assert found == pytest.approx(literal.icc(values, clusters), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "clusters"),
    [([1.0, 2, 3], [0, 0, 0]), ([1.0, 2], [0, 1]), ([5.0] * 4, [0, 0, 1, 1])],
)
def test_no_icc_without_two_clusters_two_students_and_some_variance(values, clusters):
    with pytest.raises(NotEstimable):
        clustering.icc_anova(np.array(values), np.array(clusters))


@pytest.mark.parametrize(
    ("n", "size", "icc"), [(400, 25, 1.0), (400, 25, -0.1), (40, 25, 0.2), (2, 1, 0.2)]
)
def test_an_impossible_layout_is_refused(n, size, icc):
    with pytest.raises(NotEstimable):
        clustering.both_arms(n, size, icc)


def test_one_arm_needs_somebody_in_the_other():
    with pytest.raises(NotEstimable, match="empty"):
        clustering.one_arm(20, 0, 10, 0.2)


def test_a_degree_of_freedom_or_less_has_no_size_in_sds():
    layout = clustering.Clustering(gamma=0.9, eta=1.5, df=1.0)
    with pytest.raises(NotEstimable, match="degree of freedom"):
        clustering.total_g(0.5, layout)
