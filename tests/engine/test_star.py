"""Parity with R on Project STAR: an experiment, so that the truth is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import percentileofscore

from outcomes.designs.design import Design
from outcomes.engine.covariance import cr1, cr2, hc3
from outcomes.engine.evaluate import evaluate
from outcomes.engine.linear import least_squares
from tests.engine.worked import kindergarten, star, star_gap

near = pytest.approx
SD = star()["meta"]["sd_readk_control"]


def dummies(labels):
    return pd.get_dummies(pd.Series(labels)).to_numpy(dtype=float)


def unit(k, j):
    return np.eye(k)[j]


def test_the_experiment_with_school_effects():
    r = star()["experimental_benchmark"]["readk"]
    table = kindergarten().dropna(subset=["z"])
    schools = pd.factorize(table["schoolidk"])[0]
    columns = np.column_stack([table["small"], dummies(schools)])
    fit = least_squares(table["z"].to_numpy(), columns, np.ones(len(table)))
    first = unit(len(fit.kept), 0)
    assert fit.coefficients[0] == near(r["itt_school_fe"], rel=1e-8)
    by_school = cr1(fit, first, schools)
    assert by_school.std_error == near(r["se_cluster_school_CR1"], rel=1e-6)
    assert cr2(fit, first, schools).std_error == near(
        r["se_cluster_school_CR2"], rel=1e-6
    )


@pytest.fixture(scope="module")
def complete():
    known = ["readk", "mathk", "gender", "ethnicity", "birth", "lunchk", "schoolidk"]
    table = kindergarten().dropna(subset=known)
    return table.assign(is_afam=(table["ethnicity"] == "afam").astype(str))


def design(**keys):
    plain = {"unit": "student", "treatment": "small", "outcomes": ["readk"]}
    return Design.from_dict({**plain, "cluster": "schoolidk", **keys})


def test_exact_cells_within_schools(complete):
    r = star()["matched"]["within_exact"]
    keys = ["schoolidk", "is_afam", "lunchk", "gender"]
    found = evaluate(complete, design(method="exact", exact=keys)).report()
    assert found["sample"]["matched_treated"] == r["n_treated"] == 1695
    assert found["sample"]["matched_comparison"] == r["n_control"] == 3834
    assert found["sample"]["ess_comparison"] == near(r["ess_control"], rel=1e-9)
    effect, errors = found["effects"][0], r["readk_z"]
    assert effect["estimate"] / SD == near(errors["att"], rel=1e-8)
    by_kind = {row["se_kind"]: row["std_error"] for row in effect["alternatives"]}
    assert by_kind["CR1 by schoolidk"] / SD == near(
        errors["se_cluster_school"], rel=1e-8
    )
    assert by_kind["HC3"] / SD == near(errors["se_HC3"], rel=1e-8)


def test_covariates_make_cells_as_exact_columns_do(complete):
    apart = design(method="exact", exact=["schoolidk"], covariates=["lunchk"])
    together = design(method="exact", exact=["schoolidk", "lunchk"])
    one, other = (evaluate(complete, d).report() for d in (apart, together))
    assert one["sample"] == other["sample"]
    assert one["effects"] == other["effects"]


def test_nearest_birth_within_school_race_and_lunch(complete):
    r = star()["matched"]["within_nn"]
    keys = {"exact": ["schoolidk", "is_afam", "lunchk"], "covariates": ["birth"]}
    found = evaluate(complete, design(distance="mahalanobis", **keys)).report()
    assert found["sample"]["matched_treated"] == r["n_treated"] == 1672


GROUPS = {"ethnicity": ("afam", "cauc"), "lunchk": ("free", "non-free")}
IN_R = {"ethnicity": "readk_race", "lunchk": "readk_lunch"}


def gap(dimension, **keys):
    """The gap rows of the design without covariates, by metric."""
    focal, reference = GROUPS[dimension]
    spec = {"dimension": dimension, "focal": focal, "reference": reference, "sd": SD}
    table = kindergarten().dropna(subset=["readk", "gender", "lunchk", dimension])
    found = evaluate(table, design(method="exact", gaps=[spec | keys])).report()
    return {row["metric"]: row for row in found["gaps"]}


@pytest.mark.parametrize("dimension", GROUPS)
def test_the_gap_in_means(dimension):
    r, row = star()["gaps"][IN_R[dimension]], gap(dimension)["mean_sd"]
    assert row["without_program"] == near(r["regular"]["gap_z"], rel=1e-8)
    assert row["as_delivered"] == near(r["small"]["gap_z"], rel=1e-8)
    assert row["closed"] == near(r["did_gap_closing_raw"], rel=1e-8)
    assert row["share_closed"] == near(row["closed"] / row["without_program"])
    by_school = row["alternatives"][0]
    assert by_school["se_kind"] == "CR1 by schoolidk"
    assert by_school["std_error"] == near(r["did_gap_closing_raw_se_school"], rel=1e-6)
    assert row["ci_low"] < row["closed"] < row["ci_high"]


@pytest.mark.parametrize("dimension", GROUPS)
def test_gaps_that_no_scale_can_move(dimension):
    r, row = star()["gaps"][IN_R[dimension]], gap(dimension)["v"]
    assert row["without_program"] == near(r["regular"]["V"], rel=1e-8)
    assert row["as_delivered"] == near(r["small"]["V"], rel=1e-8)


@pytest.mark.parametrize("dimension", GROUPS)
def test_where_the_focal_mean_stands_among_the_reference_group(dimension):
    focal, reference = GROUPS[dimension]
    table = kindergarten().dropna(subset=["readk", "gender", "lunchk", dimension])
    row = gap(dimension)["v"]["focal_percentile"]
    for key, small in (("as_delivered", 1), ("without_program", 0)):
        arm = table[table["small"] == small].set_index(dimension)["readk"]
        place = percentileofscore(arm[reference], arm[focal].mean(), kind="mean")
        assert row[key] == near(place, rel=1e-9)


def test_metrics_that_contradict_each_other_are_flagged():
    cut = kindergarten().loc[lambda t: t["small"] == 0, "readk"].quantile(0.6)
    rows = gap("lunchk", meets=float(cut))
    assert rows["mean_sd"]["closed"] > 0 > rows["share_meeting"]["closed"]
    assert not any(row["agree"] for row in rows.values())


@pytest.mark.parametrize("dimension", GROUPS)
def test_the_gap_with_school_effects(dimension):
    r, data = star()["gaps"][IN_R[dimension]], star_gap(dimension)
    t, focal = data.small.astype(float), data.focal.astype(float)
    columns = np.column_stack([t, focal, t * focal, dummies(data.school)])
    fit = least_squares(data.z, columns, np.ones(len(t)))
    on = unit(len(fit.kept), 2)
    assert fit.coefficients[2] == near(r["did_gap_closing_schoolfe"], rel=1e-7)
    assert fit.coefficients[0] == near(r["att_hi_schoolfe"], rel=1e-7)
    assert fit.coefficients[[0, 2]].sum() == near(r["att_lo_schoolfe"], rel=1e-7)
    by_school = cr1(fit, on, data.school)
    assert by_school.std_error == near(
        r["did_gap_closing_schoolfe_se_school"], rel=1e-6
    )
    assert hc3(fit, on).std_error < by_school.std_error


def test_leavers_are_counted_and_their_sets_reweighted():
    everyone = kindergarten()
    keys = {"method": "exact", "exact": ["schoolidk"]}
    found = evaluate(everyone, design(**keys)).report()
    stayers = evaluate(everyone.dropna(subset=["readk"]), design(**keys)).report()
    effect, again = found["effects"][0], stayers["effects"][0]
    assert effect["estimate"] == near(again["estimate"], rel=1e-9)
    assert effect["n_treated"] < found["sample"]["matched_treated"]
    assert "outcome_missing" in {row["code"] for row in found["warnings"]}
