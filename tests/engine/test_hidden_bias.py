from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.evaluate import evaluate
from outcomes.engine.hidden_bias import hidden_bias_text, pair_differences
from outcomes.engine.sensitivity import e_value
from tests.engine import lalonde
from tests.engine.worked import formulas


def paired(differences, sign=1.0, **keys):
    """Pairs in cells of two, whose outcomes differ as given."""
    n = len(differences)
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(2 * n)],
            "treated": [1, 0] * n,
            "twin": np.repeat(np.arange(n), 2).astype(str),
            "age": np.tile([9.0, 10.0, 10.0, 9.0], n)[: 2 * n],
            "read": np.ravel([[10 + sign * d, 10] for d in differences]),
        }
    )
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    design = Design.from_dict(plain | {"covariates": ["age"], "exact": ["twin"]} | keys)
    return evaluate(frame, design).report()["sensitivity"]["read"]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_gamma_of_the_worked_pairs(sign):
    worked = formulas()["rosenbaum_signed_rank"]
    found = paired(worked["diffs"], sign)
    assert found["rosenbaum_gamma"] == pytest.approx(worked["gamma_at_p05"], abs=5e-3)


def test_an_effect_that_is_not_significant_has_no_gamma():
    found = paired([s * d for d in range(1, 9) for s in (1.0, -1.0)] + [0.5])
    assert found["rosenbaum_gamma"] is None
    assert "not significant" in found["not_estimable"]


def test_sets_that_are_not_pairs_have_no_gamma():
    found = lalonde.report(ratio=2)["sensitivity"]["re78"]
    assert found["rosenbaum_gamma"] is None
    assert "only pairs" in found["not_estimable"]


YES_OR_NO = {"outcomes": [{"name": "read", "kind": "binary"}]}


def answered(favourable: int, others: int, alike: int):
    """Pairs of which the participant alone has the outcome, the other alone, both."""
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(2 * (favourable + others + alike))],
            "treated": [1, 0] * (favourable + others + alike),
            "twin": np.repeat(np.arange(favourable + others + alike), 2).astype(str),
            "age": np.resize([9.0, 10.0, 10.0, 9.0], 2 * (favourable + others + alike)),
            "read": [1, 0] * favourable + [0, 1] * others + [1, 1] * alike,
        }
    )
    plain = {"unit": "student", "treatment": "treated", "covariates": ["age"]}
    design = Design.from_dict(plain | YES_OR_NO | {"exact": ["twin"]})
    return evaluate(frame, design).report()["sensitivity"]["read"]


def test_yes_or_no_has_the_gamma_at_which_tosses_are_no_longer_unlikely():
    """R: uniroot(function(g) pbinom(27, 40, g/(1+g), FALSE) - .05, c(1, 3))$root."""
    found = answered(28, 12, 10)
    assert found["rosenbaum_gamma"] == pytest.approx(1.27128326, abs=1e-6)


def test_whole_schools_were_not_assigned_pair_by_pair():
    found = paired(formulas()["rosenbaum_signed_rank"]["diffs"], assignment="school")
    assert found["rosenbaum_gamma"] is None
    assert "whole schools" in found["not_estimable"]


def test_no_words_call_significant_what_its_own_error_does_not():
    """All sixteen pairs favour the program, but they come from three schools."""
    n = 16
    gains = np.repeat([0.5, 1.0, 2.0], [5, 5, 6]) + np.arange(n) / 100
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(2 * n)],
            "treated": [1, 0] * n,
            "twin": np.repeat(np.arange(n), 2).astype(str),
            "age": np.resize([9.0, 10.0, 10.0, 9.0], 2 * n),
            "school": np.repeat(["a"] * 5 + ["b"] * 5 + ["c"] * 6, 2),
            "read": np.ravel([[10 + gain, 10] for gain in gains]),
        }
    )
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    more = {"covariates": ["age"], "exact": ["twin"], "cluster": "school"}
    report = evaluate(frame, Design.from_dict(plain | more)).report()
    assert report["effects"][0]["p"] > 0.05
    assert report["effects"][0]["e_value_ci"] == 1
    assert report["sensitivity"]["read"]["rosenbaum_gamma"] is None
    assert "times as likely" not in report["sensitivity"]["read"]["text"]


@pytest.mark.parametrize("sets", [None, np.array([0, 0, 1, 1, 1])])
def test_only_where_all_sets_are_pairs_do_pairs_differ(sets):
    sample = SimpleNamespace(sets=sets, y=np.arange(5.0), treated=np.arange(5) % 2 == 0)
    with pytest.raises(NotEstimable, match="only pairs"):
        pair_differences(sample)


def test_the_factor_is_told_for_the_effect_in_sds_of_its_sample():
    found = SimpleNamespace(hedges_g=0.5, estimate_sd=0.4)
    text = hidden_bias_text(found, NotEstimable("no pairs"))
    assert text.endswith(f"doing well by {e_value(0.5):.2f}.")
