"""All estimators of one effect stand side by side, the design's own in `effects`."""

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from tests.engine import lalonde
from tests.engine.lalonde import OTHER, SPECS

near = pytest.approx


@pytest.mark.parametrize("own", ["difference", "g_computation", "aipw"])
def test_the_three_are_those_of_r_whichever_is_the_designs_own(own):
    report = lalonde.report(estimator=own)
    rows, r = report["estimators"], SPECS["nn_ps"]
    assert [row["estimator"] for row in rows] == ["difference", "g_computation", "aipw"]
    assert rows[0]["estimate"] == near(r["att_diff"], rel=1e-6)
    assert rows[1]["estimate"] == near(r["att_gcomp"], rel=1e-6)
    assert rows[2]["estimate"] == near(OTHER["aipw_att"], rel=1e-6)
    assert report["effects"][0]["estimator"] == own
    (same,) = (row for row in rows if row["estimator"] == own)
    assert same.items() <= report["effects"][0].items()


def test_an_outcome_without_spread_has_its_reason_in_each_row():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(40)],
            "treated": [1] * 12 + [0] * 28,
            "pre": random.normal(size=40),
            "read": 3.0,
        }
    )
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    found = evaluate(frame, Design.from_dict({**plain, "covariates": ["pre"]})).report()
    assert [row["p"] for row in found["estimators"]] == [None] * 3
    assert all(row["not_estimable"] for row in found["estimators"])
