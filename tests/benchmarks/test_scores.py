"""A fit that is no maximum has no time, whoever made it."""

import numpy as np
import pytest

from benchmarks import matchit
from benchmarks.scores import below, fit, table
from benchmarks.scores_elsewhere import IN_GLM
from outcomes.engine.logistic import logistic
from outcomes.engine.model_columns import ModelColumns

STUDENTS = 2_000


@pytest.fixture
def told():
    x, y = table(STUDENTS)
    beta, _ = logistic(ModelColumns(lambda rows: x[rows].T), y > 0)
    return x, y, beta


def test_the_maximum_has_a_time(told):
    assert below(*told, 1e-8) == ""
    assert fit(STUDENTS).wrong == ""


def test_a_place_beside_it_has_none(told):
    x, y, beta = told
    assert below(x, y, beta + 1e-5 * np.eye(len(beta))[3], 1e-6).startswith(
        "a logit is"
    )


@pytest.mark.skipif(bool(matchit.no_r()), reason="needs Rscript")
def test_r_reads_the_same_table():
    assert IN_GLM.run(STUDENTS).wrong == ""
