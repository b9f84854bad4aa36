"""Do effects differ by group: against R, statsmodels, and where nobody can say."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import f as f_distribution

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from tests.engine import lalonde
from tests.engine.worked import kindergarten, star

near = pytest.approx


def test_two_groups_are_the_gap_and_its_error_in_r():
    r = star()["gaps"]["readk_race"]
    table = kindergarten().dropna(subset=["readk", "gender", "lunchk", "ethnicity"])
    table = table[table["ethnicity"].isin(["afam", "cauc"])]
    plain = {"unit": "student", "treatment": "small", "outcomes": ["readk"]}
    keys = {"cluster": "schoolidk", "method": "exact", "subgroups": ["ethnicity"]}
    (row,) = evaluate(table, Design.from_dict(plain | keys)).report()["interactions"]
    t = r["did_gap_closing_raw"] / r["did_gap_closing_raw_se_school"]
    assert row["groups"] == ["afam", "cauc"]
    assert row["statistic"] == near(t**2, rel=1e-6)
    assert row["df"] == [1, 78]  # 79 schools
    assert row["p"] == near(f_distribution.sf(t**2, 1, 78), rel=1e-6)
    assert "not contradicted" in row["text"]


@pytest.mark.parametrize("estimator", ["difference", "g_computation"])
def test_three_groups_are_statsmodels_on_the_same_pairs(estimator):
    keys = {"subgroups": ["race"], "covariates": ["age", "educ"], "exact": ["race"]}
    report = lalonde.report(**keys, estimator=estimator)
    (row,) = report["interactions"]
    pairs = pd.DataFrame(report["pairs"]).merge(
        lalonde.FRAME, left_on="unit", right_on="unit_id"
    )
    model = "re78 ~ 0 + C(race) + C(race):treat"
    if estimator == "g_computation":
        for name in ("age", "educ"):
            means = pairs[pairs["treat"] == 1].groupby("race")[name].mean()
            pairs[name] -= pairs["race"].map(means)
        model += " + C(race):(age + educ) + C(race):treat:(age + educ)"
    fit = smf.ols(model, pairs).fit(
        cov_type="cluster", cov_kwds={"groups": pairs["set"]}
    )
    names = list(fit.params.index)
    unit = np.eye(len(names))
    black, hispan, white = (
        unit[names.index(f"C(race)[{g}]:treat")] for g in ("black", "hispan", "white")
    )
    w = fit.wald_test(
        np.array([hispan - black, white - black]), use_f=False, scalar=True
    ).statistic
    count = pairs["set"].nunique()
    assert row["df"] == [2, count - 2]
    assert row["statistic"] == near((count - 2) / (2 * (count - 1)) * w, rel=1e-7)


def test_the_doubly_robust_effects_are_compared_too():
    keys = {"estimator": "aipw", "covariates": ["age", "educ"], "subgroups": ["race"]}
    (row,) = lalonde.report(**keys)["interactions"]
    assert row["df"][0] == 2
    assert 0 < row["p"] < 1


def test_one_group_alone_has_nothing_to_differ_from():
    frame = lalonde.FRAME.assign(race="black")
    design = lalonde.design(subgroups=["race"], covariates=["age"])
    (row,) = evaluate(frame, design).report()["interactions"]
    assert row["groups"] == []
    assert row["p"] is row["df"] is row["statistic"] is None
    assert "fewer than two groups" in row["not_estimable"]


def test_an_outcome_that_is_constant_cannot_be_compared():
    frame = lalonde.FRAME.assign(re78=3.0)
    design = lalonde.design(subgroups=["race"])
    (row,) = evaluate(frame, design).report()["interactions"]
    assert row["p"] is None
    assert "zero variance" in row["not_estimable"]
