"""The students of grades 3 to 8, with the groups the district reports on.

Shares are near Boston's. Who is poor, learns English or has a disability depends on
the neighbourhood and on the other groups, so that nothing in the table is independent.
"""

import numpy as np
import pandas as pd

from programs_tracker.demo.schools import serves

YEARS = (2024, 2025, 2026)  # of record; a year is named by its end
NOW = 2027  # the year that runs today: rosters, no tests yet
GRADES = range(3, 9)  # in the last year
RACES = {
    "hispanic": 0.44,
    "black": 0.30,
    "white": 0.13,
    "asian": 0.09,
    "multirace": 0.03,
    "american_indian": 0.005,
    "pacific_islander": 0.005,
}
WELL_OFF = {"white": 0.9, "asian": 0.4, "multirace": 0.4}  # drawn to advantage
POOR = {"white": -1.9, "asian": -0.6, "multirace": -0.5, "black": 0.35}
LEARNS_ENGLISH = {"hispanic": 0.9, "asian": 0.6, "black": -0.5, "multirace": -1.2}
GENDERS = {"M": 0.512, "F": 0.484, "N": 0.004}
MEMBER_DAYS = 180
JAN_TO_AUG = np.timedelta64(243, "D")
FIRST_NAMES = (
    "Ada Amir Ana Bao Caleb Dara Diego Elif Emeka Fatou Gia Hugo Imani Ines Jamal "
    "Joao Kaya Kofi Lan Lena Luca Maya Mateo Nadia Nia Noor Omar Pilar Quinn Rafi "
    "Rosa Sam Sofia Tariq Thuy Uma Vera Wes Yara Zion"
)
LAST_NAMES = (
    "Abreu Adeyemi Alves Baptiste Barros Brown Castillo Chen Clarke Cruz Delgado "
    "Diaz Evans Fontes Garcia Gomes Green Huang Ibrahim Jean Johnson Kelly Lopes "
    "Martin Medina Mendes Moreno Murphy Nguyen Ortiz Pierre Ramos Reyes Rivera Roy "
    "Santos Silva Teixeira Tran Walsh"
)


def make_students(
    n: int, schools: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a student; school_2024 to school_2027 are row numbers of `schools`."""
    grade = rng.choice(GRADES, n)
    at_school = _schools_attended(grade, schools, rng)
    nearby = schools["advantage"].to_numpy()[at_school[:, YEARS.index(2026)]]
    people = pd.DataFrame({"grade": grade, "nearby": nearby})
    for year, column in zip((*YEARS, NOW), at_school.T, strict=True):
        people[f"school_{year}"] = column
    people["gender"] = rng.choice(list(GENDERS), n, p=list(GENDERS.values()))
    people["race_ethnicity"] = _races(nearby, rng)
    people["low_income"] = _chance(1.35 - 0.8 * nearby + _by_race(people, POOR), rng)
    _add_services(people, rng)
    _add_presence(people, rng)
    return people.assign(**_identities(people["grade"].to_numpy(), rng))


def grade_in(people: pd.DataFrame, year: int) -> pd.Series:
    return people["grade"] - (YEARS[-1] - year)


def on_roll_in(people: pd.DataFrame, year: int) -> pd.Series:
    """On the roll of the district on the first of October of that school year."""
    return (people["arrives"] <= year) & (people["leaves"] >= year)


def _schools_attended(grade, schools, rng) -> np.ndarray:
    """n by years. A K-8 school keeps its students; others go on to a middle school."""
    weight = schools["size"].to_numpy()
    young, middle = (
        np.where(served, weight, 0)
        for served in (serves(schools, 3), schools["level"] == "middle")
    )
    first = rng.choice(len(schools), len(grade), p=young / young.sum())
    onward = rng.choice(len(schools), len(grade), p=middle / middle.sum())
    moved = rng.choice(len(schools), len(grade), p=young / young.sum())
    has_moved = rng.random(len(grade)) < 0.03
    stays_to_8 = (schools["level"] == "k8").to_numpy()
    columns = []
    for year in (*YEARS, NOW):
        young_school = np.where(has_moved & (year >= YEARS[-1]), moved, first)
        older = (grade - (YEARS[-1] - year) >= 7) & ~stays_to_8[young_school]
        columns.append(np.where(older, onward, young_school))
    return np.column_stack(columns)


def _races(nearby: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    tilt = np.array([WELL_OFF.get(race, 0.0) for race in RACES])
    share = np.array(list(RACES.values())) * np.exp(nearby[:, None] * tilt)
    share /= share.sum(axis=1, keepdims=True)
    drawn = (rng.random((len(nearby), 1)) > share.cumsum(axis=1)).sum(axis=1)
    return np.array(list(RACES))[np.minimum(drawn, len(RACES) - 1)]


def _add_services(people: pd.DataFrame, rng: np.random.Generator) -> None:
    poor = people["low_income"].to_numpy()
    learns = _chance(-1.0 + 0.4 * poor + _by_race(people, LEARNS_ENGLISH), rng)
    # Most leave the status after some years; none is a learner and a former one.
    people["leaves_el_after"] = np.where(learns, rng.integers(2, 13, len(people)), 0)
    is_boy = (people["gender"] == "M").to_numpy()
    people["swd"] = _chance(-1.9 + 0.6 * is_boy + 0.45 * poor, rng)


def el_status_in(people: pd.DataFrame, year: int) -> np.ndarray:
    last = people["leaves_el_after"]
    now = np.where(last >= grade_in(people, year), "current", "former")
    return np.where(last == 0, "never", now)


def _add_presence(people: pd.DataFrame, rng: np.random.Generator) -> None:
    n = len(people)
    people["arrives"] = rng.choice(YEARS, n, p=[0.9, 0.05, 0.05])
    leaves = rng.choice([*YEARS, YEARS[-1] + 1], n, p=[0.02, 0.03, 0.03, 0.92])
    # Who leaves in a year is gone before its tests; nobody leaves before arriving.
    people["leaves"] = np.maximum(leaves, people["arrives"])


def _identities(grade: np.ndarray, rng: np.random.Generator) -> dict:
    n = len(grade)
    number = rng.permutation(999_999)[:n]
    september = (YEARS[-1] - 7 - grade - 1970).astype("datetime64[Y]") + JAN_TO_AUG
    born = september + rng.integers(0, 365, n).astype("timedelta64[D]")
    return {
        "lasid": [f"{one:06}" for one in number],
        "sasid": [f"10{one + 7_000_000:08}" for one in number],
        "first_name": rng.choice(FIRST_NAMES.split(), n),
        "last_name": rng.choice(LAST_NAMES.split(), n),
        "birth_date": np.datetime_as_string(born, "D"),
    }


def _by_race(people: pd.DataFrame, shift: dict[str, float]) -> np.ndarray:
    return people["race_ethnicity"].map(shift).fillna(0.0).to_numpy()


def _chance(log_odds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.random(len(log_odds)) < 1 / (1 + np.exp(-log_odds))
