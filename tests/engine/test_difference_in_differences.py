"""Gains: R's figures, the handbook's formula, and when a verdict may rest on them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, NotEstimable
from outcomes.engine.adjusted_g import Measured, adjusted_g
from outcomes.engine.difference_in_differences import (
    Differenced,
    difference_in_differences,
    differenced_row,
)
from outcomes.engine.effect import Effect
from outcomes.engine.inference import nothing
from outcomes.engine.sample import Sample
from outcomes.terms import Estimator
from tests.engine import lalonde
from tests.engine.degenerate import run
from tests.engine.worked import honest, no_covariates

near = pytest.approx
PLAIN = Design.from_dict({"unit": "u", "treatment": "t", "outcomes": ["y"]})


def test_lalonde_before_and_after_are_those_of_r():
    report = lalonde.report(
        method="cem",
        cutpoints={"re75": []},
        covariates=["re75"],
        pretests=[{"name": "re75", "same_as": "re78"}],
    )
    found = report["effects"][0]["difference_in_differences"]
    _, _, g, r = honest()["did_g_post_g_pre_g_r"]
    points, error = honest()["did_estimate_hc3"]
    assert found["g"] == near(g, rel=1e-9)
    assert found["correlation"] == near(r, rel=1e-9)
    assert found["std_error"] == near(error * g / points, rel=1e-9)
    assert not found["rests_on"]
    assert "below 0.6" in found["text"]


@given(st.integers(0, 10_000))
def test_it_is_the_handbooks_formula_on_weighted_means(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(6, 30))
    t = np.arange(n) < random.integers(2, n - 2)
    y, before, w = random.normal(size=n), random.normal(size=n), random.uniform(1, 3, n)
    sample = Sample(np.arange(n), t, y, w, no_covariates(n), None, None)
    found = difference_in_differences(sample, before, "x", PLAIN)
    after, earlier = (
        Measured(*(np.average(v[a], weights=w[a]) for a in (t, ~t)),
                 *(v[a].std(ddof=1) for a in (t, ~t)))
        for v in (y, before)
    )  # fmt: skip
    slow = adjusted_g(after, earlier, int(t.sum()), int((~t).sum()))
    assert found.g == near(slow, rel=1e-9, abs=1e-12)
    moved = difference_in_differences(
        replace(sample, y=7 * y + 1e6), 3 * before - 9, "x", PLAIN
    )
    assert moved.g == near(slow, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("r", "estimator", "may"),
    [
        (0.6, "difference", True),
        (np.nextafter(0.6, 0), "difference", False),
        (0.9, "g_computation", False),
        (NotEstimable("nobody differs"), "difference", False),
    ],
)
def test_a_gain_may_adjust_from_a_correlation_of_six_tenths(r, estimator, may):
    design = replace(PLAIN, estimator=Estimator(estimator))
    found = Differenced("x", 0.1, r, nothing(NotEstimable("no")))
    assert found.may_adjust(design) == may


def test_a_correlation_that_nobody_knows_is_not_called_a_low_one():
    nobody = NotEstimable("nobody differs")
    found = Differenced("x", 0.1, nobody, nothing(NotEstimable("no")))
    assert "nobody knows how before" in differenced_row(found)["text"]


def started_ahead(by, noise, n=200):
    """Participants begin `by` SD ahead and end .5 ahead of that."""
    random = np.random.default_rng(3)
    grid = np.tile(np.linspace(-1.7, 1.7, n), 2)
    treated = np.arange(2 * n) < n
    pre = grid + by * grid.std() * treated
    return pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(2 * n)],
            "treated": treated.astype(int),
            "pre": pre,
            "read": pre + noise * random.normal(size=2 * n) + 0.5 * treated,
        }
    )


def judged(by, noise=0.3, estimator="difference", **more):
    pretest = {"name": "pre", "domain": "ela", "same_as": "read"} | more
    return run(
        started_ahead(by, noise),
        outcomes=[{"name": "read", "domain": "ela", "confirmatory": True}],
        covariates=[],
        pretests=[pretest],
        method="cem",
        cutpoints={"pre": []},
        estimator=estimator,
    )


@pytest.mark.parametrize(
    ("by", "noise", "code", "rests"),
    [
        (0.04, 0.3, "meets_with_reservations", False),
        (0.06, 0.3, "meets_with_reservations", True),
        (0.24, 0.3, "meets_with_reservations", True),
        (0.26, 0.3, "not_equivalent", False),
        (0.15, 3.0, "needs_adjustment_in_model", False),
    ],
)
def test_the_verdict_rests_on_the_gain_where_only_that_adjusts(by, noise, code, rests):
    report = judged(by, noise)
    row = report["effects"][0]
    found = row["difference_in_differences"]
    assert (report["verdict"]["code"], found["rests_on"]) == (code, rests)
    assert (found["correlation"] >= 0.6) == (noise < 1)
    if rests:
        assert "difference in differences" in report["verdict"]["text"]
        assert row["p_adjusted"] == near(found["p"])
        assert row["p_adjusted"] != near(row["p"])


def test_a_model_that_holds_the_pretest_needs_no_gain():
    report = judged(0.15, estimator="g_computation")
    assert report["verdict"]["code"] == "meets_with_reservations"
    assert not report["effects"][0]["difference_in_differences"]["rests_on"]


def test_another_measure_has_no_gain():
    report = run(started_ahead(0.15, 0.3), covariates=[], pretests=["pre"])
    assert "difference_in_differences" not in report["effects"][0]


def test_a_pretest_is_the_same_as_an_outcome_of_the_design():
    with pytest.raises(DesignError, match=r"pretests\[0\].same_as.*read"):
        judged(0.1, same_as="raed")


def test_a_measure_without_spread_has_no_gain():
    n = 8
    sample = Sample(np.arange(n), np.arange(n) < 3, np.arange(n) * 1.0, np.ones(n),
                    no_covariates(n), None, None)  # fmt: skip
    found = difference_in_differences(sample, np.ones(n), "x", PLAIN)
    assert isinstance(found.g, NotEstimable)
    assert isinstance(found.correlation, NotEstimable)


@pytest.mark.parametrize(
    ("rests_on", "claimed"), [(True, (0.2, 0.3)), (False, (5, 0.01))]
)
def test_a_gain_is_claimed_only_where_the_verdict_rests_on_it(rests_on, claimed):
    inference = replace(nothing(NotEstimable("not asked")), p=0.3)
    gain = Differenced("pre", 0.2, 0.7, inference, rests_on)
    row = SimpleNamespace(
        differenced=gain, estimate=5, inference=replace(inference, p=0.01)
    )
    assert Effect.claimed.fget(row) == claimed
