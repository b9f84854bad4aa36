"""Are the effects of groups equal, by clusters: against R and whole matrices."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f as f_distribution

from outcomes.designs.clauses import GapSpec
from outcomes.designs.errors import NotEstimable
from outcomes.engine.covariance import cr2_forms
from outcomes.engine.gap import mean_gap
from outcomes.engine.interaction import FORMS, group_effects, wald
from outcomes.engine.joint import by_forms
from outcomes.engine.linear import least_squares
from outcomes.engine.sample import Sample
from tests.engine import lalonde
from tests.engine import oracles_errors as literal
from tests.engine.worked import REFERENCE, no_covariates

EFFECT = np.array([0.0, 1.0, 0.0, 0.0])
BY_SCHOOL = lalonde.design(cluster="age")
R = json.loads((REFERENCE / "interactions.json").read_text())


@pytest.mark.parametrize("groups", [["black", "white"], ["black", "hispan", "white"]])
@pytest.mark.parametrize("kind", ["CR2", "CR3"])
def test_statistic_degrees_of_freedom_and_p_are_those_of_r(kind, groups):
    table = pd.read_csv(REFERENCE / "lalonde.csv")
    code = np.unique(table["educ"], return_inverse=True)[1].reshape(-1)
    count, values, forms = code.max() + 1, [], []
    for group in groups:
        own = table[table["race"] == group]
        age = own["age"].to_numpy() - 25.0
        t = own["treat"].to_numpy(float)
        x = np.column_stack([np.ones(len(own)), t, age, t * age])
        w = 1.0 + own["age"].to_numpy() % 3
        fit = least_squares(own["re78"].to_numpy(float), x, w)
        values.append(EFFECT @ fit.coefficients)
        found = FORMS[kind](fit, EFFECT, code[table["race"] == group])
        forms.append(found.over(count))
    factor = {"CR2": 1.0, "CR3": (count - 1) / count}[kind]
    test = by_forms(np.array(values), forms, factor, kind)
    name = f"{kind.lower()}_{'two' if len(groups) == 2 else 'three'}"
    assert [test.statistic, *test.df, test.p] == pytest.approx(R[name], rel=1e-8)


def made_up(seed: int, count: int = 9, groups: int = 3, n: int = 120):
    """Whole schools of `count` take part; students of every group in each."""
    random = np.random.default_rng(seed)
    school = (count * random.permutation(n) / n).astype(int)
    group = random.integers(0, groups, n)
    y = random.normal(size=n) + random.normal(size=(count, groups))[school, group]
    w = random.choice([0.5, 1.0, 2.0], n)
    treated = school % 2 == 0
    return Sample(np.arange(n), treated, y, w, no_covariates(n), school, None), group


def effects_of(sample, group):
    return group_effects(sample, np.array([f"g{i}" for i in group], object), BY_SCHOOL)


@given(st.integers(0, 10_000), st.sampled_from([2, 3, 4]))
def test_group_by_group_is_one_regression_with_every_matrix_whole(seed, groups):
    sample, group = made_up(seed, groups=groups)
    effects = effects_of(sample, group)
    test = by_forms(
        np.array([e.value for e in effects]), [e.forms["CR2"] for e in effects], 1, ""
    )
    t = sample.treated.astype(float)
    x = np.column_stack([v * (group == g) for g in range(groups) for v in (t**0, t)])
    contrasts = np.zeros((groups - 1, 2 * groups))
    contrasts[:, 1] = -1
    contrasts[np.arange(groups - 1), 3 + 2 * np.arange(groups - 1)] = 1
    found = literal.htz(sample.y, x, sample.weights, contrasts, sample.clusters)
    assert (test.statistic, test.df[1]) == pytest.approx(found, rel=1e-6)


@given(st.integers(0, 10_000))
def test_two_groups_are_told_apart_as_surely_as_their_gap_is_closed(seed):
    sample, group = made_up(seed, groups=2)
    test = wald(effects_of(sample, group), sample, BY_SCHOOL)
    spec = GapSpec("race", "g0", "g1", "re78", sd=1.0)
    gap = mean_gap(sample, group == 0, spec, BY_SCHOOL, 1.0)
    assert test.p == pytest.approx(gap.inference.p, rel=1e-8)


@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_neither_the_names_of_groups_nor_the_order_of_rows_matter(seed, renamed):
    sample, group = made_up(seed, groups=4)
    test = wald(effects_of(sample, group), sample, BY_SCHOOL)
    order = np.random.default_rng(seed).permutation(len(group))
    moved = sample.where(order)
    other = np.array(renamed)[group[order]]
    again = wald(effects_of(moved, other), moved, BY_SCHOOL)
    assert (again.p, again.df[1]) == pytest.approx((test.p, test.df[1]), rel=1e-7)
    assert again.se_kind == test.se_kind


def test_where_clusters_are_few_the_larger_p_of_cr2_and_cr3_stands():
    sample, group = made_up(3)
    effects = effects_of(sample, group)
    values = np.array([e.value for e in effects])
    by_kind = {
        kind: by_forms(values, [e.forms[kind] for e in effects], factor, kind).p
        for kind, factor in (("CR2", 1.0), ("CR3", 8 / 9))
    }
    test = wald(effects, sample, BY_SCHOOL)
    assert test.p == max(by_kind.values())
    assert test.se_kind == f"{max(by_kind, key=by_kind.__getitem__)} by age"


def test_more_groups_than_there_are_schools_cannot_be_compared():
    sample, group = made_up(4, count=4, groups=6)
    with pytest.raises(NotEstimable, match="zero variance: the differences"):
        wald(effects_of(sample, group), sample, BY_SCHOOL)


def test_groups_without_any_error_have_no_spread_to_be_compared_by():
    x = np.column_stack([np.ones(8), np.arange(8) % 2])
    fit = least_squares(x[:, 1], x, np.ones(8))
    forms = cr2_forms(fit, np.array([0.0, 1.0]), np.arange(8) // 2).over(4)
    with pytest.raises(NotEstimable, match="zero variance"):
        by_forms(np.array([1.0, 1.0]), [forms, forms], 1.0, "CR2")


@pytest.mark.parametrize("taking", [3, 8])
def test_few_schools_do_not_make_groups_differ(taking):
    """Of 33 and of 30; by CR1 9 and 8 of a hundred tests of nothing, and 12 to 15 of
    groups that fewer schools have, came out significant."""
    random, denied, draws = np.random.default_rng(taking), 0, 400
    for _ in range(draws):
        school = np.repeat(np.arange(30 + taking), random.integers(10, 40, 30 + taking))
        group = random.integers(0, 2, len(school))
        level = random.normal(scale=0.5, size=(30 + taking, 2))
        y = random.normal(size=len(school)) + level[school, group]
        n = len(y)
        sample = Sample(
            np.arange(n), school < taking, y, np.ones(n), no_covariates(n), school, None
        )
        denied += wald(effects_of(sample, group), sample, BY_SCHOOL).p < 0.05
    assert denied / draws < 0.07


def test_the_p_is_that_of_f():
    sample, group = made_up(6)
    test = wald(effects_of(sample, group), sample, BY_SCHOOL)
    assert test.p == pytest.approx(f_distribution.sf(test.statistic, *test.df))
