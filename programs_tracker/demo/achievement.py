"""Attendance and yearly tests: what each student would score without any program.

A score is what the student can do, plus what one day's test happens to catch. So low
scorers of one year rise in the next on their own (regression to the mean): a picked
group looks as if it gained, or as if it were harmed, before anything was done for it.
"""

import numpy as np
import pandas as pd

from programs_tracker.demo.students import YEARS, grade_in, on_roll_in

SUBJECTS = ("ela", "math")
LOWEST, HIGHEST = 440, 560  # the scale of the state test
CENTRE, POINTS = 494.0, 20.0  # points of one SD
LEVEL = {"white": 0.45, "asian": 0.6, "multirace": 0.2, "black": -0.2, "hispanic": -0.2}
# Standard deviations of what makes up a score; squares sum to about the residual share.
LASTING, OF_SUBJECT, OF_THE_YEAR, OF_THE_DAY = 0.62, 0.3, 0.2, 0.42


def make_attendance(people: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """n by years: share of days present; it follows the student over the years."""
    habit = (
        2.75
        - 0.35 * people["low_income"]
        - 0.2 * people["swd"]
        + 0.55 * rng.normal(size=len(people))
    ).to_numpy()[:, None]
    noisy = habit + 0.35 * rng.normal(size=(len(people), len(YEARS)))
    return 1 / (1 + np.exp(-noisy))


def make_scores(
    people: pd.DataFrame,
    schools: pd.DataFrame,
    attendance: np.ndarray,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """By subject, n by years: points before rounding and before any program."""
    n = len(people)
    can_do = _standing(people) + LASTING * rng.normal(size=n)
    gained = _gained(people, schools, attendance, rng)
    shared = OF_THE_YEAR * rng.normal(size=(n, len(YEARS)))
    points = {}
    for subject in SUBJECTS:
        own = can_do + OF_SUBJECT * rng.normal(size=n)
        day = OF_THE_DAY * rng.normal(size=(n, len(YEARS)))
        points[subject] = CENTRE + POINTS * (own[:, None] + gained + shared + day)
    return points


def on_the_scale(points: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(points), LOWEST, HIGHEST)


def is_tested_in(people: pd.DataFrame, year: int) -> np.ndarray:
    """Tests begin in grade 3, in May; who leaves during the year is not there."""
    return (
        on_roll_in(people, year)
        & (grade_in(people, year) >= 3)
        & (people["leaves"] > year)
    ).to_numpy()


def _standing(people: pd.DataFrame) -> np.ndarray:
    """What the groups differ by on average, the gaps a district sees."""
    by_race = people["race_ethnicity"].map(LEVEL).fillna(0.0)
    return (
        by_race
        - 0.3 * people["low_income"]
        - 0.06 * people["leaves_el_after"]  # who learns English slowly is behind longer
        - 0.7 * people["swd"]
        + 0.1 * (people["gender"] == "F")
        + 0.45
    ).to_numpy()


def _gained(
    people: pd.DataFrame,
    schools: pd.DataFrame,
    attendance: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """n by years: poverty and last year's absences cost something in every year."""
    at = people[[f"school_{year}" for year in YEARS]].to_numpy()
    last_year = np.column_stack([attendance[:, 0], attendance[:, :-1]])
    step = (
        1.5 * (last_year - 0.92)
        - 0.05 * people[["low_income"]].to_numpy()
        + schools["added_value"].to_numpy()[at]
    )
    good_year = rng.normal(0, 0.04, (len(schools), len(YEARS)))
    return step.cumsum(axis=1) + good_year[at, range(len(YEARS))]
