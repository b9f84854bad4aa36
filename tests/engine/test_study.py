"""The gate: what a table must be before the engine trusts it."""

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import InputError
from outcomes.engine.canonical import natural_order, seeded_order
from outcomes.engine.fingerprint import input_hash
from outcomes.engine.notices import Notices
from outcomes.engine.study import Study


def table(**columns):
    plain = {
        "student": [f"S{i}" for i in range(8)],
        "treated": [1, 1, 1, 0, 0, 0, 0, 0],
        "age": [9.0, 10, 11, 9, 10, 11, 12, 9],
        "race": list("abcabcab"),
        "read": [1.0, 2, 3, 4, 5, 6, 7, 8],
    }
    return pd.DataFrame(plain | columns)


def admit(frame, warn=None, **keys):
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    design = Design.from_dict({**plain, "covariates": ["age", "race"], **keys})
    return Study.from_frame(frame, design, warn)


def eight(first, rest):
    return [first, *[rest] * 7]


@pytest.mark.parametrize(
    ("columns", "keys", "code"),
    [
        ({}, {"covariates": ["agee"]}, "no_column"),
        ({"student": ["S1"] * 8}, {}, "duplicate_unit"),
        ({"student": eight(None, "x")}, {}, "missing_unit"),
        ({"treated": [0] * 8}, {}, "no_treated"),
        ({"treated": [1] * 8}, {}, "no_controls"),
        ({"treated": ["small", "regular"] * 4}, {}, "not_a_flag"),
        ({"treated": [2] * 8}, {}, "not_a_flag"),
        ({"read": [np.nan] * 8}, {}, "no_outcome"),
        ({"read": [1.0, 2, 3, *[np.nan] * 5]}, {}, "no_outcome"),
        ({"read": ["x"] * 8}, {}, "not_numeric"),
        ({"read": eight(np.inf, 1.0)}, {}, "infinite"),
        ({"age": eight(-np.inf, 1.0)}, {}, "infinite"),
        ({"read": ["low", "high"] * 4}, {"outcomes": [
            {"name": "read", "kind": "levels", "levels": ["low"]}]}, "unknown_level"),
        ({"read": [0, 1, 2, 0] * 2}, {"outcomes": [
            {"name": "read", "kind": "binary"}]}, "not_a_flag"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_carry_the_design_is_refused(columns, keys, code):
    with pytest.raises(InputError) as refusal:
        admit(table(**columns), **keys)
    assert refusal.value.code == code


def test_an_arm_that_is_left_out_whole_is_refused_with_the_reason():
    before = [np.nan] * 4 + [1.0, 2.0, 3.0, 4.0]
    frame = table(before=before, treated=[1] * 4 + [0] * 4)
    with pytest.raises(
        InputError, match='4 were left out because "before" is not known'
    ):
        admit(frame, pretests=["before"])
    with pytest.raises(InputError, match=r"is missing$"):
        admit(table(treated=[0] * 8))


def test_a_heading_without_rows_is_refused():
    with pytest.raises(InputError, match="no rows"):
        admit(table().iloc[:0])


def test_a_near_name_is_offered_for_a_column_that_is_not_there():
    with pytest.raises(InputError, match='no column "agee"; did you mean "age"'):
        admit(table(), covariates=["agee"])


@pytest.mark.parametrize(
    "flags",
    [
        [1, 1, 1, 0, 0, 0, 0, 0],
        [True] * 3 + [False] * 5,
        ["yes"] * 3 + ["No"] * 5,
        ["1"] * 3 + ["0"] * 5,
        [1.0] * 3 + [0.0] * 5,
        ["TRUE"] * 3 + ["false"] * 5,
    ],
)
def test_a_flag_may_be_written_in_many_ways(flags):
    assert admit(table(treated=flags)).treated.sum() == 3


@pytest.mark.parametrize("empty", [None, np.nan, "", "NA", "NaN", " "])
def test_a_missing_covariate_is_a_constant_and_a_flag(empty):
    warn = Notices()
    study = admit(table(race=eight(empty, "a")), warn, covariates=["race"])
    assert study.covariates.names == ("race=(missing)",)
    assert study.covariates.x[:, 0].sum() == 1
    assert [n.code for n in warn.found] == ["missing_covariate"]


def test_a_missing_number_takes_the_mean_of_the_others():
    study = admit(table(age=[np.nan, *range(7)]), covariates=["age"])
    assert study.covariates.names == ("age", "age=(missing)")
    first = list(study.units).index("S0")
    assert [column[first] for column in study.covariates.x] == [3.0, 1.0]


def test_text_becomes_levels_with_the_first_as_base():
    covariates = admit(table()).covariates
    assert covariates.names == ("age", "race=a", "race=b", "race=c")
    assert covariates.in_model.tolist() == [True, False, True, True]
    assert covariates.is_binary.tolist() == [False, True, True, True]


def test_two_levels_are_one_column():
    two = admit(table(race=list("xyxyxyxy")), covariates=["race"])
    assert two.covariates.names == ("race=y",)


def test_columns_that_say_nothing_are_left_out_by_name():
    warn = Notices()
    frame = table(age=[5.0] * 8, race=[None] * 8, size=range(8))
    study = admit(frame, warn, covariates=["age", "race", "size"])
    assert study.covariates.names == ("size",)
    assert [n.code for n in warn.found] == ["constant", "all_missing"]


def spoiled(n):
    """n numbers, of which a typing error made one a word."""
    return pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(n)],
            "treated": [i % 2 for i in range(n)],
            "age": ["1O", *[str(i) for i in range(1, n)]],
            "read": np.arange(float(n)),
        }
    )


def test_a_typing_error_does_not_turn_numbers_into_groups():
    with pytest.raises(InputError, match="holds numbers but for '1O' in row 0; corr"):
        admit(spoiled(40), covariates=["age"])


def test_rare_levels_that_were_joined_are_no_typing_error():
    frame = spoiled(80).assign(age=[str(100 + max(i - 8, 0) // 3) for i in range(80)])
    frame.loc[79, "age"] = "200"
    study = admit(frame, covariates=["age"], level_minimum=2)
    assert "age=(rare)" in study.covariates.names


def test_one_word_in_twenty_is_a_group_and_one_in_twenty_one_is_a_typing_error():
    assert len(admit(spoiled(20), covariates=["age"]).covariates.names) == 20
    with pytest.raises(InputError, match="holds numbers"):
        admit(spoiled(21), covariates=["age"])


@pytest.mark.parametrize(
    "spelt", ["1,5", "1,234", "1 234", "$7", "7 %", "\u22125", "1'234.50"]
)
def test_numbers_that_are_written_otherwise_are_no_groups(spelt):
    frame = spoiled(12).assign(age=["1", "2", spelt] * 4)
    with pytest.raises(InputError, match=r"not written as such, .* in row 2.* 1234\.5"):
        admit(frame, covariates=["age"])


@pytest.mark.parametrize("word", ["N/A", "NULL", ".", "-", "#N/A"])
def test_a_word_for_nothing_among_numbers_is_no_group(word):
    frame = spoiled(12).assign(age=["1", "2", word] * 4)
    with pytest.raises(InputError, match=r"holds numbers but for .* leave them empty"):
        admit(frame, covariates=["age"])


@pytest.mark.parametrize("words", [["-", "."], ["K", "1"], ["1-2", "3-4"], ["5", "7+"]])
def test_words_beside_numbers_may_be_groups(words):
    frame = spoiled(12).assign(age=words * 6)
    assert len(admit(frame, covariates=["age"]).covariates.names) == 1


def test_names_are_not_groups():
    frame = spoiled(120).assign(age=[f"student {i}" for i in range(120)])
    with pytest.raises(InputError, match="120 different texts in 120 rows"):
        admit(frame, covariates=["age"])
    assert len(admit(frame[:50], covariates=["age"]).covariates.names) == 50
    with pytest.raises(InputError, match="51 different texts"):
        admit(frame[:51], covariates=["age"])


def test_who_cannot_take_part_is_left_out_and_counted():
    frame = table(
        treated=[1, 1, 1, 0, 0, 0, 0, None],
        pre=[np.nan, 2, 3, np.nan, 5, 6, 7, 8],
        school=["a", None, "a", None, None, "a", "a", None],
    )
    study = admit(frame, pretests=["pre"], cluster="school")
    # Who lacks two things is counted once, for the first.
    counted = {e.reason: (e.treated, e.comparison) for e in study.excluded}
    assert counted == {
        "treatment_missing": (0, 1),
        "pretest_missing: pre": (1, 1),
        "cluster_missing": (1, 1),
    }
    assert study.n == 3


def test_an_unknown_school_matches_nobody():
    study = admit(table(school=eight(None, "a")), exact=["school"])
    unknown = list(study.units).index("S0")
    assert study.exact["school"][unknown] == -1


def test_levels_in_words_are_numbered_from_the_lowest():
    outcome = {"name": "read", "kind": "levels", "levels": ["low", "mid", "high"]}
    frame = table(read=["low", "mid", "high", "low", "mid", "high", None, "low"])
    study = admit(frame, outcomes=[outcome])
    by_unit = dict(zip(study.units, study.outcomes["read"], strict=True))
    assert [by_unit["S0"], by_unit["S1"], by_unit["S2"]] == [1, 2, 3]
    assert np.isnan(by_unit["S6"])


def test_without_outcomes_their_columns_need_not_be_there():
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    design = Design.from_dict(plain | {"covariates": ["age"]})
    frame = table().drop(columns="read")
    assert Study.from_frame(frame, design, with_outcomes=False).outcomes == {}


def test_keys_sort_as_a_person_would():
    units = np.array(["S10", "S2", "A1", "S02", "10", "9"], dtype=object)
    ordered = units[natural_order(units)].tolist()
    assert ordered == ["9", "10", "A1", "S02", "S2", "S10"]


def test_keys_that_differ_in_one_number_sort_by_it():
    numbers = np.random.default_rng(1).permutation(300)
    for start in ("", "S", "S1-", "1"):
        units = np.array([f"{start}{i}" for i in numbers], dtype=object)
        ordered = [f"{start}{i}" for i in range(300)]
        if start == "1":
            ordered.sort(key=int)
        assert units[natural_order(units)].tolist() == ordered


def test_a_seeded_order_hangs_on_the_seed_and_the_keys_alone():
    units = np.array([f"S{i}" for i in range(50)], dtype=object)
    one = units[seeded_order(units, 1)].tolist()
    assert units[::-1][seeded_order(units[::-1], 1)].tolist() == one
    assert units[seeded_order(units, 2)].tolist() != one


def test_the_input_hash_knows_the_cells_and_not_their_order():
    frame = table()
    same = frame.sample(frac=1, random_state=3)[frame.columns[::-1]]
    assert input_hash(same) == input_hash(frame)
    assert input_hash(frame.astype({"treated": float})) == input_hash(frame)
    for changed in (
        frame.assign(age=frame["age"] + 1e-9),
        frame.rename(columns={"age": "years"}),
        frame.iloc[1:],
        frame.assign(race=frame["race"].where(frame["race"] != "a", None)),
    ):
        assert input_hash(changed) != input_hash(frame)
