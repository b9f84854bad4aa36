from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine import gap_closing
from outcomes.engine.gap_closing import Models, fit_models, gap_under
from tests.engine import oracles_counterfactual as literal
from tests.engine.oracles_gaps import slope_by_weight
from tests.engine.worked import modelled_star, star

ESTIMATORS = {
    "outcome_modeling": gap_closing.outcome_model,
    "treatment_modeling": gap_closing.weighting,
    "doubly_robust": gap_closing.doubly_robust,
}
RULES = {
    "all_small": lambda focal: np.ones(len(focal)),
    "none_small": lambda focal: np.zeros(len(focal)),
    "half": lambda focal: np.full(len(focal), 0.5),
    "only_afam_small": lambda focal: focal.astype(float),
}


def star_models(keep=slice(None)) -> Models:
    children = modelled_star()
    return fit_models(
        children.z[keep],
        children.small[keep],
        children.with_program[keep],
        children.without_program[keep],
        children.treatment[keep],
    )


fitted_star = cache(star_models)


def known():
    return star()["gapclosing_readk_race"]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("group", ["afam", "cauc"])
def test_every_counterfactual_mean_of_star_is_that_of_the_r_package(
    rule, estimator, group
):
    focal = modelled_star().focal
    members = focal if group == "afam" else ~focal
    mean = ESTIMATORS[estimator](fitted_star(), RULES[rule](focal), members)
    expected = known()[rule]["means"][group][estimator]
    assert mean.value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("rule", RULES)
def test_every_counterfactual_gap_of_star_is_that_of_the_r_package(rule, estimator):
    focal = modelled_star().focal
    gap = gap_under(fitted_star(), RULES[rule](focal), focal, ESTIMATORS[estimator])
    expected = known()[rule]["gap_cauc_minus_afam"][estimator]
    assert gap.value == pytest.approx(expected, rel=1e-9)


def test_the_rule_that_changes_nothing_gives_the_gap_as_delivered():
    gap = gap_closing.gap_as_delivered(fitted_star(), modelled_star().focal)
    assert gap.value == pytest.approx(known()["factual_gap"], rel=1e-9)


def test_small_classes_for_the_focal_group_alone_would_halve_the_gap():
    focal = modelled_star().focal
    closed = gap_closing.gap_closed(fitted_star(), focal.astype(float), focal)
    assert closed.value == pytest.approx(0.36763143 - 0.18939554, abs=1e-7)
    assert closed.std_error(modelled_star().school) < closed.value / 2


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_errors_by_school_are_those_of_leaving_out_each_school(estimator):
    """Both models are fitted anew 79 times; unlike schools make that 2.5% larger."""
    children = modelled_star()

    def gap(keep):
        focal = children.focal[keep]
        return gap_under(
            star_models(keep), focal.astype(float), focal, ESTIMATORS[estimator]
        )

    left_out = literal.jackknife(lambda keep: gap(keep).value, children.school)
    everyone = gap(np.ones(len(children.z), bool))
    assert everyone.std_error(children.school) == pytest.approx(left_out, rel=0.03)


def made_up(seed: int, n: int = 60):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    focal = np.arange(n) % 2 == 0
    treated = random.random(n) < 1 / (1 + np.exp(-0.5 * x))
    treated[:4] = [True, True, False, False]
    y = x + 0.4 * treated - 0.5 * focal + random.normal(size=n)
    one = np.ones(n)
    columns = [np.column_stack([one, a * one, x, focal, a * focal]) for a in (1, 0)]
    return y, treated, columns, np.column_stack([one, x]), focal, random


seeds = st.integers(0, 10_000)


@given(seeds)
def test_any_rule_gives_the_literal_doubly_robust_mean(seed):
    y, treated, columns, z, focal, random = made_up(seed)
    rule = random.random(len(y))
    models = fit_models(y, treated, *columns, z)
    predicted = [c @ models.slopes for c in columns]
    mean = gap_closing.doubly_robust(models, rule, focal).value
    slow = literal.counterfactual_mean(
        y, treated, *predicted, models.score, rule, focal
    )
    assert mean == pytest.approx(slow, abs=1e-9)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_an_influence_is_the_slope_in_a_student_s_weight(kind):
    """Both models are fitted anew by statsmodels for each small change of a weight."""
    y, treated, columns, z, focal, random = made_up(4, n=30)
    rule = random.random(len(y))
    models = fit_models(y, treated, *columns, z)
    slope = slope_by_weight(
        lambda w: literal.weighted_mean_under(
            y, treated, columns, z, rule, focal, kind, w
        ),
        np.ones(len(y)),
    )
    mean = ESTIMATORS[kind](models, rule, focal)
    assert mean.influence == pytest.approx(slope, abs=1e-6)


@given(seeds, st.floats(-5, 5), st.floats(0.1, 10))
def test_gaps_follow_the_scale_of_the_test_and_not_its_zero(seed, shift, scale):
    y, treated, columns, z, focal, random = made_up(seed)
    rule = random.random(len(y))
    for estimator in ESTIMATORS.values():
        first, second = (
            gap_under(fit_models(v, treated, *columns, z), rule, focal, estimator)
            for v in (y, shift + scale * y)
        )
        assert second.value == pytest.approx(scale * first.value, abs=1e-8)
        assert second.std_error() == pytest.approx(scale * first.std_error(), rel=1e-6)


@given(seeds)
def test_a_lottery_lies_between_none_and_all(seed):
    y, treated, columns, z, focal, _ = made_up(seed)
    models = fit_models(y, treated, *columns, z)
    none, half, every = (
        gap_under(models, np.full(len(y), p), focal, gap_closing.outcome_model).value
        for p in (0.0, 0.5, 1.0)
    )
    assert half == pytest.approx((none + every) / 2, abs=1e-10)


@pytest.mark.parametrize("chance", [1.5, -0.5])
def test_a_chance_beyond_none_and_all_is_no_rule(chance):
    focal = modelled_star().focal
    with pytest.raises(NotEstimable, match="between 0 and 1"):
        gap_under(fitted_star(), np.full(len(focal), chance), focal)


def test_who_was_certain_not_to_take_part_and_did_stands_for_nobody():
    y, treated, columns, z, _, _ = made_up(1)
    models = fit_models(y, treated, *columns, z)
    score = np.where(treated & (np.cumsum(treated) == 1), 0.0, models.score)
    certain = replace(models, score=score)
    with pytest.raises(NotEstimable, match="certain to do what they did"):
        certain.weights(np.ones(len(y)))
    asked = certain.weights(np.zeros(len(y)))  # of those who took part nothing is asked
    assert asked == pytest.approx(np.where(treated, 0, 1 / (1 - models.score)))


def test_a_group_in_which_nobody_did_what_the_rule_asks_has_no_weighted_mean():
    y, treated, columns, z, _, _ = made_up(1)
    models = fit_models(y, treated, *columns, z)
    with pytest.raises(NotEstimable, match="at least one student"):
        gap_closing.weighting(models, np.ones(len(y)), ~treated)


def test_arms_that_the_covariates_tell_apart_have_no_models():
    y, _, columns, z, _, _ = made_up(1)
    with pytest.raises(NotEstimable, match="no overlap"):
        fit_models(y, z[:, 1] > 0, *columns, z)


@pytest.mark.parametrize("model", ["outcome", "treatment"])
def test_a_column_said_twice_is_refused(model):
    y, treated, columns, z, _, _ = made_up(1)
    if model == "outcome":
        columns = [np.column_stack([c, c[:, 2]]) for c in columns]
    else:
        z = np.column_stack([z, 2 * z[:, 1]])
    with pytest.raises(NotEstimable, match="implied by the others"):
        fit_models(y, treated, *columns, z)
