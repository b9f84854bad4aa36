"""Who was not matched, by group."""

import pytest

from outcomes.engine.evaluate import evaluate
from tests.engine import lalonde


def rows(frame=lalonde.FRAME, **keys):
    found = evaluate(frame, lalonde.design(subgroups=["race"], **keys)).report()
    return found["lost"], {p["unit"] for p in found["pairs"]}, found["sample"]


def test_each_group_is_counted_as_a_spreadsheet_would():
    lost, matched, sample = rows(caliper=lalonde.caliper(0.1))
    part = lalonde.FRAME[lalonde.FRAME["treat"] == 1]
    counted = part.groupby("race")["unit_id"].agg(
        ["size", lambda ids: ids.isin(matched).sum()]
    )
    assert [row["group"] for row in lost] == ["black", "hispan", "white"]
    assert [row["n_treated"] for row in lost] == [156, 11, 18]
    assert [
        [r["n_treated"], r["n_matched"]] for r in lost
    ] == counted.to_numpy().tolist()
    assert sum(row["n_matched"] for row in lost) == sample["matched_treated"] < 185
    assert lost[0]["share_matched"] == pytest.approx(lost[0]["n_matched"] / 156)


def test_a_group_that_is_not_known_has_a_row_of_its_own():
    holes = lalonde.FRAME.assign(
        race=lalonde.FRAME["race"].where(lalonde.FRAME["race"] != "hispan")
    )
    lost, _, _ = rows(holes, caliper=lalonde.caliper(0.1))
    assert [(row["group"], row["n_treated"]) for row in lost] == [
        ("black", 156), ("white", 18), (None, 11)
    ]  # fmt: skip


def test_nobody_is_listed_when_nobody_was_lost():
    assert rows()[0] == []
