"""Who takes part, and what it truly does for them: known here and nowhere else.

Staff nominate whom they worry about, and the first whole-grade schools were those that
serve fewer poor children. All that decides stands in the district's own records (plus
chance), so a comparison that measures it can be right, and one that does not is wrong.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from programs_tracker.demo.achievement import POINTS, SUBJECTS
from programs_tracker.demo.schools import serves
from programs_tracker.demo.students import on_roll_in

SEATS = 10
SHARE_OF_SCHOOLS = {"cohort": 0.5, "whole_grade": 0.25}
CHANCE = 1.0  # how much of a nomination is none of the reasons below
FEWEST_TO_CHOOSE_FROM = 2 * SEATS


@dataclass(frozen=True)
class Planted:
    """A program's true effect in SD: for every participant, and more for some."""

    code: str
    grades: tuple[int, ...]
    effect: float
    more_for_black_and_hispanic: float
    more_for_low_income: float = 0.0
    gender: str = ""  # empty: the whole grade


PROGRAMS = (
    Planted("ten-boys", (4, 5, 6, 7, 8), 0.15, 0.12, 0.08, gender="M"),
    Planted("ten-girls", (4, 5, 6, 7, 8), 0.12, 0.10, 0.06, gender="F"),
    Planted("excellence-for-all", (4, 5, 6), 0.04, 0.12),
)


def choose_schools(
    schools: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Row numbers by program. A whole-grade school runs no cohort in the same year."""
    poor = people.groupby("school_2026")["low_income"].mean()
    poor = poor.reindex(range(len(schools)), fill_value=1.0).to_numpy()
    has_grades = serves(schools, 4) & serves(schools, 6)
    eager = np.where(has_grades, -16 * poor + 0.8 * rng.normal(size=len(schools)), -99)
    first = np.argsort(-eager)[: _how_many("whole_grade", schools)]
    others = np.setdiff1d(np.arange(len(schools)), first)
    chosen = {"excellence-for-all": first}
    for planted in PROGRAMS[:2]:
        enough = _could_take_part(planted, people).groupby(people["school_2026"]).sum()
        enough = enough.reindex(others, fill_value=0) >= FEWEST_TO_CHOOSE_FROM
        n = min(_how_many("cohort", schools), int(enough.sum()))
        chosen[planted.code] = rng.choice(others[enough.to_numpy()], n, replace=False)
    return chosen


def choose_participants(
    planted: Planted,
    at: np.ndarray,
    people: pd.DataFrame,
    worry: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """A mask: all of the grades, or whom staff of each school worry about most."""
    could = (
        _could_take_part(planted, people) & people["school_2026"].isin(at)
    ).to_numpy()
    if not planted.gender:
        return could
    wish = np.where(could, worry + CHANCE * rng.gumbel(size=len(people)), -np.inf)
    rank = (
        pd.Series(wish).groupby(people["school_2026"].to_numpy()).rank("first", False)
    )
    return could & (rank.to_numpy() <= SEATS)


def how_worried(people: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """What makes staff nominate: low scores on record, absences, and the focus groups.

    known : what the record says in the fall, standardised; an unknown counts as 0.
    """
    focus = people["race_ethnicity"].isin(["black", "hispanic"])
    return (
        -0.6 * known["last_year"]
        - 0.5 * known["year_before"]
        - 0.5 * known["attendance"]
        + 0.3 * focus
        + 0.2 * people["low_income"]
    ).to_numpy()


def true_effects(
    planted: Planted, people: pd.DataFrame, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """What taking part would add for each student, in points, by subject.

    Where whole grades take part, some school-grades carry it better than others.
    """
    focus = people["race_ethnicity"].isin(["black", "hispanic"]).to_numpy()
    poor = people["low_income"].to_numpy()
    mean = planted.effect + planted.more_for_black_and_hispanic * focus
    mean = mean + planted.more_for_low_income * poor
    of_grade = rng.normal(0, 0.03, (people["school_2026"].max() + 1, 13))
    grade_effect = of_grade[people["school_2026"], people["grade"]]
    return {
        subject: POINTS * (mean + grade_effect + rng.normal(0, 0.05, len(people)))
        for subject in SUBJECTS
    }


def _could_take_part(planted: Planted, people: pd.DataFrame) -> pd.Series:
    """On the roll on October 1st in a grade, and of a gender, of the program."""
    here = on_roll_in(people, 2026)
    fits = people["grade"].isin(planted.grades)
    return here & fits & (people["gender"].eq(planted.gender) | (not planted.gender))


def _how_many(delivery: str, schools: pd.DataFrame) -> int:
    return max(3, round(SHARE_OF_SCHOOLS[delivery] * len(schools)))
