from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.aipw import aipw_att, cross_fitted, effect_of, fitted_effect, folds
from outcomes.engine.distance import Space
from outcomes.engine.gap_closing import fit_models
from outcomes.engine.notices import Notices
from outcomes.engine.propensity import propensity
from outcomes.engine.sample import unmatched_sample
from outcomes.engine.study import Study
from outcomes.terms import Estimand
from tests.engine import oracles_counterfactual as literal
from tests.engine.worked import lalonde, lalonde_table, modelled_star, star

KEYS = np.array([f"S{i}" for i in range(100)], dtype=object)
DESIGN = Design.from_dict(
    {"unit": "key", "treatment": "t", "outcomes": ["y"], "covariates": ["x0", "x1"]}
)


def earnings():
    table = lalonde_table()
    x = np.column_stack(
        [table[c] for c in ("age", "educ", "married", "nodegree", "re74", "re75")]
        + [table["race"] == level for level in ("hispan", "white")]
    ).astype(float)
    return table["re78"].to_numpy(float), (table["treat"] == 1).to_numpy(), x


def made_up(seed: int, n: int = 80):
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 2))
    score = 1 / (1 + np.exp(-0.6 * x[:, 0]))
    treated = random.random(n) < score
    treated[:20] = np.arange(20) % 2 == 0
    y = x @ [1.0, 0.5] + 0.3 * treated + random.normal(size=n)
    return y, treated, x, score


def studied(y, treated, x) -> Study:
    known = {"key": KEYS[: len(y)], "t": treated, "y": y, "x0": x[:, 0], "x1": x[:, 1]}
    return Study.from_frame(pd.DataFrame(known), DESIGN)


def test_lalonde_gives_the_effect_and_error_of_r():
    """R stopped its score model at a change of 1e-8, hence not more digits."""
    effect, known = fitted_effect(*earnings()), lalonde()["other"]
    assert effect.value == pytest.approx(known["aipw_att"], rel=1e-7)
    assert effect.std_error() == pytest.approx(known["aipw_att_se"], rel=1e-7)


@pytest.mark.parametrize("group", ["afam", "cauc"])
def test_star_gives_each_group_the_effect_that_r_found(group):
    children = modelled_star()
    models = fit_models(
        children.z,
        children.small,
        children.with_program,
        children.without_program,
        children.treatment,
    )
    without = children.without_program @ models.slopes
    members = children.focal if group == "afam" else ~children.focal
    effect = aipw_att(children.z, children.small, without, models.score, members)
    known = star()["gapclosing_readk_race"]["att_aipw"][group]
    assert effect.value == pytest.approx(known, rel=1e-9)
    assert effect.std_error(children.school) > effect.std_error()


@given(st.integers(0, 10_000))
def test_any_two_models_give_the_literal_sum(seed):
    y, treated, x, score = made_up(seed)
    everyone = np.ones(len(y), bool)
    effect = aipw_att(y, treated, x[:, 1], score, everyone)
    assert effect.value == pytest.approx(
        literal.att(y, treated, x[:, 1], score), abs=1e-10
    )
    assert effect.influence.sum() == pytest.approx(0, abs=1e-10)


@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(0.1, 10))
def test_the_effect_follows_the_scale_of_the_outcome_and_not_its_zero(
    seed, shift, scale
):
    y, treated, x, _ = made_up(seed)
    effect = fitted_effect(y, treated, x)
    moved = fitted_effect(shift + scale * y, treated, 3 * x - 1)
    assert moved.value == pytest.approx(scale * effect.value, abs=1e-7)
    order = np.random.default_rng(seed).permutation(len(y))
    mixed = fitted_effect(y[order], treated[order], x[order])
    assert mixed.value == pytest.approx(effect.value, abs=1e-9)


@pytest.mark.parametrize("right", ["score", "outcome"])
def test_one_right_model_is_enough(right):
    """4,000 students; with both models wrong the bias would be near .56."""
    y, treated, x, score = made_up(3, n=4000)
    everyone = np.ones(len(y), bool)
    flat = np.full(len(y), treated.mean())
    without = x @ [1.0, 0.5] if right == "outcome" else 0 * y
    effect = aipw_att(
        y, treated, without, score if right == "score" else flat, everyone
    )
    assert effect.value == pytest.approx(0.3, abs=0.1)
    wrong = aipw_att(y, treated, 0 * y, flat, everyone)
    assert wrong.value > 0.6


def test_cross_fitting_finds_an_effect_without_noise_exactly():
    _, treated, x, _ = made_up(5)
    y = 2 + x @ [1.0, -1.0] + 0.7 * treated
    effect = cross_fitted(y, treated, x, np.arange(len(y)) % 4)
    assert effect.value == pytest.approx(0.7, abs=1e-10)


def test_cross_fitting_predicts_a_student_from_other_folds_only():
    """A comparison student's own outcome enters once, by his own odds."""
    y, treated, x, _ = made_up(6)
    fold = np.arange(len(y)) % 5
    who = int(np.flatnonzero(~treated)[0])
    before = cross_fitted(y, treated, x, fold)
    y[who] += 10
    after = cross_fitted(y, treated, x, fold)
    same_fold = (fold == fold[who]) & (np.arange(len(y)) != who)
    others = ~treated & same_fold
    shift = after.influence - before.influence
    assert shift[others] == pytest.approx(0, abs=1e-12)
    assert abs(shift[who]) > 1e-3


@given(st.integers(0, 10_000), st.sampled_from([*Estimand]))
def test_a_score_that_is_known_gives_the_same_bits_as_one_fitted_again(seed, estimand):
    y, treated, x, _ = made_up(seed)
    study = studied(y, treated, x)
    fitted = propensity(study.covariates, treated, Notices())
    everyone = unmatched_sample(study, y, estimand, fitted)
    again = effect_of(replace(everyone, fitted=None), DESIGN)
    found = effect_of(everyone, DESIGN)
    assert found.value == again.value
    assert (found.influence == again.influence).all()


def test_a_score_of_others_is_not_taken_for_ones_own():
    y, treated, x, _ = made_up(3)
    study = studied(y, treated, x)
    fitted = propensity(study.covariates, treated, Notices())
    everyone = unmatched_sample(study, y, fitted=fitted)
    assert everyone.fitted is fitted
    assert everyone.where(everyone.rows < 70).fitted is None
    y[5] = np.nan
    assert unmatched_sample(study, y, fitted=fitted).fitted is None
    some = Space(fitted.logit[:, None], fitted.logit, fitted).where(np.arange(70))
    assert some.propensity.model is None


def test_a_known_score_without_overlap_is_refused_as_one_fitted_again_is():
    y, _, x, _ = made_up(3)
    treated = x[:, 0] > 0
    study = studied(y, treated, x)
    fitted = propensity(study.covariates, treated, Notices())
    for known in (fitted, None):
        sample = unmatched_sample(study, y, fitted=known)
        with pytest.raises(NotEstimable, match="no overlap"):
            effect_of(sample, DESIGN)


def test_folds_do_not_depend_on_the_order_of_rows_and_keep_clusters_together():
    takes_part = np.arange(100) < 30
    fold = folds(KEYS, 7, 5, takes_part)
    assert np.bincount(fold).tolist() == [20] * 5
    order = np.random.default_rng(1).permutation(100)
    assert (folds(KEYS[order], 7, 5, takes_part[order]) == fold[order]).all()
    assert (folds(KEYS, 8, 5, takes_part) != fold).any()
    schools = np.array([f"school {i % 12}" for i in range(100)], dtype=object)
    by_school = folds(schools, 7, 5, takes_part)
    assert all(len(set(by_school[schools == s])) == 1 for s in set(schools))


@given(st.integers(0, 10_000), st.integers(2, 9))
def test_schools_that_take_part_are_spread_over_the_folds(seed, count):
    schools = np.array([f"school {i % 33}" for i in range(330)], dtype=object)
    takes_part = np.arange(330) % 33 < 3
    fold = folds(schools, seed, count, takes_part)
    of_schools = [fold[schools == f"school {i}"][0] for i in range(3)]
    assert len(set(of_schools)) == min(count, 3)
    assert np.ptp(np.bincount(fold)) <= 10


def test_a_level_that_the_other_folds_do_not_have_is_no_crash():
    y, treated, x, _ = made_up(11)
    fold = np.arange(len(y)) % 4
    rare = (fold == 2) & (np.arange(len(y)) % 8 == 2)
    table = np.column_stack([x, rare])
    assert np.isfinite(cross_fitted(y, treated, table, fold).value)


def test_cross_fitted_lalonde_is_the_same_whatever_the_order_of_rows():
    y, treated, x = earnings()
    keys = lalonde_table()["unit_id"].to_numpy(object)
    order = np.random.default_rng(2).permutation(len(y))
    first = cross_fitted(y, treated, x, folds(keys, 1, 5, treated))
    fold = folds(keys[order], 1, 5, treated[order])
    second = cross_fitted(y[order], treated[order], x[order], fold)
    assert second.value == pytest.approx(first.value, rel=1e-9)
    known = lalonde()["other"]
    assert abs(first.value - known["aipw_att"]) < known["aipw_att_se"]


def test_a_covariate_that_says_nothing_more_does_not_matter():
    y, treated, x, _ = made_up(8)
    more = np.column_stack([x, x[:, 0] - x[:, 1], np.ones(len(y))])
    effect = fitted_effect(y, treated, x).value
    assert fitted_effect(y, treated, more).value == pytest.approx(effect, rel=1e-9)


def test_no_participant_no_overlap_and_no_second_arm_are_refused():
    y, treated, x, score = made_up(9)
    nobody = ~treated
    with pytest.raises(NotEstimable, match="no participant"):
        aipw_att(y, treated, 0 * y, score, nobody)
    with pytest.raises(NotEstimable, match="certain to join"):
        aipw_att(y, treated, 0 * y, np.ones(len(y)), np.ones(len(y), bool))
    with pytest.raises(NotEstimable, match="only one arm"):
        cross_fitted(y, treated, x, treated.astype(int))


def test_a_model_that_fits_all_comparison_students_perfectly_is_refused():
    """Three coefficients, an intercept among them, and three or four students."""
    random = np.random.default_rng(4)
    for n_comparison in (3, 4):
        treated = np.arange(n_comparison + 9) < 9
        x, y = random.normal(size=(2, len(treated), 2))
        if n_comparison == 3:
            with pytest.raises(NotEstimable, match="as many coefficients"):
                fitted_effect(y[:, 0], treated, x)
        else:
            assert np.isfinite(fitted_effect(y[:, 0], treated, x).value)
