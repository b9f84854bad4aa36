"""Do effects differ by group: against R, statsmodels, and where nobody can say."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from outcomes.designs.design import Design
from outcomes.engine import interaction
from outcomes.engine.evaluate import evaluate
from outcomes.engine.interaction import Wald, group_effects, wald
from outcomes.engine.sample import Sample
from tests.engine import lalonde
from tests.engine.worked import kindergarten, no_covariates, star

near = pytest.approx


def test_two_groups_differ_as_surely_as_their_gap_is_closed_in_r():
    r = star()["gaps"]["readk_race"]
    table = kindergarten().dropna(subset=["readk", "gender", "lunchk", "ethnicity"])
    table = table[table["ethnicity"].isin(["afam", "cauc"])]
    plain = {"unit": "student", "treatment": "small", "outcomes": ["readk"]}
    keys = {"cluster": "schoolidk", "method": "exact", "subgroups": ["ethnicity"]}
    gap = {"dimension": "ethnicity", "focal": "afam", "reference": "cauc"}
    keys["gaps"] = [{**gap, "outcome": "readk"}]
    report = evaluate(table, Design.from_dict(plain | keys)).report()
    (row,), closed = report["interactions"], report["gaps"][0]
    sd = r["did_gap_closing_raw"] / closed["closed"]  # the gap is in those of the pool
    assert closed["std_error"] * sd == near(
        r["did_gap_closing_raw_se_school"], rel=0.03
    )
    assert row["groups"] == ["afam", "cauc"]
    assert row["statistic"] == near((closed["closed"] / closed["std_error"]) ** 2)
    assert row["df"] == near([1, closed["df"]])
    assert row["p"] == near(closed["p"], rel=1e-6)
    assert row["se_kind"] == "CR2 by schoolidk"
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
    covariance = fit.cov_params().to_numpy()
    of_groups = [unit @ covariance @ unit for unit in (black, hispan, white)]
    pairs_each = pairs.groupby("race")["set"].nunique()
    weights = 1 / np.array(of_groups)
    left = (1 - weights / weights.sum()) ** 2 / (pairs_each.to_numpy() - 1)
    v = 8 / (3 * left.sum())
    assert row["df"] == near([2, v - 1], rel=1e-6)
    assert row["statistic"] == near((v - 1) / (2 * v) * w, rel=1e-6)


def test_the_doubly_robust_effects_are_compared_too():
    keys = {"estimator": "aipw", "covariates": ["age", "educ"], "subgroups": ["race"]}
    (row,) = lalonde.report(**keys)["interactions"]
    assert row["df"][0] == 2
    assert 0 < row["p"] < 1


@pytest.mark.parametrize("taking_part", [4, 9])
def test_two_doubly_robust_effects_have_the_degrees_of_freedom_of_their_gap(
    taking_part,
):
    """Both groups attend the same few schools, so two groups know no more than one."""
    random = np.random.default_rng(8)
    school = np.repeat(np.arange(30), 20)
    pre, group = random.normal(size=600), np.where(np.arange(600) % 2, "a", "b")
    read = pre + random.normal(size=600) + random.normal(size=30)[school]
    frame = pd.DataFrame({"student": range(600), "school": school, "pre": pre})
    frame = frame.assign(group=group, read=read, t=(school < taking_part) * 1)
    keys = {"unit": "student", "treatment": "t", "outcomes": ["read"]}
    keys |= {"pretests": ["pre"], "cluster": "school", "assignment": "school"}
    keys |= {"estimator": "aipw", "subgroups": ["group"]}
    gap = {"dimension": "group", "focal": "a", "reference": "b"}
    report = evaluate(frame, Design.from_dict(keys | {"gaps": [gap]})).report()
    (row,), closed = report["interactions"], report["gaps"][0]
    assert row["df"] == [1, closed["df"]] == [1, taking_part - 1]
    ratio = (closed["closed"] / closed["std_error"]) ** 2
    assert row["statistic"] == near(ratio, rel=0.02)
    assert row["p"] == near(closed["p"], rel=0.05)


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


@pytest.mark.parametrize("sizes", [[(100, 100), (3, 60)], [(60, 60), (5, 40), (4, 40)]])
def test_a_group_of_a_few_makes_no_difference_out_of_nothing(sizes):
    """By the units of all groups 21 and 15 of a hundred tests would be significant."""
    random = np.random.default_rng(6)
    treated = np.concatenate([[True] * t + [False] * c for t, c in sizes])
    labels = np.repeat([f"g{i}" for i in range(len(sizes))], [t + c for t, c in sizes])
    design, n = lalonde.design(), len(treated)
    labels = labels.astype(object)
    significant = 0
    for _ in range(600):
        sample = Sample(
            np.arange(n), treated, random.normal(size=n), np.ones(n),
            no_covariates(n), None, None,
        )  # fmt: skip
        found = group_effects(sample, labels, design)
        significant += wald(found, sample, design).p < 0.05
    assert significant / 600 < 0.11


def test_one_small_p_of_many_is_told_as_that(monkeypatch):
    """Six tests of nothing have a small p in one of four reports."""
    keys = {"subgroups": ["race", "married"], "outcomes": ["re78", "re75"]}
    keys["covariates"] = ["age", "educ"]
    for p, told in ((0.03, "p 0.030"), (4e-6, "p below 0.001")):
        found = Wald(9.0, (1, 40.0), p, "HC3")
        monkeypatch.setattr(interaction, "wald", lambda *_, found=found: found)
        rows = lalonde.report(**keys)["interactions"]
        assert len(rows) == 4
        end = f"by more than chance ({told}, one of 4 such tests, not corrected for)."
        assert {row["text"].endswith(end) for row in rows} == {True}


def test_groups_that_are_large_have_all_degrees_of_freedom():
    random, design = np.random.default_rng(7), lalonde.design()
    n, sets = 800, np.arange(800) % 20
    labels = np.where(np.arange(n) // 20 % 2, "a", "b").astype(object)
    treated = np.arange(n) // 40 % 2 == 0
    sample = Sample(
        np.arange(n), treated, random.normal(size=n), np.ones(n), no_covariates(n),
        None, sets,
    )  # fmt: skip
    found = wald(group_effects(sample, labels, design), sample, design)
    assert (found.df, found.se_kind) == ((1, 19), "CR1 by set")
