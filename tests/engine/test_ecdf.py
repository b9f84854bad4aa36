"""Gaps between distribution functions: R's, those of the definition, and what cannot
move them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.balance import balance_table
from outcomes.engine.ecdf import Distributions
from outcomes.engine.study import Study
from tests.engine import lalonde, oracles
from tests.engine.test_lalonde import BALANCE, NAMES_IN_R, PAIRS

near = pytest.approx
often = settings(max_examples=200, deadline=None)
STUDY = Study.from_frame(lalonde.FRAME, lalonde.design())
IN_R = {"ks_after": "eCDF Max", "ecdf_mean_after": "eCDF Mean"}


def weights_of_pairs(spec):
    """Comparison students share each participant's place, as R's pairs say."""
    pairs = PAIRS[PAIRS["spec"] == spec]
    share = 1 / pairs.groupby("treated")["control"].transform("size")
    weights = share.groupby(pairs["control"]).sum().to_dict()
    weights |= dict.fromkeys(pairs["treated"], 1.0)
    return [weights.get(unit, 0.0) for unit in STUDY.units]


def compared(spec, weights, digits):
    rows = balance_table(STUDY, np.array(weights))
    covariates = [NAMES_IN_R.get(row.covariate, row.covariate) for row in rows]
    known = [
        (row, BALANCE.loc[(spec, name)])
        for row, name in zip(rows, covariates, strict=True)
        if (spec, name) in BALANCE.index
    ]
    assert len(known) >= 5
    for row, expected in known:
        for key, column in IN_R.items():
            assert getattr(row, key) == near(expected[column], abs=digits), row


@pytest.mark.parametrize("spec", PAIRS["spec"].unique())
def test_on_the_pairs_of_r_they_are_those_of_r(spec):
    compared(spec, weights_of_pairs(spec), 1e-12)


@pytest.mark.parametrize(
    "spec",
    ["cem_cut", "cem_default", "exact_demo", "full_ps", "full_ps_ate", "subclass6_ate"],
)
def test_on_the_weights_of_r_they_are_those_of_r(spec):
    weights = lalonde.r_weights(spec)  # written to nine digits
    compared(spec, [weights[unit] for unit in STUDY.units], 1e-8)


@st.composite
def weighted(draw):
    """x with ties or none; weights of 1, all the same, or different, some of them 0."""
    n = draw(st.integers(4, 30))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = random.integers(0, draw(st.sampled_from([3, 8, 10**6])), n).astype(float)
    treated = random.permutation(np.arange(n) < draw(st.integers(2, n - 2)))
    weights = draw(
        st.sampled_from([np.ones(n), np.full(n, 1.5), random.uniform(0.1, 2, n)])
    )
    gone = random.random(n) < draw(st.sampled_from([0, 0.4]))
    for arm in (treated, ~treated):
        gone[np.flatnonzero(arm)[0]] = False
    return x, treated, np.where(gone, 0, weights)


@often
@given(weighted())
def test_they_are_those_of_the_definition(data):
    x, treated, weights = data
    found = Distributions.of(treated, weights).gaps(x)
    for gap, w in zip(found, (np.ones(len(x)), weights), strict=True):
        literal = oracles.steps(x, w, treated)
        assert gap.largest == near(max(literal), abs=1e-15)
        assert gap.mean == near(np.mean(literal), abs=1e-15)


@often
@given(weighted(), st.integers(-9, 9), st.sampled_from([0.25, 1, 8]))
def test_neither_order_nor_units_nor_names_of_arms_nor_copies_move_them(
    data, shift, scale
):
    x, treated, weights = data
    found = flat(Distributions.of(treated, weights).gaps(x))
    turned = np.arange(len(x))[::-1]
    moved = [
        Distributions.of(treated, weights).gaps(shift + scale * x),
        Distributions.of(treated[turned], weights[turned]).gaps(x[turned]),
        Distributions.of(~treated, weights).gaps(x),
        Distributions.of(np.tile(treated, 2), np.tile(weights, 2)).gaps(np.tile(x, 2)),
    ]
    for again in moved:
        assert flat(again) == near(found, abs=1e-14)


def flat(gaps):
    return [number for gap in gaps for number in gap]


def test_a_value_that_nobody_matched_has_counts_too():
    """As in R's summary: a match is judged on the values that there were."""
    x = np.array([1.0, 2.0, 2.0, 3.0, 9.0])
    treated = np.array([True, True, False, False, False])
    _, after = Distributions.of(treated, np.array([1.0, 1, 1, 1, 0])).gaps(x)
    assert after.largest == 0.5
    assert after.mean == near((0.5 + 0.5 + 0 + 0) / 4)


def test_a_flag_has_one_gap():
    (row,) = [
        row
        for row in balance_table(STUDY, np.ones(STUDY.n))
        if row.covariate == "married"
    ]
    share = pd.Series(lalonde.FRAME["married"]).groupby(lalonde.FRAME["treat"]).mean()
    assert row.ks_before == row.ecdf_mean_before == near(abs(share[1] - share[0]))


def test_without_a_match_there_is_none_and_one_says_why():
    for row in balance_table(STUDY, np.zeros(STUDY.n)):
        assert isinstance(row.ecdf_mean_after, NotEstimable), row
        assert "nobody was matched" in str(row.ks_after)
