"""Children of Project STAR in the larger classes, and programs that do nothing to them.

The children are real, so their schools, pretests and growth are as such things are; the
program is made up, so its effect is known: none.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parents[1] / "tests" / "reference" / "star.csv"
OUTCOME, READING, MATHS, SCHOOL = "read1", "readk", "mathk", "schoolidk"
LARGER = ("regular", "regular+aide")
WHOLE_SCHOOLS = 8
SITES, SEATS = 20, 10
FEWEST_BOYS = 15  # at a site, so that ten of them are a choice

Assign = Callable[[pd.DataFrame, np.random.Generator], np.ndarray]


def children() -> pd.DataFrame:
    """2,432 children of 74 schools: in a larger class in kindergarten and in grade 1,
    at one school, with grade-1 reading and everything else known."""
    table = pd.read_csv(DATA)
    table = table[table["stark"].isin(LARGER) & table["star1"].isin(LARGER)]
    table = table[table[SCHOOL] == table["schoolid1"]]
    known = ["gender", "ethnicity", "lunchk", "birth", READING, MATHS, OUTCOME]
    table = table.dropna(subset=known).reset_index(drop=True)
    return table.assign(is_black=(table["ethnicity"] == "afam").astype(int))


def whole_schools(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """(n,) every child of 8 schools picked by lot."""
    sites = rng.choice(table[SCHOOL].unique(), WHOLE_SCHOOLS, replace=False)
    return table[SCHOOL].isin(sites).to_numpy()


def ten_boys(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """(n,) at 20 schools picked by lot the 10 boys whom staff think the weakest
    readers. What staff see is the kindergarten score and as much noise."""
    boys = table[table["gender"] == "male"]
    count = boys.groupby(SCHOOL).size()
    sites = rng.choice(count.index[count >= FEWEST_BOYS], SITES, replace=False)
    here = boys[boys[SCHOOL].isin(sites)]
    seen = (here[READING] - table[READING].mean()) / table[READING].std()
    seen = seen + rng.standard_normal(len(here))
    picked = seen.groupby(here[SCHOOL]).nsmallest(SEATS).index.get_level_values(1)
    return table.index.isin(picked)


def as_it_was(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """(n,) grade-1 reading."""
    return table[OUTCOME].to_numpy()


def luck_dealt_anew(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """(n,) grade-1 reading, but what a school's children read above or below what is
    known of them lets expect goes, as a mean, to another school by lot."""
    known = pd.get_dummies(table[[READING, MATHS, "is_black", "lunchk"]], dtype=float)
    x = np.column_stack([np.ones(len(table)), known])
    fitted = x @ np.linalg.lstsq(x, table[OUTCOME])[0]
    luck = (table[OUTCOME] - fitted).groupby(table[SCHOOL]).mean()
    dealt = pd.Series(rng.permutation(luck), luck.index)
    return (table[OUTCOME] + table[SCHOOL].map(dealt - luck)).to_numpy()


PROGRAMS: Mapping[str, tuple[Assign, Assign]] = {  # who takes part, and the outcome
    "A whole schools": (whole_schools, as_it_was),
    "A, luck dealt anew": (whole_schools, luck_dealt_anew),
    "B ten boys": (ten_boys, as_it_was),
}
