import pytest

from outcomes.designs.errors import NotEstimable
from outcomes.engine import effect_sizes, power
from tests.engine.worked import formulas

near = pytest.approx


def test_hedges_g_of_the_handbook():
    assert effect_sizes.hedges_g(1.0, 1.0, 1.0, 3, 3) == near(0.8)
    ours = formulas()["hedges"]
    sizes = (ours["sd_t"], ours["sd_c"], ours["n_t"], ours["n_c"])
    assert effect_sizes.small_sample(10, 30) == near(ours["omega"])
    assert effect_sizes.pooled_sd(*sizes) == near(ours["s_pooled"])
    assert effect_sizes.hedges_g(215.0 - 208.5, *sizes) == near(ours["g"])


def test_the_cox_index():
    ours = formulas()["cox"]
    shares = (ours["p_t"], ours["p_c"])
    found = effect_sizes.cox_index(*shares, ours["n_t"], ours["n_c"])
    assert found == near(ours["with_omega"])
    assert effect_sizes.cox_index(*shares, 10**9, 10**9) == near(ours["without_omega"])


@pytest.mark.parametrize(
    ("p_t", "p_c"),
    [(0.0, 0.1), (0.1, 0.0), (1.0, 0.5), (0.45, 5.6e-17), (0.45, 1 - 2.2e-16)],
)
def test_a_share_of_none_or_all_has_no_cox_index(p_t, p_c):
    with pytest.raises(NotEstimable, match="no logit"):
        effect_sizes.cox_index(p_t, p_c, 50, 50)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_equal_shares_do_not_differ(share):
    assert effect_sizes.cox_index(share, share, 5, 9) == 0
    assert effect_sizes.cox_index(share, share + 5.6e-17, 5, 9) == 0


def test_the_improvement_index():
    for g, rank in formulas()["improvement_index"].items():
        assert effect_sizes.improvement_index(float(g)) == near(rank)


def test_groups_without_spread_have_no_effect_size():
    with pytest.raises(NotEstimable, match="zero variance"):
        effect_sizes.hedges_g(1.0, 0.0, 0.0, 5, 5)
    with pytest.raises(NotEstimable, match="fewer than three"):
        effect_sizes.pooled_sd(0.0, 0.0, 1, 1)


def test_three_students_have_no_size_in_sds_for_their_correction_is_0():
    with pytest.raises(NotEstimable, match="three students"):
        effect_sizes.hedges_g(1.0, 1.0, 0.0, 2, 1)
    assert effect_sizes.hedges_g(1.0, 1.0, 1.0, 2, 2) == near(4 / 7)


COHORTS = {
    "one cohort 10 v 30, R2=.5": (10, 30),
    "8 cohorts of 10 v 240, R2=.5, no clustering": (80, 240),
    "20 cohorts of 10 v 600, R2=.5, no clustering": (200, 600),
    "40 cohorts of 10 v 1200, R2=.5, no clustering": (400, 1200),
}


@pytest.mark.parametrize("case", COHORTS)
def test_the_smallest_effect_that_cohorts_can_show(case):
    found = power.mdes(*COHORTS[case], r2=0.5, covariates=1)
    assert found == near(formulas()["mdes"][case], rel=1e-6)


GRADES = "10 EfA grade cohorts v 30, 60 each, icc .20, "
CLUSTERS = {
    "20 program schools + 20 comparison schools, 10 each, icc .15, R2 .5/.5": (
        (20, 20, 10),
        {"icc": 0.15, "r2_within": 0.5, "r2_between": 0.5, "covariates": 1},
    ),
    f"{GRADES}R2 .5/.7": (
        (10, 30, 60),
        {"icc": 0.2, "r2_within": 0.5, "r2_between": 0.7, "covariates": 1},
    ),
    f"{GRADES}no covariate": ((10, 30, 60), {"icc": 0.2}),
}


@pytest.mark.parametrize("case", CLUSTERS)
def test_the_smallest_effect_that_whole_schools_can_show(case):
    sizes, settings = CLUSTERS[case]
    found = power.mdes_of_clusters(*sizes, **settings)
    assert found == near(formulas()["mdes"][case], rel=1e-6)


def test_the_multiplier():
    assert power.multiplier(38) == near(formulas()["mdes"]["multiplier df=38"])
    with pytest.raises(NotEstimable):
        power.multiplier(0)


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0)])
def test_an_empty_group_has_no_power(sizes):
    with pytest.raises(NotEstimable, match="empty"):
        power.mdes(*sizes)
    with pytest.raises(NotEstimable, match="empty"):
        power.mdes_of_clusters(*sizes, 10, icc=0.2)
