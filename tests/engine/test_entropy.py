"""Entropy balancing, against R and against solvers over the weights themselves."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, InputError
from tests.engine.lalonde import FRAME, OTHER, arranged, largest, report
from tests.engine.oracles_entropy import can_balance, most_even_divergence
from tests.engine.random_studies import keys, match_on, same_in_any_order, tables

near = pytest.approx


def test_lalonde_is_that_of_r():
    found = report(method="entropy")
    assert found["effects"][0]["estimate"] == near(OTHER["ebal_att"])
    assert found["effects"][0]["se_kind"] == "HC3"
    assert found["sample"]["ess_comparison"] == near(OTHER["ebal_ess_control"])
    assert largest(found["balance"], "smd_after") < 1e-9


def test_exact_cells_hold_equal_shares_and_all_means_are_equal():
    study, found = arranged(method="entropy", exact=["married"], covariates=["age"])
    weights = found.matched.weights().copy()
    weights[study.treated] *= (~study.treated).sum() / study.treated.sum()
    for column in (study.exact["married"], study.covariates.x[:, 0]):
        arms = [
            (weights * column)[arm].sum() for arm in (study.treated, ~study.treated)
        ]
        assert arms[0] == near(arms[1])


def test_means_out_of_reach_are_refused_with_the_covariate():
    with pytest.raises(InputError, match=r"age stays .* SD apart") as refusal:
        arranged(frame=older_participants(), method="entropy", covariates=["age"])
    assert refusal.value.code == "not_balanceable"


def older_participants():
    study = FRAME.copy()
    study.loc[study["treat"] == 1, "age"] += 60
    return study


@pytest.mark.parametrize("key", ["caliper", "anti_exact"])
def test_what_cannot_be_kept_is_refused(key):
    given = {"caliper": {"age": {"width": 3}}, "anti_exact": ["nodegree"]}
    with pytest.raises(DesignError, match=f"{key}: method .entropy"):
        arranged(method="entropy", **{key: given[key]})


@given(tables(), st.randoms())
@settings(max_examples=100, deadline=None)
def test_weights_are_the_most_even_that_balance_and_need_no_order(frame, random):
    design = Design.from_dict(keys(method="entropy"))
    x = frame[[*design.covariates]].to_numpy(float)
    arm = (frame["treated"] == 1).to_numpy()
    others, target = x[~arm], x[arm].mean(axis=0)
    if not can_balance(others, target, 0):
        with pytest.raises(InputError, match="no weights"):
            match_on(frame, design)
        return
    assume(can_balance(others, target, 0.01 / len(others)))
    study, found = match_on(frame, design)
    w = found.matched.weights()[~study.treated]
    w = w / w.sum()
    assert study.covariates.x.dense(~study.treated).T @ w == near(target, abs=1e-6)
    least = most_even_divergence(others, target)
    # They balance, so a lower value is a better one: the solver may stop early.
    assert least is None or np.sum(w * np.log(w)) <= least + 1e-5
    assert same_in_any_order(frame, design, random)
