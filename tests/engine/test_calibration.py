"""A program that does nothing must be found to do nothing: few draws, wide limits.

The limits bite: a plan without a pretest, and errors by pair, are seen to break them.
All draws are in docs/calibration.md.
"""

import numpy as np
import pandas as pd
import pytest

from benchmarks import coverage, placebo, star
from benchmarks.draws import CR2, REPORTED, Draw, Tally

DRAWS = 40
MOST_FALSE = 0.175  # 7 of 40 come about in 1 of 300 runs where 5% is true
NEAR_ZERO = 0.05  # SD; by both pretests, the bias of 40 draws varies by .01 to .02


@pytest.fixture(scope="module")
def table():
    return star.children()


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_the_children_are_those_of_the_study(table):
    assert len(table) == 2432
    assert table["schoolidk"].nunique() == 74
    assert (table["schoolidk"] == table["schoolid1"]).all()


def test_a_school_takes_part_whole_or_not_at_all(table, rng):
    treated = star.whole_schools(table, rng)
    share = table.assign(treated=treated).groupby("schoolidk")["treated"].mean()
    assert sorted(share.unique()) == [0, 1]
    assert (share == 1).sum() == star.WHOLE_SCHOOLS


def test_ten_boys_a_site_and_weak_readers(table, rng):
    picked = table[star.ten_boys(table, rng)]
    assert picked.groupby("schoolidk").size().tolist() == [10] * star.SITES
    assert set(picked["gender"]) == {"male"}
    assert picked["readk"].mean() < table["readk"].mean() - 10


def test_luck_that_is_dealt_anew_stays_the_same_luck(table, rng):
    dealt = star.luck_dealt_anew(table, rng)
    moved = pd.Series(dealt - table["read1"]).groupby(table["schoolidk"])
    assert moved.std().max() < 1e-9  # all of a school by the same
    assert (moved.mean().abs() > 1).mean() > 0.8
    assert abs(moved.mean().mean()) < 1e-9
    assert dealt.std() == pytest.approx(table["read1"].std(), rel=0.05)


def test_schools_matched_first_that_nothing_helped():
    plan = "+ both, schools first, g_computation"
    found = placebo.study("A, luck dealt anew", plan, DRAWS)
    assert abs(found.bias) < 3 * found.noise
    assert found.rejected(REPORTED) < MOST_FALSE
    assert found.significant == 0


def test_ten_boys_whom_nothing_helped():
    found = placebo.study("B ten boys", "+ both, g_computation", DRAWS)
    assert abs(found.bias) < NEAR_ZERO
    assert found.rejected(REPORTED) < MOST_FALSE
    assert found.significant / DRAWS < MOST_FALSE


def test_without_a_pretest_the_number_is_wrong_and_nothing_is_claimed():
    blind = placebo.study("B ten boys", "demographics", DRAWS)
    assert blind.bias < -0.2
    assert blind.rejected(REPORTED) > 0.5
    assert set(blind.verdicts) == {"no_pretest"}
    assert blind.significant == 0


def test_whole_schools_that_nothing_helped():
    found = placebo.study("A whole schools", "+ both pretests", DRAWS)
    assert abs(found.bias) < 3 * found.noise
    assert found.rejected(REPORTED) < MOST_FALSE
    assert found.rejected(REPORTED) <= found.rejected(CR2)
    assert found.rejected("CR1 by set") > MOST_FALSE  # pairs are not what was assigned
    assert found.significant == 0  # eight schools are few


def test_an_interval_holds_a_planted_effect():
    found = coverage.study(8_000, 20)
    assert abs(found.bias) < NEAR_ZERO
    assert found.coverage > 0.8
    assert found.rejected(REPORTED) == pytest.approx(1 - found.coverage)


def test_a_tally_counts_what_it_was_given():
    draws = [
        Draw(0.1, {"reported": 0.04, "CR1 by set": 0.01}, False, "no_pretest", False),
        Draw(0.3, {"reported": 0.06}, True, "no_pretest", True),
    ]
    found = Tally(draws)
    assert found.bias == pytest.approx(0.2)
    assert found.noise == pytest.approx(0.1)
    assert (found.rejected("reported"), found.rejected("CR1")) == (0.5, 0.5)
    assert (found.has("CR1"), found.has("CR2")) == (True, False)
    assert (found.coverage, found.significant) == (0.5, 1)
    assert found.verdicts == {"no_pretest": 2}
