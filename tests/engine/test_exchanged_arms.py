"""Effects on comparison students (ATC) and on everyone (ATE), against the definition
and against the effect on participants with the arms exchanged."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import EngineError
from outcomes.engine.abadie_imbens import abadie_imbens
from outcomes.engine.aipw import aipw_att, fitted_effect, of_both
from outcomes.engine.evaluate import evaluate
from outcomes.engine.matched import from_cells
from outcomes.terms import Estimand, Estimator
from tests.engine import oracles
from tests.engine.lalonde import FRAME, arranged, caliper
from tests.engine.random_studies import COVARIATES, keys, tables

near = pytest.approx
seldom = settings(max_examples=60, deadline=None)
ONE_ARM = {
    "nearest": {"ratio": 2},
    "optimal": {"caliper": caliper(0.5)},
    "full": {"exact": ["school"]},
    "exact": {"covariates": ["lunch"], "exact": ["school"]},
    "entropy": {"covariates": ["pretest"]},
    "ipw": {},
}


TIES_DECIDE = {"nearest", "optimal", "full"}


def both_ways(frame, more, estimand="ATC"):
    """The effect on comparison students, and the ATT with the arms exchanged."""
    there = Design.from_dict(keys(**more, estimand=estimand))
    back = Design.from_dict(keys(**more))
    exchanged = frame.assign(treated=1 - frame["treated"])
    return [evaluate(f, d).report() for f, d in ((frame, there), (exchanged, back))]


def determines(frame, report):
    """Whether either arm of the matched students has a regression of its own."""
    matched = frame[frame["student"].isin({row["unit"] for row in report["pairs"]})]
    x = matched[[*COVARIATES]].assign(one=1.0)
    arms = [x[matched["treated"] == arm].to_numpy(float) for arm in (1, 0)]
    return all(np.linalg.matrix_rank(arm) == len(x.columns) for arm in arms)


def weighs(report):
    """Whether the weights of others are those of a score that settled, and of more than
    a student or two: else rounding decides on pairs, or whether there is an error."""
    codes = {warning["code"] for warning in report["warnings"]}
    return "quasi_separation" not in codes and report["sample"]["ess_comparison"] > 2


@seldom
@given(tables(), st.sampled_from([*ONE_ARM]), st.sampled_from([*Estimator]))
def test_the_atc_is_the_att_of_exchanged_arms_with_its_sign(frame, method, estimator):
    more = {"method": method, "estimator": estimator, **ONE_ARM[method]}
    # Ties on a line fall to the lower score, which becomes the higher.
    assume(method not in TIES_DECIDE or frame["pretest"].is_unique)
    try:
        one, other = both_ways(frame, more)
    except EngineError:
        assume(False)
    # A model that is not determined leaves out other columns of exchanged arms.
    assume(estimator != Estimator.G_COMPUTATION or determines(frame, one))
    assume(method not in {"ipw", *TIES_DECIDE} or weighs(other))
    effect, exchanged = one["effects"][0], other["effects"][0]
    if exchanged["estimate"] is None:
        assert effect["estimate"] is None
        return
    assert effect["estimate"] == near(-exchanged["estimate"], abs=1e-6)
    assert (effect["std_error"] is None) == (exchanged["std_error"] is None)
    if effect["std_error"] is not None:
        assert effect["std_error"] == near(exchanged["std_error"], rel=1e-5, abs=1e-6)
    assert one["sample"]["matched_treated"] == other["sample"]["matched_comparison"]
    assert one["sample"]["unmatched"] == other["sample"]["unmatched"]
    distances = [found["sample"]["total_distance"] or 0 for found in (one, other)]
    assert distances[0] == near(distances[1], rel=1e-6, abs=1e-9)


@st.composite
def cells_of_both(draw):
    n = draw(st.integers(4, 30))
    cell = np.array(draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n)))
    treated = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    y = np.random.default_rng(draw(st.integers(0, 999))).normal(size=n)
    return cell, treated, y


@settings(max_examples=200, deadline=None)
@given(cells_of_both())
def test_weights_and_effects_are_those_of_the_definition(data):
    """Cell by cell: the difference of means, averaged over the estimand's students."""
    cell, treated, y = data
    whole = [c for c in range(4) if len({*treated[cell == c]}) == 2]
    assume(whole)
    of_cell = {
        c: y[(cell == c) & treated].mean() - y[(cell == c) & ~treated].mean()
        for c in whole
    }
    for estimand in Estimand:
        sets = from_cells(cell, treated, estimand=estimand)
        counts = {c: counted(estimand, treated[cell == c]) for c in whole}
        expected = sum(of_cell[c] * counts[c] for c in whole) / sum(counts.values())
        weights = sets.weights()
        assert weights == near(
            oracles.weights_of(estimand, cell, treated, whole), abs=1e-12
        )
        means = [np.average(y[a], weights=weights[a]) for a in (treated, ~treated)]
        assert means[0] - means[1] == near(expected)


def counted(estimand, arm):
    return {"ATT": arm.sum(), "ATC": (~arm).sum(), "ATE": len(arm)}[estimand]


@seldom
@given(cells_of_both())
def test_the_effect_on_everyone_lies_between_by_the_shares_of_the_arms(data):
    cell, treated, y = data
    assume(any(len({*treated[cell == c]}) == 2 for c in range(4)))
    found = {}
    for estimand in Estimand:
        weights = from_cells(cell, treated, estimand=estimand).weights()
        arms = [np.average(y[a], weights=weights[a]) for a in (treated, ~treated)]
        found[estimand] = arms[0] - arms[1]
    share = treated[weights > 0].mean()
    mixed = share * found["ATT"] + (1 - share) * found["ATC"]
    assert found["ATE"] == near(mixed)


@seldom
@given(st.integers(0, 2**32 - 1))
def test_aipw_of_everyone_is_the_sentence_of_its_definition(seed):
    random = np.random.default_rng(seed)
    n = 40
    treated, x = random.random(n) < 0.5, random.normal(size=(n, 1))
    assume(3 < treated.sum() < n - 3)
    y, e = random.normal(size=n), random.uniform(0.2, 0.8, n)
    m = random.normal(size=(2, n))
    everyone = np.ones(n, bool)
    att = aipw_att(y, treated, m[0], e, everyone)
    atc = -1 * aipw_att(y, ~treated, m[1], 1 - e, everyone)
    psi = m[1] - m[0] + treated * (y - m[1]) / e - ~treated * (y - m[0]) / (1 - e)
    found = of_both(att, atc, treated)
    assert found.value == near(psi.mean())
    assert found.influence == near((psi - psi.mean()) / n)
    wholes = {k: fitted_effect(y, treated, x, k).value for k in Estimand}
    low, high = sorted([wholes["ATT"], wholes["ATC"]])
    assert low - 1e-9 <= wholes["ATE"] <= high + 1e-9


def test_an_error_of_reuse_is_that_of_exchanged_arms():
    more = {"replacement": True}
    study, there = arranged(**more, estimand="ATC")
    exchanged = FRAME.assign(treat=1 - FRAME["treat"])
    other, back = arranged(exchanged, **more)
    one = abadie_imbens(there.matched, study.outcomes["re78"])
    two = abadie_imbens(back.matched, other.outcomes["re78"])
    assert (one.estimate, one.std_error) == near((-two.estimate, two.std_error))
