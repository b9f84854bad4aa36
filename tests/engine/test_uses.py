"""A key that changes nothing is said to; one that does change a result never is."""

import pytest

from outcomes.designs.design import DEFAULTS
from outcomes.designs.uses import SETTINGS, unused_keys
from outcomes.terms import Method
from tests.engine import lalonde

OTHERS = {
    "distance": "logit",
    "ratio": 2,
    "replacement": True,
    "order": "smallest",
    "subclasses": 3,
    "cutpoints": {"age": [25.5]},
    "tolerance": 0.2,
    "ties": "seeded",
    "tie_tolerance": 0.5,
}


def pairs(**keys):
    """Who stands with whom, and with which weight, whatever the sets are called."""
    study, found = lalonde.arranged(**keys)
    matched, sets = found.matched, {}
    units, weights = study.units[matched.rows], matched.membership_weights()
    for number, *member in zip(matched.sets, units, weights.round(9), strict=True):
        sets.setdefault(int(number), set()).add(tuple(member))
    return {frozenset(members) for members in sets.values()}


def test_every_setting_is_tried():
    assert set(OTHERS) == set(SETTINGS)


@pytest.mark.parametrize("key", SETTINGS)
@pytest.mark.parametrize("method", ["nearest", "exact", "cem", "subclass", "entropy"])
def test_what_is_said_to_change_nothing_changes_nothing(method, key):
    said = {**DEFAULTS, "method": method, key: OTHERS[key]}
    if key not in unused_keys(said, DEFAULTS):
        assert Method(method) in SETTINGS[key]
        return
    plain = {"method": method, "exact": ["married"]}
    assert pairs(**plain, **{key: OTHERS[key]}) == pairs(**plain)


@pytest.mark.parametrize(
    ("method", "key"),
    [
        ("nearest", "distance"),
        ("nearest", "ratio"),
        ("nearest", "replacement"),
        ("nearest", "order"),
        ("nearest", "tie_tolerance"),
        ("cem", "cutpoints"),
        ("subclass", "subclasses"),
        ("cardinality", "tolerance"),
    ],
)
def test_what_changes_the_match_is_not_said_to_change_nothing(method, key):
    assert unused_keys({"method": method, key: OTHERS[key]}, DEFAULTS) == {}
    changed = {key: OTHERS[key]}
    if key == "distance":
        changed = {key: "mahalanobis"}
    assert pairs(method=method, **changed) != pairs(method=method)


def test_a_metric_ranks_nobody():
    metric = {"distance": "mahalanobis", "order": "smallest"}
    assert pairs(**metric) == pairs(distance="mahalanobis")
    (sentence,) = unused_keys(metric, DEFAULTS).values()
    assert 'distance "mahalanobis" has no score to rank by' in sentence
    assert unused_keys({**metric, "order": "random"}, DEFAULTS) == {}


def test_the_report_names_each_key_once():
    found = lalonde.report(method="exact", covariates=["race"], ratio=3, order="random")
    told = [w["text"] for w in found["warnings"] if w["code"] == "unused_key"]
    assert [text.split()[0] for text in told] == ["ratio", "order"]
