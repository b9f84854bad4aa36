"""The gap of a district where a group is hardly there: no model speaks for it."""

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.aipw import fitted_effect
from outcomes.engine.decomposition import accounting
from outcomes.engine.evaluate import evaluate

COVARIATES = [f"x{j}" for j in range(8)]


def table(few: int, seed: int = 1):
    """240 students of two groups, of whom 20 take part: `few` of the focal group."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(240, 8)), columns=COVARIATES)
    frame["group"] = ["focal"] * 100 + ["other"] * 140
    frame["took"] = 0
    frame.loc[range(few), "took"] = 1
    frame.loc[range(100, 120 - few), "took"] = 1
    frame.loc[range(few), "x0"] += 1.5  # unlike all others of their group
    frame["read"] = frame["x0"] + random.normal(size=240)
    return frame.assign(student=[f"S{i}" for i in range(240)])


def of_district(frame):
    gap = {"dimension": "group", "focal": "focal", "reference": "other"}
    plain = {"unit": "student", "treatment": "took", "outcomes": ["read"]}
    design = Design.from_dict(plain | {"covariates": COVARIATES, "gaps": [gap]})
    return evaluate(frame, design).report()["gaps_in_district"][0]


def by(row, rule):
    return {r["estimator"]: r for r in row["rules"] if r["rule"] == rule}


def test_a_prediction_worth_less_than_a_student_is_none():
    row = of_district(table(few=1))
    everybody = by(row, "all")
    for estimator in ("outcome_model", "doubly_robust"):
        assert everybody[estimator]["closed"] is None
        assert "less sure than one student" in everybody[estimator]["not_estimable"]
    assert everybody["weighting"]["closed"] is not None
    assert row["four_parts"] is None


def test_what_needs_none_of_the_few_stands():
    """Without the program all are predicted from 220 others."""
    row = of_district(table(few=1))
    nobody = by(row, "none")
    assert all(found["closed"] is not None for found in nobody.values())


def test_its_worth_is_that_of_the_weights_of_r_lm():
    """(sum l)^2 / sum l^2 of l = X (X'X)^-1 x read out for each student."""
    frame = table(few=3)
    x = np.column_stack([np.ones(240), frame["group"] == "focal", frame[COVARIATES]])
    took = frame["took"].to_numpy() == 1
    own, mean = x[took], x[frame["group"] == "focal"].mean(axis=0)
    weights = own @ np.linalg.inv(own.T @ own) @ mean
    worth = weights.sum() ** 2 / np.sum(weights**2)
    is_shown = by(of_district(frame), "all")["outcome_model"]["closed"] is not None
    assert is_shown == (worth >= 1)


def test_a_group_whose_covariates_decide_has_no_effect_by_aipw():
    frame = table(few=2)
    group = frame[frame["group"] == "focal"]
    x = group[COVARIATES].to_numpy()
    with pytest.raises(NotEstimable, match="decide who takes part"):
        fitted_effect(group["read"].to_numpy(), group["took"].to_numpy() == 1, x)
    row = of_district(frame)
    assert row["coverage"] is None
    assert "decide who takes part" in row["not_estimable"]


def test_no_accounting_where_reference_students_are_too_few_for_their_slopes():
    random = np.random.default_rng(2)
    focal = np.arange(60) < 50
    x = random.normal(size=(60, 7)) + 2 * focal[:, None]
    names = [f"x{j}" for j in range(7)]
    with pytest.raises(NotEstimable, match="less sure than one student"):
        accounting(random.normal(size=60), x, names, focal)
