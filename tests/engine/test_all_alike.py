"""Covariates that are the same for everyone: ties alone, broken the same way always."""

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.engine.evaluate import evaluate

N = np.arange(60)
TABLE = pd.DataFrame({"student": [f"S{i:02}" for i in N], "t": (N < 12) * 1})
TABLE = TABLE.assign(pre=3.0, grade="4", y=np.sin(N))
PLAIN = {"unit": "student", "treatment": "t", "outcomes": ["y"], "pretests": ["pre"]}
SCORED = ("nearest", "optimal", "full", "subclass", "ipw")
METRICS = ("mahalanobis", "robust_mahalanobis", "euclidean", "logit")


def report(table=TABLE, **keys):
    design = Design.from_dict(PLAIN | {"covariates": ["grade"]} | keys)
    return evaluate(table, design).report()


@pytest.mark.parametrize(
    "keys",
    [
        *({"method": method} for method in SCORED),
        *({"method": "nearest", "distance": distance} for distance in METRICS),
        {"method": "full", "distance": "mahalanobis"},
        {"method": "nearest", "caliper": {"distance": {"width": 0.2}}},
    ],
)
def test_whom_a_participant_is_compared_with_does_not_hang_on_the_order_of_rows(keys):
    found = report(**keys)
    assert found["sample"]["matched_treated"] == 12
    assert found["verdict"]["code"] == "no_pretest"
    assert {"constant", "all_alike"} <= {w["code"] for w in found["warnings"]}
    for seed in range(3):
        assert report(TABLE.sample(frac=1, random_state=seed), **keys) == found


def test_another_seed_breaks_the_ties_otherwise_where_the_design_asks_for_that():
    def partners(seed, ties):
        found = report(method="nearest", seed=seed, ties=ties)
        (said,) = (w["text"] for w in found["warnings"] if w["code"] == "all_alike")
        assert ("the seed alone" in said) == (ties == "seeded")
        return {row["unit"] for row in found["pairs"] if not row["treated"]}

    assert partners(1, "seeded") == partners(1, "seeded")
    assert partners(1, "seeded") != partners(2, "seeded")
    assert (
        partners(1, "average")
        == partners(2, "average")
        == {f"S{i}" for i in range(12, 24)}
    )


def test_weights_are_those_of_the_plain_difference():
    (effect,) = report(method="ipw")["effects"]
    apart = TABLE.groupby("t")["y"].mean()
    assert effect["estimate"] == pytest.approx(apart[1] - apart[0])


def test_a_design_that_names_no_covariate_is_refused_still():
    with pytest.raises(DesignError, match="needs at least one covariate"):
        report(pretests=[], covariates=[])
