"""Columns that must be known: who lacks one is left out, and counted."""

import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import InputError
from outcomes.engine.evaluate import diagnose, evaluate

FRAME = pd.DataFrame(
    {
        "student": [f"s{i}" for i in range(12)],
        "treated": [1, 0] * 6,
        "x": [1, 1, 2, 2, 3, 3, 1, 2, 3, 1, 2, 3],
        "birth": [None, 9, 9, None, 9, 9, 9, 9, 9, 9, 9, 9],
        "y": [5.0, 4, 6, 5, 7, 5, 5, 6, 8, 4, 5, 9],
    }
)
PLAN = {"unit": "student", "treatment": "treated", "outcomes": ["y"], "method": "exact"}


def test_who_lacks_a_required_column_is_left_out_and_counted():
    report = evaluate(FRAME, Design.from_dict({**PLAN, "require": ["birth"]})).report()
    assert report["sample"]["excluded"] == [
        {"reason": "required_missing: birth", "treated": 1, "comparison": 1}
    ]
    assert report["sample"]["treated"] == report["sample"]["comparison"] == 5


def test_a_diagnosis_does_not_ask_for_a_required_outcome():
    plan = Design.from_dict({**PLAN, "require": ["y"]})
    assert diagnose(FRAME.drop(columns="y"), plan)["sample"]["treated"] == 6


def test_a_required_column_must_be_there():
    with pytest.raises(InputError, match="brith"):
        evaluate(FRAME, Design.from_dict({**PLAN, "require": ["brith"]}))


def test_the_reference_sd_is_of_all_comparison_students_even_those_left_out():
    plan = Design.from_dict({**PLAN, "require": ["birth"]})
    effect = evaluate(FRAME, plan).report()["effects"][0]
    spread = FRAME.loc[FRAME["treated"] == 0, "y"].std(ddof=1)
    assert effect["estimate_sd"] == pytest.approx(effect["estimate"] / spread)
