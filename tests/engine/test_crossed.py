"""Groups by two columns at once are the groups of one column that says both."""

import pytest

from outcomes.designs.errors import DesignError, InputError
from outcomes.engine.evaluate import evaluate
from tests.engine import lalonde

SAID = lalonde.FRAME.assign(
    both=lalonde.FRAME["race"] + "*" + lalonde.FRAME["married"].astype(str)
)
ONE = {"subgroups": ["both"], "gaps": [("both", "black*0", "white*1")]}
CROSS = {
    "subgroups": ["race*married"],
    "gaps": [("race*married", "black*0", "white*1")],
}


def found(keys) -> dict:
    gaps = [
        dict(zip(("dimension", "focal", "reference"), g, strict=True))
        for g in keys["gaps"]
    ]
    caliper = lalonde.caliper(0.2)
    design = lalonde.design(subgroups=keys["subgroups"], gaps=gaps, caliper=caliper)
    return evaluate(SAID, design).report()


def test_crossed_columns_are_as_one_column_that_says_both():
    said, crossed = found(ONE), found(CROSS)
    for part in ("effects", "gaps", "interactions", "lost", "gaps_in_district"):
        text = str(said[part]).replace("both", "race*married")
        assert text == str(crossed[part])
    groups = [row["group"] for row in crossed["effects"][1:]]
    assert groups == [f"race*married={r}*{m}" for r in ("black", "hispan", "white")
                      for m in (0, 1)]  # fmt: skip


def test_nobody_is_in_a_group_of_which_half_is_unknown():
    frame = SAID.assign(race=SAID["race"].where(SAID["race"] != "hispan"))
    keys = {"subgroups": ["race*married"], "covariates": ["age"]}
    rows = evaluate(frame, lalonde.design(**keys)).report()["effects"]
    assert {row["group"] for row in rows if row["group"]} == {
        f"race*married={r}*{m}" for r in ("black", "white") for m in (0, 1)
    }


def test_a_part_that_is_no_column_is_named():
    with pytest.raises(DesignError, match='"re78" is already an outcome'):
        lalonde.design(subgroups=["race*re78"])
    with pytest.raises(InputError, match='no column "rce"; did you mean "race"'):
        evaluate(SAID, lalonde.design(subgroups=["rce*married"]))


def test_a_label_that_could_be_two_groups_is_refused():
    frame = SAID.assign(race=SAID["race"].replace("black", "black*0"))
    design = lalonde.design(subgroups=["race*married"], covariates=["age"])
    with pytest.raises(InputError, match=r"column \"race\" holds 'black\*0'"):
        evaluate(frame, design)


@pytest.mark.parametrize("dimension", ["re74", "race*re74"])
def test_a_scale_is_no_group(dimension):
    design = lalonde.design(subgroups=[dimension], covariates=["age"])
    with pytest.raises(InputError, match=r'column "re74" holds \d+ different numbers'):
        evaluate(SAID, design)


def test_numbers_may_be_labels():
    rows = lalonde.report(subgroups=["educ"], covariates=["age"])["effects"]
    assert {r["group"] for r in rows[1:]} == {
        f"educ={years}" for years in lalonde.FRAME["educ"].unique()
    }
