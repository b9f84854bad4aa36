"""Schools of unequal size, spread over neighbourhoods of unequal means."""

import numpy as np
import pandas as pd

STUDENTS_A_SCHOOL = 150
FEWEST_SCHOOLS, MOST_SCHOOLS = 12, 125
# Grades 3 to 6 of an elementary school, 7 and 8 of a middle school, all six of a K-8.
LEVELS = {"elementary": 0.5, "k8": 0.3, "middle": 0.2}
LOWEST_GRADE = {"elementary": 1, "k8": 1, "middle": 7}
HIGHEST_GRADE = {"elementary": 6, "k8": 8, "middle": 8}
WORDS = {"elementary": "Elementary", "k8": "K-8", "middle": "Middle"}
DISTRICT_CODE = "0999"  # no Massachusetts district has it

FIRST_WORDS = (
    "Alder Anchor Beacon Birch Bridge Cedar Clover Copper Elm Falcon Garnet Harbor "
    "Hazel Heron Juniper Lantern Linden Maple Meadow Mill Orchard Quarry Sparrow "
    "Stone Willow"
)
SECOND_WORDS = "Hill Park Square Point Brook"


def make_schools(students: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row a school; `advantage` has mean 0 and SD 1 and shapes who lives nearby."""
    n = int(np.clip(round(students / STUDENTS_A_SCHOOL), FEWEST_SCHOOLS, MOST_SCHOOLS))
    levels = _levels(n)
    advantage = rng.normal(size=n)
    return pd.DataFrame(
        {
            "code": [f"{DISTRICT_CODE}{i + 1:03}0" for i in range(n)],
            "name": _names(levels, rng),
            "level": levels,
            "size": rng.lognormal(0, 0.3, n),
            "advantage": (advantage - advantage.mean()) / advantage.std(),
            # What a year at the school adds, beyond what its students bring.
            "added_value": rng.normal(0, 0.04, n),
        }
    )


def serves(schools: pd.DataFrame, grade: int) -> np.ndarray:
    lowest = schools["level"].map(LOWEST_GRADE)
    highest = schools["level"].map(HIGHEST_GRADE)
    return ((lowest <= grade) & (grade <= highest)).to_numpy()


def _levels(n: int) -> list[str]:
    counts = {level: round(share * n) for level, share in LEVELS.items()}
    counts["elementary"] += n - sum(counts.values())
    return [level for level, count in counts.items() for _ in range(count)]


def _names(levels: list[str], rng: np.random.Generator) -> list[str]:
    places = [
        f"{first} {second}"
        for first in FIRST_WORDS.split()
        for second in SECOND_WORDS.split()
    ]
    chosen = rng.permutation(places)[: len(levels)]
    return [
        f"{place} {WORDS[level]}" for place, level in zip(chosen, levels, strict=True)
    ]
