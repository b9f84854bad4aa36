"""Small random tables with ties, holes and scarce arms, and what must hold on them."""

import numpy as np
import pandas as pd
from hypothesis import assume
from hypothesis import strategies as st

from outcomes.engine.matching import arrange
from outcomes.engine.notices import Notices
from outcomes.engine.promises import pairs
from outcomes.engine.study import Study

COVARIATES = ("pretest", "absence", "lunch")


@st.composite
def tables(draw, most=24):
    """A table of students: two numbers, a school, a grade and a flag."""
    n = draw(st.integers(6, most))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = draw(st.sampled_from([3, 10, 1000]))
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in random.permutation(n)],
            "pretest": random.integers(0, steps, n) / steps * 10,
            "absence": random.integers(0, steps, n) / steps * 4,
            "school": random.choice(["a", "b"], n),
            "grade": random.choice(["4", "5", "6"], n),
            "lunch": random.integers(0, 2, n),
            "score": random.normal(size=n),
        }
    )
    chance = draw(st.sampled_from([0.2, 0.5, 0.7]))
    frame["treated"] = (random.random(n) < chance).astype(int)
    assume(0 < frame["treated"].sum() < n)
    assume(all(frame[c].min() < frame[c].max() for c in COVARIATES))
    return frame


def keys(**more):
    return {
        "unit": "student",
        "treatment": "treated",
        "outcomes": ["score"],
        "covariates": COVARIATES,
        **more,
    }


def match_on(frame, design):
    study = Study.from_frame(frame, design)
    return study, arrange(study, design, Notices())


def weights_by_unit(study, matched):
    return dict(zip(study.units, matched.weights().round(9), strict=True))


def same_in_any_order(frame, design, random):
    """Whether a shuffled table gives everyone the same weight."""
    shuffled = frame.iloc[random.sample(range(len(frame)), len(frame))]
    matches = (match_on(rows, design) for rows in (frame, shuffled))
    one, other = (weights_by_unit(study, found.matched) for study, found in matches)
    return one == other


def kept_promises(frame, design, study, matched):
    """Whether each pair of the finished sets obeys the design, read from the table."""
    one, other = pairs(matched)
    by_unit = frame.set_index("student")

    def both(column):
        cells = by_unit[column]
        left, right = cells.loc[study.units[one]], cells.loc[study.units[other]]
        return left.to_numpy(), right.to_numpy()

    same = all(np.equal(*both(c)).all() for c in design.exact)
    apart = all(np.not_equal(*both(c)).all() for c in design.anti_exact)
    near = all(
        (np.abs(np.subtract(*both(c))) <= design.caliper[c].width).all()
        for c in design.caliper_columns
    )
    return same and apart and near


def within_reach(found):
    """Whether each pair keeps the caliper on the distance."""
    return (found.space.between(*pairs(found.matched)) <= found.limits.width).all()
