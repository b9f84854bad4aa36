"""An interval knows its smaller arm, however many students are in the other."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine import aipw_jackknife
from outcomes.engine.aipw import fitted_effect
from outcomes.engine.covariance import hc3
from outcomes.engine.effect import ALONE, effect
from outcomes.engine.evaluate import evaluate
from outcomes.engine.inference import by_influence, from_spread
from outcomes.engine.influence import Estimate
from outcomes.engine.linear import least_squares
from outcomes.engine.sample import Sample
from tests.engine import oracles_errors as literal
from tests.engine.test_jackknife import SLOPE, made_up
from tests.engine.worked import REFERENCE, lalonde_table, no_covariates

DESIGN = Design.from_dict({"unit": "id", "treatment": "t", "outcomes": [{"name": "y"}]})


def sample_of(treated, y, clusters=None):
    n = len(y)
    return Sample(
        np.arange(n), treated, y, np.ones(n), no_covariates(n), clusters, None
    )


def regression_of_r(name: str):
    table = lalonde_table()
    treated, columns = table["treat"] == 1, ["age", "educ", "re74"]
    centred = (table[columns] - table.loc[treated, columns].mean()).to_numpy()
    t = treated.to_numpy(float)
    x = np.column_stack([np.ones(len(t)), t, centred, centred * t[:, None]])
    w = np.ones(len(t))
    if name == "weighted":
        w = np.where(treated, 1, table["educ"] / 4)
    keep = w > 0
    if name == "3 and 40":
        keep = np.r_[np.flatnonzero(treated)[:3], np.flatnonzero(~treated)[:40]]
        x = x[:, :2]
    return least_squares(table["re78"].to_numpy(float)[keep], x[keep], w[keep])


@pytest.mark.parametrize("case", ["3 and 40", "everyone", "weighted"])
def test_hc3_has_the_degrees_of_freedom_of_r(case):
    known = pd.read_csv(REFERENCE / "small_arms.csv").set_index("case").loc[case]
    fit = regression_of_r(case)
    found = hc3(fit, np.eye(fit.x.shape[1])[1])
    assert found.std_error == pytest.approx(known["std_error"], rel=1e-9)
    assert found.df == pytest.approx(known["df"], rel=1e-9)


@given(st.integers(0, 10_000), st.booleans())
def test_they_are_those_of_leaving_each_student_out(seed, is_even):
    y, x, w, _ = made_up(seed, n=25)
    w = np.full(25, 2.0) if is_even else w
    found = hc3(least_squares(y, x, w), SLOPE)
    expected = literal.degrees_left_out(x, w, SLOPE, np.arange(25))
    assert found.df == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n_treated", [2, 3, 5, 8])
def test_a_few_participants_among_many_are_not_surer_than_they_say(n_treated):
    """By n - k degrees of freedom 20, 12, 8 and 7 of a hundred intervals miss."""
    random = np.random.default_rng(n_treated)
    x = np.column_stack(
        [np.ones(n_treated + 100), np.arange(n_treated + 100) < n_treated]
    )
    missed = 0
    for _ in range(600):
        fit = least_squares(random.normal(size=len(x)), x, np.ones(len(x)))
        found = from_spread(
            fit.coefficients[1], "HC3", hc3(fit, np.array([0.0, 1.0])), ()
        )
        missed += not found.ci_low <= 0 <= found.ci_high
    assert missed / 600 < 0.06


@pytest.mark.parametrize(("n_treated", "by_school"), [(3, False), (3, True)])
def test_nor_by_influence_are_a_few_students_or_schools(n_treated, by_school):
    """With all units less one as degrees of freedom, 20 of a hundred do."""
    random = np.random.default_rng(1)
    size = 20 if by_school else 1
    taking = np.arange(33 if by_school else 200) < n_treated
    treated, code = np.repeat(taking, size), np.repeat(np.arange(len(taking)), size)
    missed, draws = 0, 300
    for _ in range(draws):
        x = random.normal(size=(len(code), 1))
        y = x[:, 0] + 0.5 * random.normal(size=len(taking))[code]
        y = y + random.normal(size=len(code))
        found = fitted_effect(y, treated, x)
        sample = sample_of(treated, y, code if by_school else None)
        spread = by_influence(found, sample, DESIGN)
        missed += not spread.ci_low <= 0 <= spread.ci_high
    assert missed / draws < 0.08


def test_the_smallest_arm_of_either_group_decides():
    treated = np.array([True] * 6 + [False] * 6)
    focal = np.array([True, True, False, False, False, False] * 2)
    estimate = Estimate(0.5, np.linspace(-1, 1, 12))
    sample = sample_of(treated, np.arange(12.0))
    assert by_influence(estimate, sample, DESIGN).df == 5
    assert by_influence(estimate, sample, DESIGN, focal).df == 1


def test_one_school_in_an_arm_has_no_interval():
    treated = np.array([True] * 4 + [False] * 8)
    schools = np.repeat([0, 1, 2], 4)
    estimate = Estimate(0.5, np.linspace(-1, 1, 12))
    found = by_influence(estimate, sample_of(treated, np.arange(12.0), schools), DESIGN)
    assert isinstance(found.p, NotEstimable)
    assert "alone in an arm" in str(found.p)


@pytest.mark.parametrize(
    ("estimator", "read", "said"),
    [
        ("g_computation", 0, "widest of several"),
        ("aipw", 10_000, "widest of several"),
        ("aipw", 0, "of the smaller arm"),
    ],
)
def test_few_schools_are_told_with_the_interval_that_is_reported(
    estimator, read, said, monkeypatch
):
    monkeypatch.setattr(aipw_jackknife, "READ", read)
    random = np.random.default_rng(4)
    school = np.repeat(np.arange(12), 20)
    frame = pd.DataFrame({"school": school, "t": (school < 4) * 1})
    frame["x"], frame["y"] = random.normal(size=(2, 240))
    frame["id"] = [f"S{i}" for i in range(240)]
    plain = {"unit": "id", "treatment": "t", "outcomes": ["y"], "covariates": ["x"]}
    more = {"cluster": "school", "assignment": "school", "estimator": estimator}
    report = evaluate(frame, Design.from_dict(plain | more)).report()
    (text,) = (w["text"] for w in report["warnings"] if w["code"] == "few_clusters")
    assert said in text
    assert estimator != "aipw" or report["effects"][0]["df"] == 3


@pytest.mark.parametrize("n_treated", [1, 11])
@pytest.mark.parametrize("estimator", ["difference", "g_computation"])
def test_one_student_alone_in_either_arm_has_an_effect_and_no_error(
    n_treated, estimator
):
    y = np.random.default_rng(2).normal(size=12)
    plain = no_covariates(12)
    treated = np.arange(12) < n_treated
    sample = Sample(np.arange(12), treated, y, np.ones(12), plain, None, None)
    design = Design.from_dict(
        {"unit": "u", "treatment": "t", "outcomes": ["y"], "estimator": estimator}
    )
    found = effect(sample, design, design.outcomes[0], 1.0)
    assert found.estimate == pytest.approx(y[treated].mean() - y[~treated].mean())
    assert found.inference.std_error == found.inference.p == ALONE
