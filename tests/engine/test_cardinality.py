"""Cardinality matching, against R's counts and against every group of students."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, PromiseBroken
from outcomes.engine import cardinality
from outcomes.engine.notices import Notices
from tests.engine.lalonde import SPECS, arranged, largest, report
from tests.engine.oracles_cardinality import most_balanced
from tests.engine.random_studies import keys, match_on, same_in_any_order, tables


@pytest.mark.parametrize(
    ("tolerance", "count"),
    [(0.05, SPECS["card_005"]["n_treated"]), (0.1, 120), (0.01, 116)],
)
def test_lalonde_keeps_as_many_as_can_be_balanced(tolerance, count):
    found = report(method="cardinality", tolerance=tolerance)
    sample = found["sample"]
    assert sample["matched_treated"] == sample["matched_comparison"] == count
    assert largest(found["balance"], "smd_after") <= tolerance
    assert sample["unmatched"] == [{"reason": "balance", "n": 185 - count}]
    assert found["effects"][0]["se_kind"] == "HC3"


def test_lalonde_keeps_two_for_one_in_each_cell():
    study, found = arranged(method="cardinality", ratio=2, exact=["race"])
    assert found.matched.n_sets == 3
    taken = found.matched.weights() > 0
    assert (found.matched.weights()[taken] == 1).all()
    for code in np.unique(study.exact["race"]):
        here = taken & (study.exact["race"] == code)
        assert (here & ~study.treated).sum() == 2 * (here & study.treated).sum()


def test_a_search_that_ends_early_says_so(monkeypatch):
    monkeypatch.setattr(cardinality, "NODES", 0)
    warn = Notices()
    _, found = arranged(method="cardinality", tolerance=0.0, warn=warn)
    assert [n.code for n in warn.found] == ["not_proven_optimal"]
    assert "up to 1" in warn.found[0].text
    assert found.matched.n_sets <= 1


def test_a_solver_that_breaks_the_tolerance_is_not_believed(monkeypatch):
    monkeypatch.setattr(cardinality, "SLACK", -0.2)
    with pytest.raises(PromiseBroken, match="tolerance"):
        arranged(method="cardinality")


@pytest.mark.parametrize("key", ["caliper", "anti_exact"])
def test_what_cannot_be_kept_is_refused(key):
    given = {"caliper": {"age": {"width": 3}}, "anti_exact": ["nodegree"]}
    with pytest.raises(DesignError, match=f"{key}: method .cardinality"):
        arranged(method="cardinality", **{key: given[key]})


@given(
    tables(most=10),
    st.sampled_from([0.0, 0.0713, 0.3119, 1.0417]),
    st.integers(1, 2),
    st.sampled_from([(), ("school",)]),
    st.randoms(),
)
@settings(max_examples=150, deadline=None)
def test_nothing_larger_is_balanced(frame, tolerance, ratio, exact, random):
    design = Design.from_dict(
        keys(method="cardinality", tolerance=tolerance, ratio=ratio, exact=exact)
    )
    study, found = match_on(frame, design)
    cells = study.exact["school"] if exact else np.zeros(study.n)
    x = study.covariates.x.dense()
    expected = most_balanced(x, study.treated, cells, tolerance, ratio)
    weights = found.matched.weights()
    assert (weights[study.treated] > 0).sum() == expected
    assert (weights[~study.treated] > 0).sum() == expected * ratio
    assert same_in_any_order(frame, design, random)
