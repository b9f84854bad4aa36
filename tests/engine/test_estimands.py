"""Effects on comparison students (ATC) and on everyone (ATE), against R."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from outcomes.designs.errors import DesignError, NotEstimable
from outcomes.engine.effect import effect
from outcomes.engine.evaluate import evaluate
from outcomes.engine.sample import matched_sample
from outcomes.terms import Estimand
from tests.engine.lalonde import FRAME, REFERENCE, arranged, design

near = pytest.approx
seldom = settings(max_examples=60, deadline=None)
TABLE = pd.read_csv(REFERENCE / "estimand_oracles.csv")
WEIGHTS = pd.read_csv(REFERENCE / "estimand_weights.csv", index_col="unit_id")
DEMOGRAPHY = {"covariates": ["race", "married", "nodegree"]}
SPECS = {
    "subclass5": {"method": "subclass", "subclasses": 5},
    "subclass6": {"method": "subclass"},
    "exact": {"method": "exact", **DEMOGRAPHY},
    "cem": {"method": "cem"},
    "ipw": {"method": "ipw"},
    "entropy": {"method": "entropy"},
}
NAMES_IN_R = {f"race={race}": race for race in ("black", "hispan", "white")}
every = pytest.mark.parametrize(("spec", "estimand"), [*product(SPECS, ["ATC", "ATE"])])


def of_r(spec):
    return TABLE[TABLE["spec"] == spec].set_index("what")["value"]


@every
def test_lalonde_is_that_of_r(spec, estimand):
    r = of_r(f"{spec}_{estimand.lower()}")
    found = evaluate(FRAME, design(**SPECS[spec], estimand=estimand)).report()
    sample, effect = found["sample"], found["effects"][0]
    assert sample["matched_treated"] == r["n_treated"]
    assert sample["matched_comparison"] == r["n_comparison"]
    for arm in ("ess_treated", "ess_comparison"):
        assert sample[arm] == effect[arm] == near(r[arm])
    assert effect["estimate"] == near(r["difference"])
    assert effect["std_error"] == near(r["difference HC3"])
    for row in found["balance"]:
        name = NAMES_IN_R.get(row["covariate"], row["covariate"])
        assert row["smd_after"] == near(r[f"smd {name}"], abs=1e-8)


@pytest.mark.parametrize(
    ("spec", "estimand"), [*product(set(SPECS) - {"exact"}, ["ATC", "ATE"])]
)
def test_g_computation_is_that_of_r(spec, estimand):
    """All covariates stand in the model; with exact cells R was given more of them."""
    r = of_r(f"{spec}_{estimand.lower()}")
    wanted = design(**SPECS[spec], estimand=estimand, estimator="g_computation")
    found = evaluate(FRAME, wanted).report()["effects"][0]
    assert found["estimate"] == near(r["g_computation"])
    assert found["std_error"] == near(r["g_computation HC3"])


@pytest.mark.parametrize(
    ("spec", "estimand"), [*product(set(SPECS) - {"subclass5"}, ["ATC", "ATE"])]
)
def test_weights_are_those_of_r(spec, estimand):
    study, found = arranged(**SPECS[spec], estimand=estimand)
    ours = dict(zip(study.units, found.matched.weights(), strict=True))
    assert ours == near(WEIGHTS[f"{spec}_{estimand.lower()}"].to_dict(), abs=1e-7)


@pytest.mark.parametrize("estimand", Estimand)
def test_aipw_is_that_of_r(estimand):
    r = of_r(f"aipw_{estimand.lower()}")
    wanted = design(method="ipw", estimand=estimand, estimator="aipw")
    found = evaluate(FRAME, wanted).report()["effects"][0]
    assert found["estimate"] == near(r["estimate"])
    assert found["std_error"] == near(r["std_error"], rel=1e-6)


@pytest.mark.parametrize(
    ("spec", "more"),
    [
        ("nearest_atc", {}),
        ("nearest_atc_exact_race", {"exact": ["race"]}),
        ("nearest_atc_k3_reuse", {"replacement": True, "ratio": 3}),
    ],
)
def test_comparison_students_choose_as_in_r(spec, more):
    """Where ties decide between equally near participants, distance is what counts."""
    r = of_r(spec)
    found = evaluate(FRAME, design(estimand="ATC", **more)).report()
    sample = found["sample"]
    assert sample["matched_comparison"] == sample["sets"] == r["matched_own"]
    assert sample["total_distance"] == near(r["total_distance"], rel=1e-6)
    assert found["estimand"] == ("ATM" if r["matched_own"] < 429 else "ATC")
    if not more:
        assert found["effects"][0]["estimate"] == near(r["difference"])


@pytest.mark.parametrize("method", ["nearest", "optimal", "cardinality"])
def test_pairs_have_no_effect_on_everyone_and_say_which_methods_do(method):
    with pytest.raises(DesignError, match=r"estimand: .* full, exact, cem, subclass"):
        design(method=method, estimand="ATE")


@pytest.mark.parametrize("estimand", ["ATC", "ATE"])
def test_a_gap_as_delivered_is_that_of_participants(estimand):
    gap = {"dimension": "race", "focal": "black", "reference": "white"}
    with pytest.raises(DesignError, match=r"gaps: .* on participants .ATT."):
        design(method="exact", estimand=estimand, gaps=[gap])


@pytest.mark.parametrize("estimand", ["ATC", "ATE"])
def test_groups_and_products_are_measured_in_the_estimands_sds(estimand):
    wanted = design(method="ipw", estimand=estimand, subgroups=["nodegree"])
    found = evaluate(FRAME, wanted).report()
    study, done = arranged(method="ipw", estimand=estimand)
    weights, t = done.matched.weights(), study.treated
    age = study.covariates.x[:, study.covariates.names.index("age")]
    whole = ~t if estimand == "ATC" else t | ~t
    square = (age - age[whole].mean()) ** 2
    spread = [square[arm].var(ddof=1) for arm in (t, ~t)]
    unit = {"ATC": spread[1], "ATE": np.mean(spread)}[estimand] ** 0.5
    apart = [np.average(square[arm], weights=weights[arm]) for arm in (t, ~t)]
    products = {
        row["product"]: row["smd_after"]
        for row in found["balance_of_products"]["worst"]
    }
    assert products["age x age"] == near((apart[0] - apart[1]) / unit)
    (row,) = [r for r in found["balance_by_group"] if r["group"] == "0"]
    here = FRAME[FRAME["nodegree"] == 0].set_index("unit_id")
    weight = dict(zip(study.units, weights, strict=True))
    here = here.assign(w=[weight[unit] for unit in here.index])
    arms = [here[here["treat"] == arm] for arm in (1, 0)]
    means = [np.average(arm[row["covariate"]], weights=arm["w"]) for arm in arms]
    spread = [arm[row["covariate"]].var() for arm in arms]
    unit = {"ATC": spread[1], "ATE": np.mean(spread)}[estimand] ** 0.5
    assert row["largest"] == near(abs(means[0] - means[1]) / unit)


def test_clusters_are_sought_for_participants_and_tell_their_effect_only():
    said = {"match_clusters": {"of": ["school"], "on": ["age"]}, "cluster": "school"}
    with pytest.raises(DesignError, match=r"match_clusters: .* .ATT., not ATE"):
        design(method="exact", estimand="ATE", **said)


def test_an_estimand_that_nobody_asks_for_is_refused():
    with pytest.raises(DesignError, match="expected one of ATT, ATC, ATE"):
        design(estimand="ATM")


def test_who_was_lost_is_counted_in_the_arms_that_the_effect_is_on():
    for estimand, arms in (("ATC", [0]), ("ATE", [1, 0])):
        wanted = design(method="exact", estimand=estimand, subgroups=["race"])
        found = evaluate(FRAME, wanted).report()
        part = FRAME[FRAME["treat"].isin(arms)]
        rows = found["lost"]
        totals = [row.get("n_treated", row.get("n_comparison")) for row in rows]
        expected = [
            n for arm in arms for n in part[part["treat"] == arm].groupby("race").size()
        ]
        assert totals == expected
        lost = sum(totals) - sum(row["n_matched"] for row in rows)
        assert lost == sum(row["n"] for row in found["sample"]["unmatched"]) > 0
        assert found["estimand"] == "ATM"
        people = {"ATC": "429 comparison students", "ATE": "614 students"}[estimand]
        assert any(people in warning["text"] for warning in found["warnings"])


@pytest.mark.parametrize("tolerance", [0.05, 0.2])
def test_the_largest_balanced_match_is_sought_for_comparison_students(tolerance):
    study, found = arranged(method="cardinality", estimand="ATC", tolerance=tolerance)
    weights = found.matched.weights()
    own, other = ((weights > 0) & arm for arm in (~study.treated, study.treated))
    assert own.sum() == other.sum() > 0
    x = study.covariates.x.dense()
    sd = x[~study.treated].std(axis=0)
    apart = np.abs(x[own].mean(axis=0) - x[other].mean(axis=0)) / sd
    assert apart.max() <= tolerance + 1e-4


@pytest.mark.parametrize("estimand", ["ATC", "ATE"])
def test_scores_that_weigh_without_bound_are_trimmed_and_said(estimand):
    rare = pd.DataFrame(
        {
            "unit_id": range(4000),
            "treat": [1] * 3 + [0] * 1997 + [1] * 1000 + [0] * 1000,
            "x": [0] * 2000 + [1] * 2000,
            "re78": np.arange(4000) % 7,
        }
    )
    wanted = design(method="ipw", estimand=estimand, covariates=["x"])
    found = evaluate(rare, wanted).report()
    (said,) = [w["text"] for w in found["warnings"] if w["code"] == "trimmed"]
    start = {"ATC": "3 participants have a score below 0.01", "ATE": "3 students"}
    assert said.startswith(start[estimand])


def test_a_covariate_of_one_kind_in_the_estimands_arm_has_no_unit():
    frame = FRAME.assign(age=np.where(FRAME["treat"] == 0, 20, FRAME["age"]))
    found = evaluate(frame, design(method="ipw", estimand="ATC")).report()
    (row,) = [r for r in found["balance"] if r["covariate"] == "age"]
    assert row["smd_before"] is None
    assert "comparison students do not differ" in row["not_estimable"]


def test_subgroups_and_missing_outcomes_keep_the_estimand():
    frame = FRAME.assign(re78=FRAME["re78"].where(FRAME["age"] != 23))
    study, found = arranged(frame, method="exact", estimand="ATE", **DEMOGRAPHY)
    y = study.outcomes["re78"]
    sample = matched_sample(study, found.matched.without(np.isnan(y)), y)
    cells = pd.DataFrame({"y": sample.y, "t": sample.treated}).assign(
        cell=found.limits.cell[sample.rows]
    )
    means = cells.pivot_table("y", "cell", "t")
    sizes = cells.groupby("cell").size()
    expected = ((means[True] - means[False]) * sizes).sum() / sizes.sum()
    wanted = design(method="exact", estimand="ATE", **DEMOGRAPHY)
    (outcome,) = wanted.outcomes
    assert effect(sample, wanted, outcome, NotEstimable("no")).estimate == near(
        expected
    )
