"""Draws of whole clusters: R's on all of them, plain Python's one by one."""

import json
from dataclasses import replace
from functools import partial
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.bootstrap import bootstrap
from outcomes.engine.effect import effect
from outcomes.engine.estimable import known
from outcomes.engine.requested_errors import estimated
from outcomes.engine.sample import Sample, unmatched_sample
from outcomes.engine.study import Study
from outcomes.engine.tasks import blocks_of_draws
from tests.engine import lalonde
from tests.engine.worked import no_covariates

R = json.loads((lalonde.REFERENCE / "bootstrap.json").read_text())
FIVE = lalonde.FRAME.assign(school=np.arange(len(lalonde.FRAME)) % 5)


def everyone(**keys) -> tuple[Sample, partial]:
    design = lalonde.design(
        **{"covariates": ["age", "educ"], "cluster": "school"} | keys
    )
    study = Study.from_frame(FIVE, design)
    return unmatched_sample(study, study.outcomes["re78"]), partial(estimated, design)


@pytest.mark.parametrize("estimator", ["difference", "g_computation"])
def test_the_error_is_r_s_over_every_draw_there_is(estimator):
    sample, estimate = everyone(estimator=estimator)
    found = bootstrap(sample, estimate, sample.clusters, seed=1, draws=4000)
    # 4,000 draws know an SD to about 1.1%.
    assert found.std_error == pytest.approx(R[estimator], rel=0.04)
    assert found.df == 4


def mean_difference(sample: Sample) -> float:
    sample.require_both_arms()
    return sample.mean(sample.treated) - sample.mean(~sample.treated)


def literal(sample: Sample, units, seed, draws) -> float:
    """Each draw a list of students, cluster after cluster."""
    found = []
    for block in blocks_of_draws(seed, draws):
        random = block.random()
        for _ in range(block.draws):
            means = {}
            rows = [
                row
                for unit in random.integers(units.max() + 1, size=units.max() + 1)
                for row in range(len(units))
                if units[row] == unit
            ]
            for arm in (True, False):
                own = [r for r in rows if sample.treated[r] == arm]
                total = sum(sample.weights[r] for r in own)
                means[arm] = sum(sample.weights[r] * sample.y[r] for r in own) / total
            found.append(means[True] - means[False])
    return stdev(found)


def some_sample(seed: int, n: int = 40) -> tuple[Sample, np.ndarray]:
    random = np.random.default_rng(seed)
    units = np.arange(n) % 5
    sample = Sample(
        rows=np.arange(n),
        treated=np.arange(n) // 5 % 2 == 0,  # both arms in each unit
        y=random.normal(size=n),
        weights=random.uniform(0.5, 2, size=n),
        covariates=no_covariates(n),
        clusters=units,
        sets=None,
    )
    return sample, units


@given(st.integers(0, 10**6))
def test_each_draw_is_that_of_plain_python(seed):
    sample, units = some_sample(seed)
    found = bootstrap(sample, mean_difference, units, seed, draws=110)
    assert found.std_error == pytest.approx(literal(sample, units, seed, 110))


@given(st.integers(0, 10**6), st.floats(0.1, 1e3), st.floats(-1e3, 1e3))
def test_points_of_another_scale_give_the_error_in_that_scale(seed, times, plus):
    sample, units = some_sample(seed, n=60)
    first = bootstrap(sample, mean_difference, units, seed, draws=100)
    other = replace(sample, y=sample.y * times + plus)
    second = bootstrap(other, mean_difference, units, seed, draws=100)
    assert second.std_error == pytest.approx(times * first.std_error, rel=1e-6)


@pytest.mark.parametrize(("without", "is_refused"), [(1, False), (2, True)])
def test_one_draw_in_twenty_may_have_no_effect(without, is_refused):
    sample, units = some_sample(1)
    turns = iter(range(20))

    def estimate(drawn: Sample) -> float:
        if next(turns) < without:
            raise NotEstimable("no effect")
        return mean_difference(drawn)

    if is_refused:
        with pytest.raises(NotEstimable, match="2 of 20 draws have no effect"):
            bootstrap(sample, estimate, units, seed=1, draws=20)
    else:
        assert bootstrap(sample, estimate, units, seed=1, draws=20).std_error > 0


def test_it_stands_beside_the_others_when_asked_for():
    report = lalonde.report(FIVE, cluster="school", errors=["bootstrap"])
    (row,) = (
        row
        for row in report["effects"][0]["alternatives"]
        if row["se_kind"] == "bootstrap by school"
    )
    assert row["std_error"] > 0
    assert row["df"] == 4


def test_without_a_cluster_matched_sets_are_drawn_and_their_error_is_found():
    report = lalonde.report(errors=["bootstrap"])
    found = {r["se_kind"]: r for r in report["effects"][0]["alternatives"]}
    by_set = found["bootstrap by set"]
    assert by_set["df"] == report["sample"]["sets"] - 1
    assert by_set["std_error"] == pytest.approx(
        report["effects"][0]["std_error"], rel=0.05
    )


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"replacement": True}, "may serve twice"),
        ({"estimator": "aipw"}, "influence"),
        ({"cluster": "one"}, "needs two clusters"),
        ({"cluster": "arm"}, "draws have no effect"),
    ],
)
def test_what_cannot_be_drawn_says_why(keys, reason):
    frame = FIVE.assign(one=1, arm=FIVE["treat"])
    report = lalonde.report(frame, errors=["bootstrap"], **keys)
    (row,) = (
        row
        for row in report["effects"][0]["alternatives"]
        if row["se_kind"].startswith("bootstrap")
    )
    assert row["std_error"] is None
    assert reason in row["not_estimable"]


def test_the_estimate_of_no_draw_is_the_effect_itself():
    sample, estimate = everyone(estimator="g_computation")
    design = estimate.args[0]
    found = effect(sample, design, design.outcomes[0], 1.0)
    assert estimate(sample) == pytest.approx(known(found.estimate), rel=1e-12)
