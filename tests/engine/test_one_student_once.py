"""Who of a student's rows may take part, what a match promised, who counts once."""

import dataclasses
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.errors import DesignError, InputError, PromiseBroken
from outcomes.engine.entries import Entries, one_row_each
from outcomes.engine.evaluate import evaluate
from outcomes.engine.matching import each_student_once
from outcomes.engine.promises import check_promises
from outcomes.engine.study import Study
from tests.engine.random_studies import match_on
from tests.engine.stacked import long, simple
from tests.engine.test_literal import pairs_of

# --- Who may stand where.


def reasons(study):
    return {e.reason: (e.treated, e.comparison) for e in study.excluded}


def test_a_participant_counts_with_the_first_participation():
    frame = long(
        ("S1", "2024", 1, 3), ("S1", "2025", 1, 4), ("S1", "2026", 0, 5),
        ("S2", "2023", 0, 3), ("S2", "2024", 1, 4), ("S2", None, 0, 4),
        ("S3", "2024", 0, 5), ("S3", "2025", 0, 6), ("S4", "2024", 0, 1),
        ("S5", None, 1, 2), ("S5", "2025", 1, 2),
    )  # fmt: skip
    study = Study.from_frame(frame, simple())
    rows = zip(study.units, study.entries.code, study.treated, strict=True)
    days = study.entries.labels
    assert sorted((unit, days[code], bool(t)) for unit, code, t in rows) == [
        ("S1", "2024", True),
        ("S2", "2024", True),
        ("S3", "2024", False),
        ("S3", "2025", False),
        ("S4", "2024", False),
        ("S5", "2025", True),
    ]
    assert reasons(study) == {
        "entry_missing": (1, 1),
        "later_participation": (1, 0),
        "already_participant": (0, 1),
        "participant_later": (0, 1),
    }


def test_where_reuse_is_declared_a_participant_serves_until_his_own_start():
    frame = long(
        ("S1", "2024", 1, 3), ("S2", "2024", 0, 3), ("S2", "2025", 1, 9),
        ("S3", "2025", 0, 9), ("S3", "2024", 0, 8), ("S4", "2024", 0, 0),
    )  # fmt: skip
    plan = simple(replacement=True, cluster="student")
    found = evaluate(frame, plan).report()
    pairs = {(p["set"], p["unit"], p["entry"]) for p in found["pairs"]}
    assert pairs == {
        (1, "S1", "2024"),
        (1, "S2", "2024"),
        (2, "S2", "2025"),
        (2, "S3", "2025"),
    }


def test_entries_come_as_they_passed_and_the_earlier_chooses_first():
    rows = [("S1", "9", 1, 5.0), ("S2", "10", 1, 5.0), ("S5", "9", 0, 5.0)]
    rows += [("S5", "10", 0, 5.0), ("S6", "9", 0, 1.0), ("S6", "10", 0, 1.0)]
    study, arranged = match_on(long(*rows), simple())
    taken = {study.units[a]: study.units[b] for a, b in pairs_of(arranged.matched)}
    assert taken == {"S1": "S5", "S2": "S6"}


def test_a_student_and_entry_stand_once():
    frame = long(("S1", "2024", 1, 3), ("S2", "2024", 0, 3), ("S2", "2024", 0, 4))
    with pytest.raises(InputError, match=r"1 rows repeat a .student., such as 'S2'"):
        Study.from_frame(frame, simple())


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"entry": "student"}, "entry"),
        ({"anti_exact": ["entry"]}, "anti_exact"),
        ({"replacement": True}, "cluster"),
    ],
)
def test_a_design_that_contradicts_its_entries_is_refused(more, path):
    with pytest.raises(DesignError) as refusal:
        simple(**more)
    assert refusal.value.path == path


def test_a_table_without_the_entries_is_refused():
    frame = long(("S1", "2024", 1, 3), ("S2", "2024", 0, 3)).drop(columns="entry")
    with pytest.raises(InputError, match='no column "entry"'):
        Study.from_frame(frame, simple())


# --- What was promised.


def broken_by(frame, plan, change):
    study, arranged = match_on(frame, plan)
    matched = arranged.matched
    units = study.units.tolist()
    spoiled = dataclasses.replace(matched, rows=change(matched.rows.copy(), units))
    with pytest.raises(PromiseBroken) as refusal:
        check_promises(study, plan, arranged.limits, spoiled, arranged.space)
    return str(refusal.value)


TWO_ENTRIES = [
    ("S1", "2024", 1, 3), ("S2", "2025", 1, 4), ("S3", "2024", 0, 3),
    ("S3", "2025", 0, 4), ("S4", "2024", 0, 9), ("S4", "2025", 0, 9),
]  # fmt: skip


def test_a_student_who_stands_twice_breaks_the_match():
    def swap(rows, units):
        of_s4 = [row for row in rows if units[row] == "S4"]
        rows[rows == of_s4[0]] = units.index("S3") + 1  # S3 in 2025 as well
        return rows

    assert '"replacement"' in broken_by(long(*TWO_ENTRIES), simple(), swap)


def test_a_set_of_two_entries_breaks_the_match():
    def swap(rows, units):
        taken = next(row for row in rows if units[row] == "S4")
        rows[rows == taken] = units.index("S4")  # as he was in 2024
        return rows

    assert '"exact: entry"' in broken_by(long(*TWO_ENTRIES), simple(), swap)


def test_a_student_compared_after_his_own_start_breaks_the_match():
    rows = [("S1", "2024", 1, 3), ("S2", "2024", 0, 3), ("S3", "2025", 0, 3)]
    frame = long(*rows, ("S2", "2025", 1, 9), ("S4", "2024", 0, 1))
    plan = simple(replacement=True, cluster="student")
    study, arranged = match_on(frame, plan)
    late = dataclasses.replace(study.entries, code=np.where(
        study.treated & (study.units == "S2"), 0, study.entries.code
    ))  # fmt: skip
    with pytest.raises(PromiseBroken, match="not yet"):
        check_promises(
            dataclasses.replace(study, entries=late, exact={}),
            plan,
            arranged.limits,
            arranged.matched,
            arranged.space,
        )


# --- One row a student.


N = 3000


def crowd():
    """Entries, keys, days and arms: 90 begin on one day, 10 on another, and each of N
    others stands on both."""
    others = np.repeat([f"C{i}" for i in range(N)], 2)
    units = np.concatenate([[f"S{i}" for i in range(100)], others])
    days = np.array(["a"] * 90 + ["b"] * 10 + ["a", "b"] * N)
    person = np.unique(units, return_inverse=True)[1]
    entries = Entries.of(person, pd.Series(days))
    return entries, units.astype(object), days, np.arange(len(units)) < 100


def test_the_entries_of_others_are_spread_as_those_of_participants():
    """So do nine in ten of those compared begin on the one day."""
    entries, units, days, treated = crowd()
    kept = one_row_each(entries, units, treated, treated, seed=1)
    assert Counter(units[kept]) == Counter(set(units))
    share = (days[kept & ~treated] == "a").mean()
    assert share == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / N))
    other = one_row_each(entries, units, treated, treated, seed=2)
    assert (kept != other).any()


def test_who_may_be_matched_on_some_days_stands_on_one_of_these():
    entries, units, _, treated = crowd()
    is_open = treated | (np.random.default_rng(1).random(len(units)) < 0.5)
    kept = one_row_each(entries, units, treated, treated, 1, is_open)
    assert Counter(units[kept]) == Counter(set(units))
    assert {*units[is_open]} == {*units[kept & is_open]}
    plain = one_row_each(entries, units, treated, treated, 1)
    is_whole = np.bincount(entries.persons, is_open)[entries.persons] != 1
    assert (kept == plain)[is_whole].all()  # who may on all days, or on none


def test_who_was_matched_stands_as_he_was_then():
    plan = simple(replacement=True, reuse=2, cluster="student")
    _, arranged = match_on(long(*TWO_ENTRIES), plan)
    once = each_student_once(arranged, plan)
    rows = list(zip(once.study.units, once.study.entries.code, strict=True))
    assert rows.count(("S3", 0)) == rows.count(("S3", 1)) == 1  # he served both
    assert [unit for unit, _ in rows].count("S4") == 1
    assert once.matched.weights().sum() == arranged.matched.weights().sum()


def test_the_spread_of_outcomes_counts_a_student_once():
    rows = [("S3", "2025", 0, 4.0), ("S3", "2024", 0, 3.0), ("S5", "2024", 0, 7.0)]
    frame = long(("S1", "2024", 1, 3.0), ("S2", "2025", 1, 4.0), *rows)
    frame["score"] = [1.0, 2.0, 30.0, np.nan, 50.0]
    study = Study.from_frame(frame, simple())
    assert study.pool_sds["score"] == pytest.approx(20 / 2**0.5)  # of 30 and 50


def test_who_stands_twice_in_two_clusters_is_told():
    frame = long(*TWO_ENTRIES)
    frame["school"] = ["a", "b", "a", "b", "c", "c"]
    plan = simple(replacement=True, cluster="school")
    codes = [w["code"] for w in evaluate(frame, plan).report()["warnings"]]
    assert "student_in_two_clusters" in codes
    alike = evaluate(frame.assign(school=frame["student"]), plan).report()["warnings"]
    assert "student_in_two_clusters" not in [w["code"] for w in alike]
