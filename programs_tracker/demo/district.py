"""A made-up district of a size and a seed: the same two numbers, the same children."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from programs_tracker.demo.achievement import (
    CENTRE,
    POINTS,
    SUBJECTS,
    is_tested_in,
    make_attendance,
    make_scores,
    on_the_scale,
)
from programs_tracker.demo.programs import (
    PROGRAMS,
    choose_participants,
    choose_schools,
    how_worried,
    true_effects,
)
from programs_tracker.demo.schools import make_schools
from programs_tracker.demo.students import YEARS, make_students, on_roll_in

Yearly = dict[str, np.ndarray]  # by subject; n by years, or n for the last year
SHARE_WITHOUT_SCORE = 0.03  # absent on the day, or on an alternate test
BEFORE, LAST = YEARS.index(2025), YEARS.index(2026)


@dataclass(frozen=True)
class District:
    """What happened, and what would have happened: only the first goes on record.

    attendance : n by years, share of days. scores : by subject, n by years, NaN where
    not tested. without : by subject, what 2026 would have brought without a program.
    takes_part : by program, a mask. sites : by program, row numbers of its schools.
    """

    seed: int
    schools: pd.DataFrame
    people: pd.DataFrame
    attendance: np.ndarray
    scores: Yearly
    without: Yearly
    takes_part: dict[str, np.ndarray]
    sites: dict[str, np.ndarray]

    @cached_property
    def gained(self) -> Yearly:
        """By subject: what the programs truly added to the score of 2026, in points."""
        return {
            subject: self.scores[subject][:, LAST] - self.without[subject]
            for subject in SUBJECTS
        }


def make_district(students: int, seed: int) -> District:
    rng = np.random.default_rng([seed, students])
    schools = make_schools(students, rng)
    people = make_students(students, schools, rng)
    attendance = make_attendance(people, rng)
    points = make_scores(people, schools, attendance, rng)
    observed = _as_observed(people, points, rng)
    sites = choose_schools(schools, people, rng)
    worry = how_worried(people, _on_record(people, attendance, observed))
    takes_part = {
        planted.code: choose_participants(
            planted, sites[planted.code], people, worry, rng
        )
        for planted in PROGRAMS
    }
    without = {subject: score[:, LAST].copy() for subject, score in observed.items()}
    for planted in PROGRAMS:
        effects = true_effects(planted, people, rng)
        _add_effects(observed, points, effects, takes_part[planted.code])
    return District(
        seed, schools, people, attendance, observed, without, takes_part, sites
    )


def _add_effects(
    observed: Yearly, points: Yearly, effects: Yearly, mask: np.ndarray
) -> None:
    """Score participants' last test anew, with what the program added."""
    for subject, effect in effects.items():
        with_it = on_the_scale(points[subject][mask, LAST] + effect[mask])
        was_tested = ~np.isnan(observed[subject][mask, LAST])
        observed[subject][mask, LAST] = np.where(was_tested, with_it, np.nan)


def _as_observed(
    people: pd.DataFrame, points: Yearly, rng: np.random.Generator
) -> Yearly:
    """Rounded to the test's scale, NaN for who sat no test that year."""
    tested = np.column_stack([is_tested_in(people, year) for year in YEARS])
    observed = {}
    for subject in SUBJECTS:
        sat = tested & (rng.random(tested.shape) > SHARE_WITHOUT_SCORE)
        observed[subject] = np.where(sat, on_the_scale(points[subject]), np.nan)
    return observed


def _on_record(
    people: pd.DataFrame, attendance: np.ndarray, observed: Yearly
) -> pd.DataFrame:
    """What staff can look up in the fall of the last year, in SDs; unknown counts 0."""
    standing = [(observed[subject] - CENTRE) / POINTS for subject in SUBJECTS]
    standing = np.nan_to_num(standing).mean(axis=0)
    was_here = on_roll_in(people, YEARS[BEFORE]).to_numpy()
    present = (attendance[:, BEFORE] - 0.92) / 0.06
    return pd.DataFrame(
        {
            "last_year": standing[:, BEFORE],
            "year_before": standing[:, BEFORE - 1],
            "attendance": np.where(was_here, np.maximum(present, -3), 0.0),
        }
    )
