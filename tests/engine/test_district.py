"""The gap of a whole district: against R and statsmodels on STAR, and by hand."""

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from outcomes.designs.design import Design
from outcomes.engine.aipw import fitted_effect
from outcomes.engine.evaluate import evaluate
from tests.engine.worked import REFERENCE, kindergarten, star

near = pytest.approx
SD = star()["meta"]["sd_readk_control"]
R = star()["gapclosing_readk_race"]
INTERVALS = {
    "coverage": (
        "att_focal", "att_reference", "as_delivered", "closed", "without_program",
        "if_all_focal_served", "closed_among_participants",
    ),
    "four_parts": ("baseline", "prevalence", "effect", "selection"),
    "accounting": ("gap", "unexplained"),
}  # fmt: skip


@pytest.fixture(scope="module")
def children():
    known = ["z", "gender", "lunchk", "birth"]
    table = kindergarten().dropna(subset=known)
    return table[table["ethnicity"].isin(["afam", "cauc"])]


def of_district(table, **keys):
    gap = {"dimension": "ethnicity", "focal": "afam", "reference": "cauc", "sd": SD}
    plain = {
        "unit": "student", "treatment": "small", "outcomes": ["readk"], "gaps": [gap],
        "covariates": ["gender", "lunchk", "birth"], "cluster": "schoolidk",
    }  # fmt: skip
    (row,) = evaluate(table, Design.from_dict(plain | keys)).report()[
        "gaps_in_district"
    ]
    return row


@pytest.fixture(scope="module")
def row(children):
    return of_district(children)


def by(row, rule, estimator):
    (found,) = (
        r for r in row["rules"] if (r["rule"], r["estimator"]) == (rule, estimator)
    )
    return found


@pytest.mark.parametrize(
    ("rule", "in_r"),
    [("none", "none_small"), ("all", "all_small"), ("focal_only", "only_afam_small")],
)
def test_weighting_gives_the_gaps_of_r(row, rule, in_r):
    found = by(row, rule, "weighting")
    gap = R[in_r]["gap_cauc_minus_afam"]["treatment_modeling"]
    assert found["gap"] == near(gap, rel=1e-6)
    assert found["closed"] == near(R["factual_gap"] - gap, rel=1e-5)
    assert found["ci_low"] < found["closed"] < found["ci_high"]
    assert found["gap_std_error"] > 0


def test_things_as_they_were_are_the_gap_in_r(row):
    found = by(row, "as_is", "observed")
    assert found["gap"] == near(R["factual_gap"], rel=1e-8)
    assert found["closed"] == 0
    assert found["std_error"] is None


def test_the_outcome_model_is_that_of_statsmodels(children, row):
    fit = smf.ols("z ~ small * (ethnicity + girl + free + birth)", children).fit()
    for rule, part in (("none", 0), ("all", 1)):
        predicted = fit.predict(children.assign(small=part))
        means = predicted.groupby(children["ethnicity"]).mean()
        expected = means["cauc"] - means["afam"]
        assert by(row, rule, "outcome_model")["gap"] == near(expected, rel=1e-7)


def test_the_accounting_is_that_of_r(row):
    r, found = star()["kob_readk_race"], row["accounting"]
    assert found["gap"] == near(r["gap"], rel=1e-8)
    assert found["unexplained"] == near(r["unexplained_total"], rel=1e-6)
    assert found["explained"]["small"] == near(r["explained"]["small"], rel=1e-6)
    assert found["explained"]["birth"] == near(r["explained"]["birth"], rel=1e-6)


def test_parts_and_reach_add_up_to_what_was_observed(row):
    parts, reach = row["four_parts"], row["coverage"]
    names = ("baseline", "prevalence", "effect", "selection")
    assert sum(parts[name] for name in names) == near(R["factual_gap"], rel=1e-8)
    assert reach["share_focal"] == near(R["coverage"]["afam"], rel=1e-8)
    assert reach["share_reference"] == near(R["coverage"]["cauc"], rel=1e-8)
    closed = (
        reach["share_focal"] * reach["att_focal"]
        - reach["share_reference"] * reach["att_reference"]
    )
    assert reach["closed"] == near(closed, rel=1e-8)
    among = reach["att_focal"] - reach["att_reference"]
    assert reach["closed_among_participants"] == near(among, rel=1e-8)
    errors = [reach[f"{n}_std_error"] for n in ("closed", "closed_among_participants")]
    assert errors[0] < errors[1]
    assert reach["closed_ci_low"] < reach["closed"] < reach["closed_ci_high"]


def test_every_number_of_the_district_has_an_interval(row):
    r = json.loads((REFERENCE / "accounting.json").read_text())
    found = row["accounting"]
    errors = {e["covariate"]: e for e in found["explained_errors"]}
    assert set(errors) == set(found["explained"])
    assert errors["birth"]["std_error"] == near(r["birth"][1], rel=1e-4)
    assert found["unexplained_std_error"] == near(r["unexplained"][1], rel=1e-4)
    for part, names in INTERVALS.items():
        for name in names:
            low, high = row[part][f"{name}_ci_low"], row[part][f"{name}_ci_high"]
            assert low < row[part][name] < high
            assert row[part][f"{name}_std_error"] > 0


def reach_times_effect(table):
    """What is closed in the district and among participants, by both groups' AIPW."""
    share, att = {}, {}
    for name, own in table.groupby("ethnicity"):
        t, x = own["small"].to_numpy() == 1, own[["girl", "free", "birth"]].to_numpy()
        share[name] = t.mean()
        att[name] = fitted_effect(own["z"].to_numpy(), t, x).value
    closed = share["afam"] * att["afam"] - share["cauc"] * att["cauc"]
    return closed, att["afam"] - att["cauc"]


def test_drawing_schools_anew_finds_the_errors_of_reach_times_effect(children, row):
    random, reach = np.random.default_rng(5), row["coverage"]
    of_school = [own for _, own in children.groupby("schoolidk")]
    drawn = [
        reach_times_effect(
            pd.concat(of_school[s] for s in random.integers(79, size=79))
        )
        for _ in range(200)
    ]
    names = ("closed", "closed_among_participants")
    found = reach_times_effect(children)
    assert [reach[name] for name in names] == near(found, rel=1e-6)
    errors = [reach[f"{name}_std_error"] for name in names]
    assert errors == near(np.std(drawn, axis=0, ddof=1), rel=0.2)


def test_a_covariate_that_is_the_group_itself_does_no_harm(children, row):
    keys = {"covariates": ["gender", "lunchk", "birth", "ethnicity"]}
    found = of_district(children, **keys)
    assert by(found, "none", "doubly_robust")["gap"] == near(
        by(row, "none", "doubly_robust")["gap"], rel=1e-8
    )
    assert found["accounting"]["unexplained"] == near(row["accounting"]["unexplained"])


def test_without_covariates_no_cause_can_be_told(children):
    found = of_district(children, covariates=[], method="exact")
    assert found["rules"] is found["coverage"] is found["accounting"] is None
    assert "names no covariates" in found["not_estimable"]


def test_a_group_that_nobody_took_part_in_has_its_reason(children):
    absent = children[~((children["ethnicity"] == "afam") & (children["small"] == 1))]
    found = of_district(absent)
    assert found["rules"] is None
    assert "no focal student among participants" in found["not_estimable"]


def test_participation_that_covariates_decide_has_no_counterfactual():
    n = np.arange(60)
    frame = pd.DataFrame(
        {
            "student": n.astype(str),
            "t": (n >= 30).astype(int),
            "pre": n.astype(float),
            "race": np.where(n % 2, "a", "b"),
            "read": n % 7,
        }
    )
    gap = {"dimension": "race", "focal": "a", "reference": "b"}
    plain = {"unit": "student", "treatment": "t", "outcomes": ["read"], "gaps": [gap]}
    design = Design.from_dict(plain | {"covariates": ["pre"]})
    (row,) = evaluate(frame, design).report()["gaps_in_district"]
    assert row["rules"] is row["four_parts"] is None
    assert "overlap" in row["not_estimable"]
    assert row["accounting"]["gap"] is not None


def test_a_gap_of_groups_that_nobody_is_in_says_so(children):
    nobody = {"dimension": "ethnicity", "focal": "x", "reference": "y"}
    row = of_district(children, gaps=[nobody])
    assert row["rules"] is row["coverage"] is None
    assert "no focal student" in row["not_estimable"]
