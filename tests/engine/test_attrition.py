"""Who has no outcome, counted as a spreadsheet would."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from outcomes.designs.design import Design
from outcomes.engine.attrition import _in_words, attrition
from outcomes.engine.evaluate import evaluate
from tests.engine import lalonde
from tests.engine.random_studies import keys, match_on, tables

near = pytest.approx


def with_holes():
    frame = lalonde.FRAME.copy()
    frame.loc[frame.index % 5 == 0, "re78"] = np.nan
    frame.loc[(frame["race"] == "black") & (frame["treat"] == 1), "re78"] = np.nan
    return frame


def test_every_count_is_that_of_pandas():
    frame = with_holes()
    found = evaluate(frame, lalonde.design(subgroups=["race"])).report()
    matched = {pair["unit"] for pair in found["pairs"]}
    rows = found["attrition"]
    assert [(r["of"], r["group"]) for r in rows] == [
        (of, group)
        for of in ("all", "matched")
        for group in (None, "black", "hispan", "white")
    ]
    for row in rows:
        part = frame
        if row["of"] == "matched":
            part = part[part["unit_id"].isin(matched)]
        if row["group"]:
            part = part[part["race"] == row["group"]]
        for arm, name in ((1, "treated"), (0, "comparison")):
            values = part[part["treat"] == arm]["re78"]
            assert row[f"n_{name}"] == len(values)
            assert row[f"with_{name}"] == values.count()
            share = row[f"share_missing_{name}"]
            assert share == near(values.isna().mean(), abs=1e-12)
        assert row["share_missing"] == near(part["re78"].isna().mean(), abs=1e-12)
        assert row["differential"] == near(
            row["share_missing_treated"] - row["share_missing_comparison"], abs=1e-12
        )


def test_the_words_say_who_lost_more():
    (everyone, *_) = evaluate(with_holes(), lalonde.design()).report()["attrition"]
    gone = everyone["n_treated"] - everyone["with_treated"]
    assert everyone["text"].startswith(f"{gone} of 185 participants and ")
    assert everyone["text"].endswith("points more among participants.")
    full = lalonde.report()["attrition"][0]
    assert full["text"] == (
        "0 of 185 participants and 0 of 429 comparison students have no re78: the same "
        "share."
    )


def test_no_boundary_is_claimed():
    text = str(evaluate(with_holes(), lalonde.design()).report()["attrition"]).lower()
    for word in ("acceptable", "low attrition", "high attrition", "boundary", "wwc"):
        assert word not in text


def test_a_group_without_an_arm_has_no_share_and_says_why():
    frame = with_holes()
    frame = frame[(frame["race"] != "hispan") | (frame["treat"] == 0)]
    rows = evaluate(frame, lalonde.design(subgroups=["race"])).report()["attrition"]
    row = next(r for r in rows if r["group"] == "hispan")
    assert row["n_treated"] == 0 < row["n_comparison"]
    assert row["share_missing_treated"] is row["differential"] is None
    assert "nobody of this arm" in row["not_estimable"]
    assert row["share_missing"] == row["share_missing_comparison"]
    assert row["text"].endswith("have no re78.")


@given(tables())
def test_groups_add_up_to_everyone_and_nobody_is_missing_twice(frame):
    frame["score"] = frame["score"].where(frame["score"] > 0)
    frame["school"] = pd.Series(frame["school"]).where(frame["lunch"] == 1)
    design = Design.from_dict(keys(distance="mahalanobis", subgroups=["school"]))
    study, arranged = match_on(frame.fillna({"score": 1.0}), design)
    values = frame.set_index("student")["score"].reindex(study.units).to_numpy()
    is_matched = arranged.matched.weights() > 0
    rows = attrition(study, "score", values, is_matched)
    for of in ("all", "matched"):
        whole, *parts = [row for row in rows if row.of == of]
        for name in ("n_treated", "n_comparison", "with_treated", "with_comparison"):
            assert sum(getattr(p, name) for p in parts) == getattr(whole, name)
    everyone = rows[0]
    assert everyone.n_treated + everyone.n_comparison == study.n
    missing = int(np.isnan(values).sum())
    assert float(everyone.share_missing) * study.n == near(missing)


def test_shares_that_read_the_same_are_called_the_same():
    found = _in_words("ela", (2500, 2501, 2499, 2500), 1 / 2500 - 1 / 2501)
    assert found.endswith("no ela: the same share.")
