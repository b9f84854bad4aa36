import numpy as np
import pandas as pd
import pytest

from programs_tracker.demo.achievement import HIGHEST, LOWEST, SUBJECTS
from programs_tracker.demo.district import make_district
from programs_tracker.demo.programs import PROGRAMS, SEATS
from programs_tracker.demo.students import el_status_in
from programs_tracker.demo.truth import naive_difference, true_effect, true_gap

COHORTS = [planted for planted in PROGRAMS if planted.gender]
WHOLE_GRADE = PROGRAMS[2]


def correlation(one, other):
    both = ~(np.isnan(one) | np.isnan(other))
    return np.corrcoef(one[both], other[both])[0, 1]


def test_the_same_seed_makes_the_same_children(district):
    again = make_district(students=6_000, seed=1)
    pd.testing.assert_frame_equal(again.people, district.people)
    np.testing.assert_array_equal(again.scores["ela"], district.scores["ela"])


def test_another_seed_makes_other_children(district):
    other = make_district(students=6_000, seed=2)
    assert not set(other.people["lasid"][:50]) <= set(district.people["lasid"])


def test_shares_are_near_those_of_boston(district):
    people = district.people
    share = people["race_ethnicity"].value_counts(normalize=True)
    near = {
        "hispanic": (share["hispanic"], 0.43),
        "black": (share["black"], 0.29),
        "white": (share["white"], 0.15),
        "asian": (share["asian"], 0.09),
        "low income": (people["low_income"].mean(), 0.70),
        "SWD": (people["swd"].mean(), 0.22),
        "EL now": ((el_status_in(people, 2026) == "current").mean(), 0.28),
        "boys": ((people["gender"] == "M").mean(), 0.51),
    }
    assert {k: v for k, v in near.items() if abs(v[0] - v[1]) > 0.04} == {}
    assert 0 < (people["gender"] == "N").sum() < 60


def test_groups_lean_on_each_other(district):
    people = district.people
    poor = people.groupby("race_ethnicity")["low_income"].mean()
    assert poor["black"] > poor["white"] + 0.3
    learns = people["leaves_el_after"].gt(0).groupby(people["race_ethnicity"]).mean()
    assert learns["hispanic"] > learns["white"] + 0.2
    swd = people.groupby("gender")["swd"].mean()
    assert swd["M"] > swd["F"]


def test_schools_are_of_unequal_size_and_means(district):
    by_school = district.people.groupby("school_2026")["low_income"]
    assert by_school.size().max() > 2 * by_school.size().min()
    assert by_school.mean().max() - by_school.mean().min() > 0.4


@pytest.mark.parametrize("subject", SUBJECTS)
def test_scores_follow_a_child_as_state_tests_do(district, subject):
    scores = district.scores[subject]
    assert np.nanmin(scores) >= LOWEST
    assert np.nanmax(scores) <= HIGHEST
    assert 0.74 < correlation(scores[:, 0], scores[:, 1]) < 0.84
    assert 15 < np.nanstd(scores[:, 1]) < 25


def test_the_two_subjects_go_together(district):
    ela, math = (district.scores[subject][:, 1] for subject in SUBJECTS)
    assert 0.65 < correlation(ela, math) < 0.85


def test_low_scorers_rise_on_their_own(district):
    before, after = district.scores["ela"][:, 1], district.without["ela"]
    low = (before < np.nanquantile(before, 0.1)) & ~np.isnan(after)
    assert after[low].mean() > before[low].mean() + 3


def test_some_scores_are_missing_and_grade_four_has_one_earlier_year(district):
    fourth = (district.people["grade"] == 4).to_numpy()
    scores = district.scores["math"]
    assert np.isnan(scores[fourth, 0]).all()
    assert 0.02 < np.isnan(scores[~fourth, 2]).mean() < 0.2


@pytest.mark.parametrize("planted", COHORTS, ids=lambda planted: planted.code)
def test_a_cohort_has_ten_seats_a_school(district, planted):
    cohort = district.people[district.takes_part[planted.code]]
    assert (cohort.groupby("school_2026").size() == SEATS).all()
    assert set(cohort["gender"]) == {planted.gender}
    assert set(cohort["grade"]) <= set(planted.grades)


def test_a_whole_grade_leaves_nobody_out(district):
    people, sites = district.people, district.sites[WHOLE_GRADE.code]
    takes_part = district.takes_part[WHOLE_GRADE.code]
    here = people["school_2026"].isin(sites) & people["grade"].isin(WHOLE_GRADE.grades)
    on_roll = (people["arrives"] <= 2026) & (people["leaves"] >= 2026)
    np.testing.assert_array_equal(takes_part, here & on_roll)


def test_nobody_takes_part_in_two_programs(district):
    assert np.sum(list(district.takes_part.values()), axis=0).max() == 1


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_naive_comparison_is_badly_wrong(seed):
    district = make_district(students=6_000, seed=seed)
    for planted in COHORTS:
        assert true_effect(district, planted.code, "ela") > 3
        assert naive_difference(district, planted.code, "ela") < -4
    code = WHOLE_GRADE.code
    truth = true_effect(district, code, "ela")
    assert 0 < truth < naive_difference(district, code, "ela")


def test_programs_do_more_for_the_focus_groups(district):
    groups = ("race_ethnicity", "black", "white")
    gap = true_gap(district, "excellence-for-all", "ela", groups)
    assert gap.without_program > gap.as_delivered > 0
    assert 1 < gap.closed < 4


def test_who_takes_part_in_nothing_gains_nothing(district):
    nothing = ~np.any(list(district.takes_part.values()), axis=0)
    for subject in SUBJECTS:
        assert np.nanmax(np.abs(district.gained[subject][nothing])) == 0


@pytest.mark.parametrize("students", [1_200, 60_000])
def test_small_and_large_districts_have_all_three_programs(students):
    district = make_district(students=students, seed=3)
    assert len(district.people) == students
    assert all(mask.sum() >= 30 for mask in district.takes_part.values())
