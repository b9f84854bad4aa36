"""A comparison student serves as often as the design allows, and no oftener."""

import dataclasses
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, PromiseBroken
from outcomes.engine.promises import check_promises
from outcomes.engine.unmatched import unmatched_reasons
from tests.engine import lalonde, oracles_turns
from tests.engine.lalonde import SPECS
from tests.engine.random_studies import keys, match_on, tables
from tests.engine.test_literal import pairs_of

near = pytest.approx
often = settings(max_examples=150, deadline=None)
ORDERS = ["largest", "smallest", "closest", "random"]


def test_the_match_is_that_of_matchit():
    report = lalonde.report(replacement=True, reuse=2)
    sample, found, r = report["sample"], report["effects"][0], SPECS["nn_ps_reuse2"]
    assert sample["matched_treated"] == r["n_treated"]
    assert sample["matched_comparison"] == r["n_control"]
    assert sample["ess_comparison"] == near(r["ess_control"], rel=1e-9)
    assert sample["total_distance"] == near(r["sum_ps_dist"], rel=1e-6)
    assert found["estimate"] == near(r["att_diff"], rel=1e-6)
    assert found["se_kind"] == "HC3"
    assert found["std_error"] == near(r["se_diff_HC3"], rel=1e-6)


@often
@given(
    tables(),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["largest", "smallest"]),
    st.sampled_from([None, 0.1]),
    st.sampled_from([[], ["school"]]),
)
def test_pairs_are_those_of_a_look_at_everyone(
    frame, reuse, ratio, order, width, exact
):
    plain = keys(replacement=True, reuse=reuse, ratio=ratio, order=order, exact=exact)
    oracles_turns.refuse_other_pairs(frame, plain, width)


@often
@given(tables(), st.integers(1, 3), st.integers(1, 3), st.sampled_from(ORDERS))
def test_nobody_serves_too_often_or_the_same_participant_twice(
    frame, reuse, ratio, order
):
    plain = keys(replacement=True, reuse=reuse, ratio=ratio, order=order)
    study, arranged = match_on(frame, Design.from_dict(plain))
    pairs = pairs_of(arranged.matched)
    assert len(set(pairs)) == len(pairs)
    assert max(Counter(other for _, other in pairs).values(), default=0) <= reuse
    assert max(Counter(row for row, _ in pairs).values(), default=0) <= ratio
    reasons = dict(unmatched_reasons(study, arranged.limits, arranged.matched))
    if not arranged.space.is_separated:
        lost = study.treated.sum() - len({row for row, _ in pairs})
        assert sum(reasons.values()) == reasons.get("pool_exhausted", 0) == lost


@often
@given(tables(), st.integers(1, 2), st.sampled_from(ORDERS))
def test_serving_once_is_matching_without_replacement(frame, ratio, order):
    once = keys(ratio=ratio, order=order)
    again = once | {"replacement": True, "reuse": 1}
    one, other = (match_on(frame, Design.from_dict(d))[1] for d in (once, again))
    assert pairs_of(one.matched) == pairs_of(other.matched)


def test_serving_everyone_is_matching_with_replacement():
    free, limited = (
        lalonde.report(replacement=True, reuse=reuse)["sample"] for reuse in (None, 185)
    )
    assert limited["total_distance"] == near(free["total_distance"], rel=1e-12)


def test_a_student_who_served_too_often_is_not_reported():
    design = lalonde.design(replacement=True, reuse=2)
    study, arranged = lalonde.arranged(replacement=True, reuse=2)
    strict = dataclasses.replace(design, reuse=1)
    with pytest.raises(PromiseBroken, match='"reuse"'):
        check_promises(study, strict, arranged.limits, arranged.matched)


def test_a_limit_on_what_nobody_may_do_is_refused():
    with pytest.raises(DesignError, match="reuse: limits replacement"):
        lalonde.design(reuse=2)
    with pytest.raises(DesignError, match="reuse: found 0"):
        lalonde.design(reuse=0, replacement=True)


@pytest.mark.parametrize("method", ["optimal", "full", "subclass", "exact"])
def test_only_the_nearest_serve_again(method):
    with pytest.raises(DesignError, match=r"reuse: method .* has no use for it"):
        lalonde.report(method=method, replacement=True, reuse=2)
