"""Parity with MatchIt 4.7.2, sandwich and clubSandwich on the lalonde data.

Values that only a tie decides are asserted under MatchIt's own rule for ties, which is
ours: data order, and along the line of scores. Standard errors by set are asserted on
R's stored pairs besides.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from outcomes.engine.covariance import cr2
from outcomes.engine.effect import effect, fitted
from outcomes.engine.evaluate import evaluate
from outcomes.engine.inference import infer
from outcomes.engine.matched import Matched
from outcomes.engine.outcome_model import EFFECT, contrast, difference
from outcomes.engine.sample import matched_sample
from tests.engine import lalonde
from tests.engine.lalonde import FRAME, OTHER, REFERENCE, SPECS, caliper, largest

DESIGNS = {
    "nn_ps": {},
    "nn_ps_smallest": {"order": "smallest"},
    "nn_ps_cal02": {"caliper": caliper(0.2)},
    "nn_ps_cal005": {"caliper": caliper(0.05)},
    "nn_logit": {"distance": "logit"},
    "nn_logit_cal02": {"distance": "logit", "caliper": caliper(0.2)},
    "nn_ps_k2": {"ratio": 2},
    "nn_ps_k2_cal02": {"ratio": 2, "caliper": caliper(0.2)},
    "nn_exact_race": {"exact": ["race"]},
    "nn_exact_race_cal02": {"exact": ["race"], "caliper": caliper(0.2)},
    "nn_exact_married_nodegree": {"exact": ["married", "nodegree"]},
    "nn_antiexact_nodegree": {"anti_exact": ["nodegree"]},
    "nn_ps_cal02_age_raw3": {"caliper": caliper(0.2, age=3)},
}
TIES_DECIDE = {
    "nn_ps_repl": {"replacement": True},
    "nn_ps_k3_repl": {"replacement": True, "ratio": 3},
    "nn_ps_repl_cal02": {"replacement": True, "caliper": caliper(0.2)},
    "nn_closest_cal02": {"order": "closest", "caliper": caliper(0.2)},
}
PAIRS = pd.read_csv(REFERENCE / "lalonde_pairs.csv")
BALANCE = pd.read_csv(REFERENCE / "lalonde_balance.csv").set_index(["spec", "variable"])
NAMES_IN_R = {"race=black": "raceblack", "race=hispan": "racehispan"}
NAMES_IN_R["race=white"] = "racewhite"

near = pytest.approx
every_spec = pytest.mark.parametrize("spec", DESIGNS)


@cache
def report(spec, estimator="difference"):
    return lalonde.report(**DESIGNS[spec], estimator=estimator)


@every_spec
def test_who_is_matched(spec):
    sample, r = report(spec)["sample"], SPECS[spec]
    assert sample["matched_treated"] == sample["sets"] == r["n_treated"]
    assert sample["matched_comparison"] == r["n_control"]
    assert sample["ess_comparison"] == near(r["ess_control"], rel=1e-9)
    assert sample["total_distance"] == near(r["sum_ps_dist"], rel=1e-6)
    assert sum(row["n"] for row in sample["unmatched"]) == r["n_treated_unmatched"]


@pytest.mark.parametrize("spec", TIES_DECIDE)
def test_what_does_not_hang_on_a_tie_agrees_too(spec):
    sample = lalonde.report(**TIES_DECIDE[spec])["sample"]
    assert sample["matched_treated"] == SPECS[spec]["n_treated"]
    assert sample["total_distance"] == near(SPECS[spec]["sum_ps_dist"], rel=1e-6)


@every_spec
def test_the_difference_and_its_error(spec):
    found, r = report(spec)["effects"][0], SPECS[spec]
    assert found["estimate"] == near(r["att_diff"], rel=1e-6)
    assert found["alternatives"][0]["se_kind"] == "HC3"
    assert found["alternatives"][0]["std_error"] == near(r["se_diff_HC3"], rel=1e-6)
    assert found["se_kind"] == "CR1 by set"
    assert found["std_error"] == near(r["se_diff_cluster"], rel=1e-6)
    assert found["df"] == r["n_subclass"] - 1


@every_spec
def test_g_computation_and_its_error(spec):
    found, r = report(spec, "g_computation")["effects"][0], SPECS[spec]
    assert found["estimate"] == near(r["att_gcomp"], rel=1e-6)
    assert found["alternatives"][0]["std_error"] == near(r["se_gcomp_HC3"], rel=1e-6)
    assert found["std_error"] == near(r["se_gcomp_cluster"], rel=1e-6)


@every_spec
def test_the_largest_imbalances(spec):
    rows, r = report(spec)["balance"], SPECS[spec]
    assert largest(rows, "smd_after") == near(r["max_abs_smd"], rel=1e-6)
    assert largest(rows, "wwc_effect_size") == near(r["wwc_max_abs_es"], rel=1e-6)


@every_spec
def test_balance_line_by_line(spec):
    for row in report(spec)["balance"]:
        name = NAMES_IN_R.get(row["covariate"], row["covariate"])
        after, before = BALANCE.loc[(spec, name)], BALANCE.loc[("all", name)]
        assert row["smd_after"] == near(after["Std. Mean Diff."], rel=1e-6, abs=1e-12)
        assert row["smd_before"] == near(before["Std. Mean Diff."], rel=1e-6)
        for key, name_in_r in (("ks", "eCDF Max"), ("ecdf_mean", "eCDF Mean")):
            assert row[f"{key}_before"] == near(before[name_in_r], rel=1e-9)
            assert row[f"{key}_after"] == near(after[name_in_r], rel=1e-6, abs=1e-12)
        if row["variance_ratio_after"] is not None:
            assert row["variance_ratio_after"] == near(after["Var. Ratio"], rel=1e-6)


STORED = [spec for spec in DESIGNS if spec in set(PAIRS["spec"])]


def stored(spec):
    """R's own pairs as our matched sets."""
    design = lalonde.design(**DESIGNS[spec])
    study, _ = lalonde.arranged(**DESIGNS[spec])
    row = {unit: i for i, unit in enumerate(study.units)}
    table = PAIRS[PAIRS["spec"] == spec]
    treated = [row[unit] for unit in dict.fromkeys(table["treated"])]
    number = {r: i for i, r in enumerate(treated)}
    owner = [number[row[unit]] for unit in table["treated"]]
    controls = [row[unit] for unit in table["control"]]
    matched = Matched(
        study.treated,
        sets=np.array([*range(len(treated)), *owner]),
        rows=np.array([*treated, *controls]),
        shares=np.array(
            [1.0] * len(treated) + [1 / np.bincount(owner)[o] for o in owner]
        ),
        is_paired=True,
    )
    return design, matched_sample(study, matched, study.outcomes["re78"])


@pytest.mark.parametrize("spec", STORED)
def test_errors_by_set_on_the_stored_pairs(spec):
    design, sample = stored(spec)
    fit = fitted(sample, difference(sample), means=2)
    r = SPECS[spec]
    found = infer(r["att_diff"], fit, {EFFECT: 1.0}, sample, design)
    assert found.std_error == near(r["se_diff_cluster"], rel=1e-6)
    reduced = cr2(fit, contrast(fit, {EFFECT: 1.0}), sample.sets)
    assert reduced.std_error == near(r["se_diff_CR2"], rel=1e-6)
    assert reduced.df == near(r["df_satt_CR2"], rel=1e-6)


@pytest.mark.parametrize("spec", STORED)
def test_our_pairs_are_the_stored_pairs(spec):
    ours = {}
    for member in evaluate(FRAME, lalonde.design(**DESIGNS[spec])).pairs:
        ours.setdefault(member["set"], []).append(member["unit"])
    table = PAIRS[PAIRS["spec"] == spec]
    theirs = table.groupby("treated")["control"].agg(set).to_dict()
    assert {treated: set(rest) for treated, *rest in ours.values()} == theirs


@pytest.mark.parametrize(
    ("distance", "total", "estimate"),
    [("propensity", 0.54439498171, 1968.7997), ("mahalanobis", 139.503166, 382.9025)],
)
def test_ties_are_averaged_with_replacement(distance, total, estimate):
    found = lalonde.report(distance=distance, replacement=True)
    assert found["sample"]["total_distance"] == near(total, rel=1e-6)
    assert found["effects"][0]["estimate"] == near(estimate, abs=5e-5)


def test_mahalanobis_takes_students_in_the_order_of_their_keys():
    sample = lalonde.report(distance="mahalanobis")["sample"]
    assert sample["matched_treated"] == SPECS["nn_mahal"]["n_treated"]
    assert sample["total_distance"] == near(343.090158, rel=1e-6)


def test_exact_cells():
    keys = {"covariates": ["race", "married", "nodegree"], "method": "exact"}
    found, r = lalonde.report(**keys), SPECS["exact_demo"]
    assert found["sample"]["matched_comparison"] == r["n_control"]
    assert found["sample"]["ess_comparison"] == near(r["ess_control"], rel=1e-9)
    assert found["effects"][0]["estimate"] == near(r["att_diff"], rel=1e-6)
    assert found["effects"][0]["std_error"] == near(r["se_diff_HC3"], rel=1e-6)
    weights = {}
    for member in found["pairs"]:
        weights[member["unit"]] = weights.get(member["unit"], 0) + member["weight"]
    assert weights == near(lalonde.r_weights("exact_demo"), rel=1e-7)


def test_the_propensity_score_is_that_of_glm():
    study, arranged = lalonde.arranged()
    fitted_score = arranged.space.propensity
    by_unit = FRAME.set_index("unit_id")["ps"]
    assert fitted_score.score == near(by_unit.loc[study.units].to_numpy(), abs=1e-8)
    names = [n for n in study.covariates.names if n != "race=black"]
    names = [NAMES_IN_R.get(n, n) for n in names]
    r = [OTHER["ps_coef"][name] for name in names]
    assert fitted_score.coefficients == near(np.array(r), rel=1e-6)


def test_doubly_robust_on_everyone():
    found = lalonde.report(estimator="aipw")["effects"][0]
    assert found["estimate"] == near(OTHER["aipw_att"], rel=1e-8)
    assert found["std_error"] == near(OTHER["aipw_att_se"], rel=1e-8)
    assert found["n_comparison"] == 429


def test_without_matching_the_program_seems_to_harm():
    naive = report("nn_ps")["naive"][0]
    assert naive["estimate"] == near(OTHER["raw_diff"], rel=1e-9)
    assert naive["hedges_g"] == near(OTHER["raw_hedges_g"], rel=1e-9)


def test_an_effect_needs_no_report():
    design, sample = stored("nn_ps")
    found = effect(sample, design, design.outcomes[0], 1000.0)
    assert found.estimate_sd == near(SPECS["nn_ps"]["att_diff"] / 1000, rel=1e-6)
