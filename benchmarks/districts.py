"""A made-up district at any size, as bare arrays, the same for every contestant."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

GRADES = 13
STUDENTS_A_SCHOOL = 625


@dataclass(frozen=True)
class District:
    """n students. x : (n, 8) covariates; score : (n,) their true logit; treated : (n,)
    about one in twenty; school, grade : (n,); outcome : (n,) with an effect of .25."""

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
        columns = {f"x{j}": self.x[:, j] for j in range(self.x.shape[1])}
        return pd.DataFrame(
            {
                "student": np.arange(len(self.score)).astype(str),
                "treated": self.treated.astype(int),
                "school": self.school,
                "grade": self.grade,
                "outcome": self.outcome,
                **columns,
            }
        )


def district(n: int, *, seed: int = 1) -> District:
    rng = np.random.default_rng(seed)
    school = rng.integers(0, max(n // STUDENTS_A_SCHOOL, 1), n)
    grade = rng.integers(0, GRADES, n)
    x = rng.standard_normal((n, 8))
    x[:, 5:] = x[:, 5:] > 0.5  # three flags
    score = -3.4 + x @ np.linspace(-0.6, 0.5, 8)
    treated = rng.random(n) < 1 / (1 + np.exp(-score))
    level = rng.standard_normal(school.max() + 1)[school] * 0.4
    outcome = x @ np.linspace(0.5, -0.3, 8) + level + 0.25 * treated
    outcome += rng.standard_normal(n) * 0.6
    return District(x, score, treated, school, grade, outcome)
