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


PROGRAMS: Mapping[str, Assign] = {
    "A whole schools": whole_schools,
    "B ten boys": ten_boys,
}
