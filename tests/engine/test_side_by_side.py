"""All estimators of one effect stand side by side, the design's own in `effects`."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from outcomes.designs.design import Design
from outcomes.engine.aipw import folds as dealt
from outcomes.engine.evaluate import evaluate
from outcomes.engine.notices import Notices
from outcomes.engine.study import Study
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


def test_folds_are_dealt_by_school_and_no_outcome_predicts_itself():
    """The estimate read out: each school's models are of the schools of other folds."""
    frame = lalonde.FRAME.assign(school=lalonde.FRAME["educ"].astype(str))
    keys = {"covariates": ["age", "re75"], "cluster": "school"}
    both = [
        lalonde.report(frame, **keys, folds=folds)["estimators"][2] for folds in (1, 4)
    ]
    assert both[0]["estimate"] != both[1]["estimate"]
    study = Study.from_frame(frame, lalonde.design(**keys), Notices())
    schools = study.clusters.astype(str).astype(object)
    y, t = study.outcomes["re78"], study.treated
    fold = dealt(schools, seed=1, count=4, treated=t)
    x = study.covariates.model_of(np.arange(study.n))
    x = np.column_stack([np.ones(study.n), *x])
    psi = np.zeros(study.n)
    for f in range(4):
        out, learn = fold == f, fold != f
        score = sm.GLM(t[learn], x[learn], sm.families.Binomial()).fit().predict(x[out])
        others = learn & ~t
        without = x[out] @ np.linalg.lstsq(x[others], y[others], rcond=None)[0]
        weight = np.where(t[out], 1, -score / (1 - score))
        psi[out] = weight * (y[out] - without)
    assert both[1]["estimate"] == near(psi.sum() / t.sum(), rel=1e-6)
    assert both[1]["df"] == len(set(schools[t])) - 1


def test_more_folds_than_schools_leave_nobody_to_learn_from():
    frame = lalonde.FRAME.assign(school="a")
    row = lalonde.report(frame, cluster="school", folds=3)["estimators"][2]
    assert row["estimate"] is None
    assert "one arm to learn from" in row["not_estimable"]
