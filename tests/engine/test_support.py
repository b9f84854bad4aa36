"""Who scores beyond everyone of the other arm is discarded, counted, not paired."""

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, PromiseBroken
from outcomes.engine.covariates import Covariates
from outcomes.engine.matrix import Matrix
from outcomes.engine.overlap import separating
from outcomes.engine.promises import check_promises
from outcomes.engine.support import beyond_support
from outcomes.engine.unmatched import unmatched_reasons
from outcomes.terms import Discard
from tests.engine import lalonde, oracles_support
from tests.engine.lalonde import SPECS
from tests.engine.random_studies import keys, match_on, tables
from tests.engine.worked import lalonde_table

near = pytest.approx
often = settings(max_examples=150, deadline=None)
discards = st.sampled_from(["treated", "comparison", "both"])
R = SPECS["nn_discard_both"]


def test_the_match_is_that_of_matchit():
    report = lalonde.report(discard="both")
    sample, found = report["sample"], report["effects"][0]
    assert sample["matched_treated"] == R["n_treated"]
    assert sample["matched_comparison"] == R["n_control"]
    assert sample["total_distance"] == near(R["sum_ps_dist"], rel=1e-6)
    assert found["estimate"] == near(R["att_diff"], rel=1e-6)
    assert found["std_error"] == near(R["se_diff_cluster"], rel=1e-6)
    assert report["estimand"] == "ATM"


def test_whoever_is_discarded_is_counted():
    sample = lalonde.report(discard="both")["sample"]
    unmatched = {row["reason"]: row["n"] for row in sample["unmatched"]}
    assert unmatched == {"support": R["n_treated_unmatched"]}
    excluded = [{"reason": "support", "treated": 0, "comparison": 57}]
    assert sample["excluded"] == excluded


def test_whoever_is_discarded_is_counted_by_group():
    """Counted by pandas on the scores of R's glm."""
    rows = lalonde.report(discard="both", subgroups=["race"])["discarded"]
    table = lalonde_table()
    own = table["treat"] == 1
    ends = table.groupby("treat")["ps"].agg(["min", "max"]).loc[1 - table["treat"]]
    low, high = (ends[end].to_numpy() for end in ("min", "max"))
    beyond = (table["ps"] < low) | (table["ps"] > high)
    assert [row["group"] for row in rows] == ["black", "hispan", "white"]
    for row in rows:
        member = table["race"] == row["group"]
        for arm, who in (("treated", own), ("comparison", ~own)):
            assert row[f"n_{arm}"] == (member & who).sum()
            assert row[f"discarded_{arm}"] == (member & who & beyond).sum()
    assert sum(row["discarded_comparison"] for row in rows) == 57
    assert "discarded" not in lalonde.report(subgroups=["race"])


@pytest.mark.parametrize(
    ("discard", "participants"), [("none", 185), ("treated", 177), ("comparison", 185)]
)
def test_one_arm_may_be_kept_whole(discard, participants):
    sample = lalonde.report(discard=discard)["sample"]
    assert sample["matched_treated"] == participants
    assert bool(sample["excluded"]) == (discard == "comparison")


@often
@given(tables(), discards)
def test_who_is_beyond_support_is_found_one_by_one(frame, discard):
    study, arranged = match_on(frame, Design.from_dict(keys(discard=discard)))
    score = arranged.space.propensity.score
    literal = oracles_support.beyond(score, study.treated, discard)
    assert np.flatnonzero(arranged.limits.beyond).tolist() == literal


def test_a_score_as_low_as_the_lowest_of_the_others_is_within():
    score = np.array([0.1, 0.1, 0.3, 0.4, 0.4, 0.5])
    treated = np.array([True, False, True, False, True, False])
    for discard, rows in ((Discard.BOTH, [5]), (Discard.TREATED, [])):
        assert np.flatnonzero(beyond_support(score, treated, discard)).tolist() == rows


@often
@given(
    tables(),
    discards,
    st.sampled_from(["nearest", "optimal", "full"]),
    st.sampled_from(["propensity", "mahalanobis"]),
)
def test_nobody_beyond_support_is_matched(frame, discard, method, distance):
    plain = keys(discard=discard, method=method, distance=distance)
    study, arranged = match_on(frame, Design.from_dict(plain))
    assume(not arranged.space.is_separated)
    beyond, matched = arranged.limits.beyond, arranged.matched
    assert not beyond[matched.rows].any()
    reasons = dict(unmatched_reasons(study, arranged.limits, matched))
    assert reasons.get("support", 0) == (beyond & study.treated).sum()


def test_a_match_beyond_support_is_not_reported():
    study, arranged = lalonde.arranged()
    strict = dataclasses.replace(lalonde.design(), discard=Discard.TREATED)
    with pytest.raises(PromiseBroken, match='"discard"'):
        check_promises(study, strict, arranged.limits, arranged.matched, arranged.space)


@pytest.mark.parametrize("method", ["exact", "cem", "subclass", "entropy", "ipw"])
def test_a_method_without_pairs_discards_nobody(method):
    with pytest.raises(DesignError, match=r"discard: method .* has no use for it"):
        lalonde.report(method=method, discard="both")


def test_a_misspelt_arm_is_refused():
    with pytest.raises(DesignError, match=r"discard.*one of none, treated"):
        lalonde.design(discard="control")


@often
@given(st.integers(2, 8), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_a_covariate_that_separates_is_found_by_both_arms_ranges(n, k, seed):
    random = np.random.default_rng(seed)
    x = random.integers(0, 4, (n, k)).astype(float)
    treated = np.arange(n) < random.integers(1, n)
    names, in_model = tuple("abc"[:k]), np.ones(k, dtype=bool)
    held = Matrix(n, tuple(x.T))
    found = separating(Covariates(held, names, names, in_model), treated)
    ranges = [(x[treated, j], x[~treated, j]) for j in range(k)]
    apart = [t.min() > c.max() or c.min() > t.max() for t, c in ranges]
    assert found == (names[apart.index(True)] if any(apart) else None)
