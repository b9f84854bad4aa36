"""Effects on others than participants with several entries: each has one day, drawn."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import EngineError
from outcomes.engine.canonical import seeded_share
from outcomes.engine.evaluate import evaluate
from outcomes.terms import Method
from tests.engine.random_studies import keys
from tests.engine.stacked import stacked

seldom = settings(max_examples=80, deadline=None)
WHOSE = [
    (method.value, estimand)
    for method in Method
    for estimand in ("ATC", "ATE")
    if estimand == "ATC" or method not in {"nearest", "optimal", "cardinality"}
]


def drawn(frame, seed):
    """One row a student: the participant's own, of any other the one on which a draw
    falls, if his days have as many lots as participants who began on each."""
    frame = frame.sort_values(["student", "entry"])
    begun = Counter(frame.loc[frame["treated"] == 1, "entry"])
    kept = []
    for student, rows in frame.groupby("student"):
        lots = [day for day in rows["entry"] for _ in range(begun[day])]
        lots = lots or list(rows["entry"])
        (share,) = seeded_share(np.array([student], dtype=object), seed)
        own = rows[rows["treated"] == 1]
        kept.append(
            own if len(own) else rows[rows["entry"] == lots[int(share * len(lots))]]
        )
    return pd.concat(kept)


def told(frame, design):
    """All of a report but the hash of its table, or why there is none."""
    try:
        found = evaluate(frame, design).report()
    except EngineError as refusal:
        return refusal.code
    return found | {"input_hash": None}


@seldom
@given(
    stacked(),
    st.sampled_from(WHOSE),
    st.integers(0, 9),
    st.sampled_from(["difference", "aipw"]),
)
def test_the_report_is_that_of_the_days_drawn_one_by_one(frame, of, seed, estimator):
    method, estimand = of
    more = {"method": method, "estimand": estimand, "estimator": estimator}
    plan = Design.from_dict(keys(entry="entry", seed=seed, **more))
    assert told(frame, plan) == told(drawn(frame, seed), plan)


@seldom
@given(stacked(), st.sampled_from(["ATC", "ATE"]))
def test_within_days_and_schools_it_is_what_the_definition_says(frame, estimand):
    """Day by day, school by school a difference, averaged over those it is on."""
    plan = {"method": "exact", "exact": ["school"], "covariates": []}
    found = told(
        frame, Design.from_dict(keys(entry="entry", estimand=estimand, **plan))
    )
    parts = []
    for _, rows in drawn(frame, seed=1).groupby(["entry", "school"]):
        arms = [rows.loc[rows["treated"] == arm, "score"] for arm in (1, 0)]
        if len(arms[0]) and len(arms[1]):
            n = len(rows) if estimand == "ATE" else len(arms[1])
            parts.append((n, arms[0].mean() - arms[1].mean()))
    assume(parts and isinstance(found, dict))
    counts, differences = zip(*parts, strict=True)
    expected = np.average(differences, weights=counts)
    assert found["effects"][0]["estimate"] == pytest.approx(expected, abs=1e-9)
