"""A group's own model may not say what it knows less surely than one student does."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.outcome_model import refuse_extrapolation
from tests.engine import lalonde

ORACLE = pd.read_csv(lalonde.REFERENCE / "thin_groups.csv", index_col="group")
KEYS = {"subgroups": ["educ", "race*married"], "estimator": "g_computation"}
TOO_SMALL = "less sure than one student"


@pytest.fixture(scope="module")
def found():
    return lalonde.report(**KEYS)


def test_groups_are_estimated_as_by_r_unless_they_are_worth_less_than_one(found):
    rows = {row["group"]: row for row in found["effects"]}
    assert (ORACLE["worth"] < 1).any()
    for group, oracle in ORACLE.iterrows():
        row = rows[group]
        counts = (row["n_treated"], row["n_comparison"])
        assert counts == (oracle["n_treated"], oracle["n_comparison"])
        if oracle["worth"] < 1:
            assert row["estimate"] is row["p"] is None
            assert TOO_SMALL in row["not_estimable"]
        else:
            assert row["estimate"] == pytest.approx(oracle["estimate"], rel=1e-8)


def test_no_effect_of_a_group_is_beyond_all_that_anybody_earned(found):
    spread = np.ptp(lalonde.FRAME["re78"])
    told = [r["estimate"] for r in found["effects"] if r["estimate"] is not None]
    assert max(map(abs, told)) < spread


def test_everyone_is_told_of_however_few_they_are():
    few = lalonde.FRAME[lalonde.FRAME["educ"] == 13]
    report = lalonde.report(few, estimator="g_computation")
    assert report["effects"][0]["estimate"] is not None


def test_no_gap_is_told_to_have_closed_by_a_group_that_is_too_small():
    gap = {"dimension": "educ", "focal": "13", "reference": "12", "meets": 5000}
    for row in lalonde.report(gaps=[gap], **KEYS)["gaps"]:
        assert row["closed"] is None
        assert TOO_SMALL in row["not_estimable"]
    wide = {"dimension": "educ", "focal": "11", "reference": "12"}
    rows = lalonde.report(gaps=[wide], **KEYS)["gaps"]
    assert all(row["closed"] is not None for row in rows)


def test_a_group_without_an_effect_is_not_compared_with_others(found):
    compared = {g for row in found["interactions"] for g in row["groups"]}
    told = {r["group"] for r in found["effects"][1:] if r["estimate"] is not None}
    assert {"13", "5"}.isdisjoint(compared)
    assert {group.partition("=")[2] for group in told} >= compared


@pytest.mark.parametrize("estimator", ["difference", "g_computation", "aipw"])
def test_one_student_alone_has_an_effect_and_no_error(estimator):
    keys = {"method": "full", "covariates": ["age", "re74"], "subgroups": ["educ"]}
    gap = {"dimension": "educ", "focal": "15", "reference": "12", "meets": 5000}
    report = lalonde.report(estimator=estimator, gaps=[gap], **keys)
    assert all(row["std_error"] is row["ci_low"] is None for row in report["gaps"])
    assert any(row["closed"] is not None for row in report["gaps"])
    rows = report["effects"]
    alone = [row for row in rows if row["n_treated"] == 1]
    assert any(row["estimate"] is not None for row in alone)
    for row in alone:
        assert row["std_error"] is row["p"] is row["ci_low"] is None
        assert row["alternatives"] == []
    (tested,) = report["interactions"]
    assert {row["group"].removeprefix("educ=") for row in alone}.isdisjoint(
        tested["groups"]
    )
    several = [row for row in rows if row["n_treated"] > 8]
    assert all(row["std_error"] > 0 for row in several)


def test_an_outcome_model_that_fits_all_of_a_few_has_no_effect_by_aipw_either():
    rows = lalonde.report(subgroups=["educ"], estimator="aipw")["effects"]
    (row,) = (row for row in rows if row["group"] == "educ=4")
    assert (row["n_treated"], row["n_comparison"]) == (4, 5)
    assert row["estimate"] is None
    assert "as many coefficients as there are students" in row["not_estimable"]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=8))
def test_weights_of_means_are_worth_what_is_counted_by_hand(weights):
    part = np.array([*weights, 1 - sum(weights)])
    worth = 1 / sum(w * w for w in part)
    everyone = np.ones(len(part), dtype=bool)
    if worth < 1 - 1e-6:
        with pytest.raises(NotEstimable, match=TOO_SMALL):
            refuse_extrapolation(part, [everyone])
    elif worth > 1:
        refuse_extrapolation(part, [everyone])
    refuse_extrapolation(np.array([-1.0, 3.0]), [np.array([True, False])])
