from collections import Counter

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.engine.unmatched import unmatched_reasons
from tests.engine.random_studies import keys, match_on, tables

HOLES = {"school": None, "grade": None, "absence": np.nan}


@st.composite
def with_holes(draw):
    frame = draw(tables())
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    for column, nothing in HOLES.items():
        frame.loc[random.random(len(frame)) < 0.15, column] = nothing
    assume(frame["absence"].nunique() > 1)  # without a spread no caliper has a width
    return frame


@st.composite
def designs(draw):
    return Design.from_dict(
        keys(
            covariates=["pretest"],
            exact=draw(st.sampled_from([[], ["school"]])),
            anti_exact=draw(st.sampled_from([[], ["grade"], ["grade", "lunch"]])),
            caliper=draw(st.sampled_from([{}, {"absence": {"width": 0.1}}])),
            discard=draw(st.sampled_from(["none", "both"])),
            ratio=draw(st.integers(1, 2)),
            estimand=draw(st.sampled_from(["ATT", "ATC"])),
        )
    )


def one_by_one(study, found):
    """Each student who is alone, against everyone of the other arm in his cell."""
    limits, seeks = found.limits, study.treated
    if found.matched.estimand == "ATC":
        seeks = ~seeks
    used = found.matched.weights() > 0
    reasons = Counter()
    for i in np.flatnonzero(seeks & ~used):
        others = [
            j
            for j in np.flatnonzero(limits.known & ~seeks)
            if limits.cell[j] == limits.cell[i]
        ]
        allowed = [j for j in others if all(c[j] != c[i] for c in limits.apart)]
        known = {
            "support": limits.beyond is not None and limits.beyond[i],
            "exact_missing": limits.cell[i] < 0,
            "limit_missing": not limits.known[i],
            "exact": not others,
            "anti_exact": not allowed,
            "pool_exhausted": used[allowed].all(),
            "caliper": limits.has_caliper,
            "balance": True,
        }
        reasons[next(reason for reason, holds in known.items() if holds)] += 1
    return reasons


@given(with_holes(), designs())
def test_everyone_alone_is_counted_under_the_first_reason_that_holds(frame, design):
    study, found = match_on(frame, design)
    counted = unmatched_reasons(study, found.limits, found.matched)
    assert dict(counted) == one_by_one(study, found)
    assert counted == sorted(counted, key=lambda item: (-item[1], item[0]))
