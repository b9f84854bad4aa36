"""A design is read whole, or refused by the key that is wrong."""

import json

import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from tests.engine import lalonde

LEAST = {"unit": "student", "treatment": "treated", "outcomes": [{"name": "read"}]}


def read(**keys):
    return Design.from_dict({**LEAST, **keys})


def test_all_keys_but_three_have_a_default_that_is_printed():
    printed = read().to_dict()
    assert printed["distance"] == "propensity"
    assert printed["method"] == "nearest"
    assert printed["estimator"] == "difference"
    assert printed["ratio"] == 1
    assert printed["order"] == "largest"
    assert printed["cluster"] is None
    assert printed["outcomes"] == [
        {
            "name": "read",
            "kind": "continuous",
            "domain": "",
            "confirmatory": False,
            "levels": [],
            "matters": None,
        }
    ]
    assert set(printed) == set(Design.__dataclass_fields__)


FULL = {
    **LEAST,
    "covariates": ["age"],
    "pretests": ["pre", {"name": "other", "domain": "math"}],
    "exact": ["school"],
    "anti_exact": ["grade"],
    "distance": "logit",
    "ratio": 2,
    "caliper": {
        "distance": {"width": 0.2, "unit": "sd"},
        "age": {"width": 3, "unit": "raw"},
    },
    "cutpoints": {"age": [30.5, 40.5]},
    "cluster": "school",
    "subgroups": ["race"],
    "gaps": [{"dimension": "race", "focal": "a", "reference": 2, "meets": 450}],
    "seed": 7,
}


def test_what_is_printed_reads_back_to_the_same_design():
    design = Design.from_dict(FULL)
    again = Design.from_dict(json.loads(json.dumps(design.to_dict())))
    assert again == design
    assert again.hash() == design.hash()


def test_a_gap_is_on_the_first_outcome_unless_it_says_otherwise():
    gap = Design.from_dict(FULL).gaps[0]
    assert (gap.outcome, gap.reference, gap.meets) == ("read", "2", 450.0)


def test_any_change_of_the_design_changes_its_hash():
    hashes = {
        Design.from_dict({**FULL, **change}).hash()
        for change in ({}, {"seed": 8}, {"covariates": ["age", "sex"]}, {"ratio": 1})
    }
    assert len(hashes) == 4


def test_the_order_of_keys_does_not_change_the_hash():
    backwards = dict(reversed(FULL.items()))
    assert Design.from_dict(backwards).hash() == Design.from_dict(FULL).hash()


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"covarates": []}, 'covarates: is not a key of the design; did you mean "cov'),
        ({"zzz": 1}, "known keys: unit, treatment"),
        ({"method": "nearst"}, 'did you mean "nearest"'),
        ({"distance": "euclid"}, "one of propensity, logit"),
        ({"ratio": 0}, "ratio: found 0, expected a whole number, 1 or more"),
        ({"ratio": True}, "ratio: found true"),
        ({"method": None}, "method: found null, expected one of"),
        ({"ratio": 1.5}, "ratio: found 1.5"),
        ({"replacement": 1}, "replacement: found 1, expected true or false"),
        ({"covariates": "age"}, "covariates: found 'age', expected a list"),
        ({"covariates": ["a", "a"]}, "stands twice"),
        ({"pretests": ["a", {"name": "a"}]}, "pretests[1]: a pretest stands twice"),
        ({"errors": ["two_way", "two_way"]}, 'errors: "two_way" stands twice'),
        ({"subgroups": ["a*a"]}, "subgroups[0]: found 'a*a', expected a column, or"),
        ({"subgroups": ["a*"]}, "subgroups[0]: found 'a*'"),
        (
            {"subgroups": ["a*b", "c", "b*a"]},
            'subgroups[2]: "b*a" makes the groups of "a*b" again',
        ),
        (
            {"gaps": [{"dimension": "read", "focal": 1, "reference": 2}]},
            'gaps: "read" is already an outcome',
        ),
        (
            {"subgroups": ["a*b"], "placebo": ["b"]},
            'placebo[0].name: "b" is already what students are grouped by',
        ),
        (
            {"entry": "day", "placebo": ["x", "day"]},
            'placebo[1].name: "day" is already the entry',
        ),
        (
            {"cluster": "s", "placebo": [{"name": "s"}]},
            'placebo[0].name: "s" is already the cluster',
        ),
        (
            {"gaps": [{"dimension": "*", "focal": "a", "reference": "b"}]},
            "gaps[0].dimension: found '*'",
        ),
        ({"placebo": [""]}, "placebo[0]: found '', expected a name"),
        ({"outcomes": [""]}, "outcomes[0]: found '', expected a name"),
        ({"outcomes": [{"name": "r", "levels": ["a", "a"]}]}, "levels: "),
        (
            {"outcomes": [{"name": "r", "matters": "x"}]},
            "outcomes[0].matters: found 'x', expected a number",
        ),
        ({"covariates": [""]}, "covariates[0]: found ''"),
        ({"covariates": ["read"]}, 'covariates: "read" is already an outcome'),
        ({"exact": ["treated"]}, 'exact: "treated" is already the treatment'),
        ({"cluster": "read"}, 'cluster: "read" is already the treatment or an outcome'),
        ({"cluster": "treated"}, 'cluster: "treated" is already the treatment'),
        ({"exact": ["s"], "anti_exact": ["s"]}, "anti_exact"),
        ({"treatment": "student"}, "must be different columns"),
        ({"outcomes": []}, "outcomes: found [], expected a list in brackets of at le"),
        ({"outcomes": [{"kind": "binary"}]}, "outcomes[0].name: is missing"),
        ({"outcomes": ["read", "read"]}, "an outcome stands twice"),
        ({"outcomes": [{"name": "r", "kind": "int"}]}, "outcomes[0].kind"),
        ({"caliper": {"age": 3}}, "caliper.age: found 3, expected an object"),
        ({"caliper": {"age": {"width": -1}}}, "caliper.age.width: found -1"),
        ({"caliper": {"age": {"width": float("nan")}}}, "caliper.age.width"),
        (
            {"caliper": {"age": {"width": 1, "unit": "SD"}}},
            "expected one of sd, raw",
        ),
        ({"caliper": []}, "caliper: found [], expected an object in braces"),
        ({"gaps": [{"dimension": "r", "focal": "a"}]}, "gaps[0].reference: is missing"),
        (
            {"gaps": [{"dimension": "r", "focal": "a", "reference": "a"}]},
            "gaps[0]: focal and reference are the same",
        ),
        (
            {
                "gaps": [
                    {"dimension": "r", "focal": 1, "reference": 2, "outcome": "reed"}
                ]
            },
            "gaps[0].outcome: found 'reed', expected one of the outcomes read; did y",
        ),
        ({"gaps": [{"dimension": "r", "focal": 1, "reference": 2, "sd": "x"}]}, "sd"),
        ({"gaps": [{"dimension": "r", "focal": [], "reference": 2}]}, "a group's name"),
        ({"seed": "x"}, "seed"),
        ({"method": "ipw", "distance": "euclidean"}, 'distance: method "ipw" goes by'),
        ({"method": "subclass", "distance": "mahalanobis"}, "use propensity or logit"),
        ({"method": "optimal", "replacement": True}, "method: with replacement the"),
        ({"method": "full", "replacement": True}, "replacement: in a full match"),
        (
            {"method": "full", "reuse": 2, "replacement": True},
            'reuse: method "full" has no use',
        ),
        ({"method": "full", "caliper": {}, "prefer": [["s"]]}, "prefer: method"),
    ],
)
def test_a_wrong_key_is_refused_by_its_path(keys, says):
    with pytest.raises(DesignError) as refusal:
        read(**keys)
    assert says in str(refusal.value)


@pytest.mark.parametrize("given", [None, [], "x"])
def test_a_design_is_an_object(given):
    with pytest.raises(DesignError):
        Design.from_dict(given)


@pytest.mark.parametrize("missing", ["unit", "treatment", "outcomes"])
def test_three_keys_have_no_default(missing):
    with pytest.raises(DesignError, match=f"{missing}: is missing"):
        Design.from_dict({k: v for k, v in LEAST.items() if k != missing})


def test_pretests_join_the_covariates_once():
    design = read(covariates=["b", "a"], pretests=["a", "c"])
    assert design.matched_on == ("b", "a", "c")


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"method": "exact", "caliper": {"age": {"width": 1}}}, "caliper"),
        ({"method": "exact", "anti_exact": ["race"]}, "anti_exact"),
        ({"covariates": []}, "covariates"),
    ],
)
def test_what_a_method_has_no_use_for_is_refused(keys, path):
    with pytest.raises(DesignError) as refusal:
        lalonde.report(**keys)
    assert refusal.value.path == path
