"""A made-up district at any size, as bare arrays, the same for every contestant.

Fourteen facts are known of a student beforehand: flags of race and ethnicity, gender,
English learners, disability and low income; scores in two subjects and two prior years,
which hang together; attendance. Some 5 % take part, those behind more often, so that
they stand .4 behind the others afterwards, though the program gave them .25.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

GRADES = 13
STUDENTS_A_SCHOOL = 625
EFFECT = 0.25
LEVEL_SD, ABILITY_SD, SCORE_SD, OUTCOME_SD = 0.4, 0.7, 0.5, 0.6
COMMON = -3.2  # mean log-odds of taking part
RACES = {"black": 0.34, "latinx": 0.43, "asian": 0.09, "multiracial": 0.03}
FLAGS = {"girl": 0.49, "el": 0.3, "swd": 0.22, "low_income": 0.7}
TUTORED = 0.1
SCORES = ("ela", "math", "ela_before", "math_before")
FACTS = {  # what each does to ability, to the log-odds of taking part, to the outcome
    "black": (-0.3, 0.35, -0.1),
    "latinx": (-0.25, 0.3, -0.1),
    "asian": (0.3, -0.2, 0.05),
    "multiracial": (0.0, 0.0, 0.0),
    "girl": (0.05, 0.0, 0.02),
    "el": (-0.4, 0.2, -0.1),
    "swd": (-0.6, 0.1, -0.2),
    "low_income": (-0.35, 0.3, -0.1),
    "ela": (0.0, -0.4, 0.4),
    "math": (0.0, -0.3, 0.2),
    "ela_before": (0.0, 0.0, 0.1),
    "math_before": (0.0, 0.0, 0.05),
    "attendance": (0.0, -0.2, 0.1),
    "tutored": (0.0, 0.2, 0.0),
}


@dataclass(frozen=True)
class District:
    """n students. x : (n, 14) facts; score : (n,) their true logit; treated : (n,);
    school, grade : (n,); outcome : (n,)."""

    x: np.ndarray
    score: np.ndarray
    treated: np.ndarray
    school: np.ndarray
    grade: np.ndarray
    outcome: np.ndarray

    @property
    def cell(self) -> np.ndarray:
        return self.school * GRADES + self.grade

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "student": np.arange(len(self.score)).astype(str),
                "treated": self.treated.astype(int),
                "school": self.school,
                "grade": self.grade,
                "outcome": self.outcome,
                **dict(zip(FACTS, self.x.T, strict=True)),
            }
        )


def district(n: int, *, seed: int = 1) -> District:
    rng = np.random.default_rng(seed)
    school = rng.integers(0, max(n // STUDENTS_A_SCHOOL, 1), n)
    grade = rng.integers(0, GRADES, n)
    level = rng.standard_normal(school.max() + 1)[school] * LEVEL_SD
    to_ability, to_chance, to_outcome = np.array([*FACTS.values()]).T
    x = _facts(rng, level, to_ability)
    score = x @ to_chance
    score += COMMON - score.mean()
    treated = rng.random(n) < 1 / (1 + np.exp(-score))
    outcome = x @ to_outcome + level / 4 + EFFECT * treated
    outcome += rng.standard_normal(n) * OUTCOME_SD
    return District(x, score, treated, school, grade, outcome)


def _facts(
    rng: np.random.Generator, level: np.ndarray, to_ability: np.ndarray
) -> np.ndarray:
    """(n, 14) columns in the order of FACTS, each in one piece."""
    n = len(level)
    shares = [*RACES.values()]
    race = rng.choice(len(shares) + 1, n, p=[*shares, 1 - sum(shares)])
    facts = {name: race == code for code, name in enumerate(RACES)}
    facts |= {name: rng.random(n) < share for name, share in FLAGS.items()}
    known = zip(facts, to_ability, strict=False)
    ability = level + sum(facts[name] * by for name, by in known)
    ability += rng.standard_normal(n) * ABILITY_SD
    facts |= {name: ability + rng.standard_normal(n) * SCORE_SD for name in SCORES}
    facts["attendance"] = ability / 5 + rng.standard_normal(n)
    facts["tutored"] = rng.random(n) < TUTORED
    return np.array([facts[name] for name in FACTS], dtype=float).T
