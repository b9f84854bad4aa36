"""Tables in which students stand at several entries, and designs that know it."""

import numpy as np
import pandas as pd
from hypothesis import assume
from hypothesis import strategies as st

from outcomes.designs.design import Design
from tests.engine.random_studies import keys, tables

DAYS = ("2025-09-08", "2025-10-06", "2026-01-12")


@st.composite
def stacked(draw):
    """A table whose comparison students stand at several entries, other each time."""
    once = draw(tables())
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = []
    for student in once.to_dict("records"):
        share = random.integers(1, len(DAYS) + 1)
        at = random.permutation(len(DAYS))[: 1 if student["treated"] else share]
        for entry in at:
            moved = student["pretest"] + random.integers(-2, 3)
            rows.append({**student, "entry": DAYS[entry], "pretest": float(moved)})
    frame = pd.DataFrame(rows)
    assume(frame["pretest"].min() < frame["pretest"].max())
    return frame


def design(**more):
    return Design.from_dict(keys(entry="entry", **more))


def long(*rows):
    """student, entry, treated, pretest; a score and a school that follow from them."""
    frame = pd.DataFrame(rows, columns=["student", "entry", "treated", "pretest"])
    return frame.assign(score=frame["pretest"] + 1.0 * frame.index, school="a")


SIMPLE = {
    "unit": "student",
    "treatment": "treated",
    "outcomes": ["score"],
    "covariates": ["pretest"],
    "entry": "entry",
}


def simple(**more):
    return Design.from_dict({**SIMPLE, **more})
