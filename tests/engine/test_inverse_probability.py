"""Inverse probability weighting, against R and the weighted mean written out."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.engine import inverse_probability
from outcomes.engine.notices import Notices
from tests.engine.lalonde import FRAME, OTHER, arranged, report
from tests.engine.random_studies import keys, match_on, tables, weights_by_unit

near = pytest.approx


def test_lalonde_is_that_of_r():
    found = report(method="ipw")
    assert found["effects"][0]["estimate"] == near(OTHER["ipw_att_hajek"])
    assert found["effects"][0]["se_kind"] == "HC3"
    assert found["sample"]["ess_comparison"] == near(OTHER["ipw_att_ess_control"])
    assert found["sample"]["matched_comparison"] == 429


def test_lalonde_is_the_weighted_mean_written_out():
    """With the score that R's glm gives."""
    taking_part, others = FRAME[FRAME["treat"] == 1], FRAME[FRAME["treat"] == 0]
    top = sum(r.re78 * r.ps / (1 - r.ps) for r in others.itertuples())
    bottom = sum(r.ps / (1 - r.ps) for r in others.itertuples())
    estimate = report(method="ipw")["effects"][0]["estimate"]
    assert estimate == near(taking_part["re78"].mean() - top / bottom)


def test_a_score_above_the_bound_is_trimmed_and_said(monkeypatch):
    monkeypatch.setattr(inverse_probability, "BOUND", 0.7)
    warn = Notices()
    study, found = arranged(method="ipw", warn=warn)
    score = found.space.score[~study.treated]
    weights = found.matched.weights()[~study.treated]
    assert weights.max() / weights.min() == near(
        (0.7 / 0.3) / (score / (1 - score)).min()
    )
    assert [n.code for n in warn.found] == ["trimmed"]
    assert warn.found[0].text.startswith(str((score > 0.7).sum()))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"distance": "euclidean"}, "distance: method .ipw"),
        ({"caliper": {"age": {"width": 3}}}, "caliper: method .ipw"),
        ({"anti_exact": ["nodegree"]}, "anti_exact: method .ipw"),
    ],
)
def test_what_cannot_be_kept_is_refused(more, message):
    with pytest.raises(DesignError, match=message):
        arranged(method="ipw", **more)


@given(tables(), st.sampled_from([(), ("school",)]), st.randoms())
@settings(max_examples=100, deadline=None)
def test_weights_are_odds_within_a_cell_whatever_the_order(frame, exact, random):
    design = Design.from_dict(keys(method="ipw", exact=exact))
    order = random.sample(range(len(frame)), len(frame))
    study, found = match_on(frame.iloc[order], design)
    assume(not found.space.is_separated)
    again, other = match_on(frame, design)
    ours = weights_by_unit(study, found.matched)
    assert ours == weights_by_unit(again, other.matched)
    weights, score = found.matched.weights(), found.space.score
    school = dict(zip(frame["student"], frame["school"], strict=True))
    for name in ("a", "b") if exact else ("ab",):
        here = np.array([school[unit] in name for unit in study.units])
        part, rest = here & study.treated, here & ~study.treated & (weights > 0)
        if part.any() and rest.any():
            odds = np.minimum(score[rest], 0.99) / (1 - np.minimum(score[rest], 0.99))
            share = weights[rest] / weights[rest].sum()
            assert share == near(odds / odds.sum())
        else:
            assert not weights[here].any()
