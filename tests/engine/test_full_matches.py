"""Full matches against linear programming in R, and whose effect their sets tell."""

from itertools import product

import pandas as pd
import pytest

from outcomes.engine.evaluate import evaluate
from tests.engine.lalonde import FRAME, REFERENCE, arranged, design

near = pytest.approx
FIGURES = pd.read_csv(REFERENCE / "full_matches_oracles.csv", index_col="spec")
MEMBERS = pd.read_csv(REFERENCE / "full_matches.csv", index_col="spec")
SOME = FRAME[(FRAME["re74"] > 0) & (FRAME["re75"] > 0)]
NUMBERS = {"covariates": ["age", "educ", "re74", "re75"]}
SPECS = {
    "all": {},
    "exact_married": {"exact": ["married"]},
    "age_within_3": {"caliper": {"age": {"width": 3, "unit": "raw"}}},
}
every = pytest.mark.parametrize(
    ("spec", "of"), [*product(SPECS, ["ATT", "ATC", "ATE"])]
)


def full(spec, of):
    metric = {"method": "full", "distance": "mahalanobis", "estimand": of}
    return {**metric, **NUMBERS, **SPECS[spec]}


def of_r(spec):
    return FIGURES.loc[[spec]].set_index("what")["value"]


@every
def test_sets_and_weights_are_those_of_r(spec, of):
    r = MEMBERS.loc[spec].set_index("unit_id")
    study, found = arranged(SOME, **full(spec, of))
    ours = pd.Series(found.matched.weights(), study.units)
    assert ours.to_dict() == near(r[of].to_dict(), rel=1e-9)
    number = pd.Series(found.matched.sets, study.units[found.matched.rows])
    together = {frozenset(units) for units in number.groupby(number).groups.values()}
    known = r["set"].dropna()
    assert together == {
        frozenset(units) for units in known.groupby(known).groups.values()
    }
    assert found.matched.total_distance == near(of_r(spec)["total_distance"], rel=1e-9)


@every
@pytest.mark.parametrize("estimator", ["difference", "g_computation"])
def test_effects_and_errors_are_those_of_r(spec, of, estimator):
    r = of_r(spec)
    found = evaluate(SOME, design(**full(spec, of), estimator=estimator)).report()
    effect, sample = found["effects"][0], found["sample"]
    assert effect["estimate"] == near(r[f"{of} {estimator}"], rel=1e-9)
    assert effect["std_error"] == near(r[f"{of} {estimator} HC3"], rel=1e-9)
    assert sample["sets"] == r["sets"]
    for arm in {"ess_treated", "ess_comparison"} & set(sample):
        assert sample[arm] == near(r[f"{of} {arm}"], rel=1e-9)
    lost = MEMBERS.loc[spec].set_index("unit_id")[of] == 0
    arms = SOME.set_index("unit_id").loc[lost[lost].index, "treat"]
    is_lost = arms.isin({"ATT": [1], "ATC": [0], "ATE": [0, 1]}[of]).any()
    assert found["estimand"] == ("ATM" if is_lost else of)


@pytest.mark.parametrize(("spec", "frame"), [("some", SOME), ("everyone", FRAME)])
@pytest.mark.parametrize("of", ["ATT", "ATC", "ATE"])
def test_on_a_score_no_way_costs_less(spec, frame, of):
    _, found = arranged(frame, method="full", estimand=of, **NUMBERS)
    best = of_r(f"score_{spec}")["total_distance"]
    assert found.matched.total_distance == near(best, rel=1e-7)
