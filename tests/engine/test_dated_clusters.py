"""Whole grades that begin on several days, each beside grades as they were that day."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import EngineError, PromiseBroken
from outcomes.engine.cluster_sets import _is_gone, in_cluster_sets
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.evaluate import evaluate
from outcomes.engine.matching import METHODS, arrange
from outcomes.engine.notices import Notices
from outcomes.engine.study import Study
from outcomes.services.methods import paragraph
from tests.engine import oracles_dated as literal
from tests.engine.test_cluster_sets import design, made_up, section, sets_of

near = pytest.approx
often = settings(max_examples=60, deadline=None)
DAYS = ("2024-09-05", "2024-10-07", "2025-09-04")
REPEATED = {"replacement": True, "method": "nearest"}


def staggered(schools, *, starts, seed=0):
    """Grades 4 and 5 of schools on three days, of which the last is a year later: who
    was in grade 4 is in grade 5 then, and others are in grade 4. Schools S1, S2, ...
    take part from the days in `starts` on."""
    random = np.random.default_rng(seed)
    rows = []
    for s in range(1, schools + 1):
        begins = DAYS[starts[s - 1]] if s <= len(starts) else None
        for born in (3, 4, 5):  # the grade that they are in in 2024
            for i in range(random.integers(2, 5)):
                known = {
                    "student": f"S{s}-{born}-{i}",
                    "race": random.choice(["a", "b"]),
                }
                for day in DAYS:
                    grade = born + (day == DAYS[2])
                    if grade in (4, 5):
                        late, early, score = random.normal(size=3)
                        known |= {"late": late, "early": early, "score": score}
                        known |= {"school": f"S{s}", "grade": str(grade), "entry": day}
                        rows.append(known | {"treated": int(day == begins)})
    return pd.DataFrame(rows).sample(frac=1, random_state=seed)


def dated(**more):
    said = {"on": ["late"]} | more.pop("match_clusters", {})
    return design(entry="entry", covariates=["late"], match_clusters=said, **more)


@st.composite
def tables(draw):
    starts = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))
    schools = len(starts) + draw(st.integers(1, 3))
    return staggered(schools, starts=starts, seed=draw(st.integers(0, 10_000)))


@often
@given(
    tables(), st.integers(1, 2), st.sampled_from([(1, {}), (2, {"reuse": 2}), (9, {})])
)
def test_sets_are_those_of_trying_every_way_entry_after_entry(frame, ratio, reuse):
    uses, more = reuse
    more = more | (REPEATED if uses > 1 else {})
    found = section(frame, dated(match_clusters={"ratio": ratio}, **more))
    sets, total = literal.sets_of_clusters(frame, ratio, uses, may_repeat=uses > 1)
    assert sets_of(found) == sets
    assert found["total_distance"] == near(total, abs=1e-9)
    assert found["matched_comparison"] == len(
        {label[:2] for others in sets.values() for label in others}
    )


@often
@given(tables(), st.sampled_from(sorted(METHODS)))
def test_students_are_compared_in_the_sets_of_their_day_and_nobody_twice(frame, method):
    of_score = method in {"ipw", "subclass"}
    wanted = dated(method=method, distance="logit" if of_score else "euclidean")
    try:
        report = evaluate(frame, wanted).report()
    except EngineError as refusal:
        assume(refusal.code != "not_balanceable")
        raise
    together = sets_of(report["clusters"])
    members = pd.DataFrame(report["pairs"], columns=["set", "unit", "entry", "treated"])
    assert members["unit"].is_unique
    at = frame.set_index(["student", "entry"])[["school", "grade"]]
    for _, rows in members.groupby("set"):
        labels = [
            (*at.loc[(row.unit, row.entry)], row.entry) for row in rows.itertuples()
        ]
        for label, is_own in zip(labels, rows["treated"], strict=True):
            (home,) = {
                one for one, own in zip(labels, rows["treated"], strict=True) if own
            }
            assert label == home if is_own else label in together[home]
    counted = report["sample"]["treated"] + report["sample"]["comparison"]
    assert counted <= frame["student"].nunique()


@often
@given(tables(), st.integers(0, 99))
def test_rows_in_another_order_change_no_byte(frame, seed):
    shuffled = frame.sample(frac=1, random_state=seed)
    one, other = (evaluate(f, dated()).report() for f in (frame, shuffled))
    assert one == other


def test_one_entry_changes_no_number():
    frame = made_up(8, taking_part=3, seed=3)
    plain = design(match_clusters={"ratio": 2})
    with_entry = Design.from_dict(plain.to_dict() | {"entry": "entry"})
    found = [
        evaluate(frame, plain).report(),
        evaluate(frame.assign(entry=DAYS[0]), with_entry).report(),
    ]
    for report in found:
        for key in ("design", "design_hash", "input_hash"):
            del report[key]
        for row in report["pairs"]:
            row.pop("entry", None)
        for one in report["clusters"]["sets"]:
            for cluster in (one["treated"], *one["comparison"]):
                cluster["cluster"].pop("entry", None)
    assert found[0] == found[1]


def reasons(frame, **more):
    study = Study.from_frame(frame, dated(**more))
    return {e.reason: e.comparison for e in study.excluded}


def test_a_place_is_compared_until_its_own_start_only_where_reuse_is_declared():
    frame = staggered(4, starts=[0, 2], seed=1)
    once, again = reasons(frame), reasons(frame, **REPEATED)
    mine = {
        (s, b): frame["student"].str.startswith(f"S{s}-{b}-")
        for s in (1, 2)
        for b in (3, 4, 5)
    }
    count = {key: frame.loc[where, "student"].nunique() for key, where in mine.items()}
    # Who took part in S1, on the days after; of the others in it, grade 4 of 2025.
    assert once["already_participant"] == count[1, 4] + count[1, 5]
    assert once["program_before"] == count[1, 3]
    # S2 begins in 2025 with grades 4 and 5, who were then in grades 3 and 4.
    assert once["participant_later"] == count[2, 4]
    assert once["program_later"] == count[2, 5]
    assert {"participant_later", "program_later"}.isdisjoint(again)
    lent = {
        label
        for others in sets_of(section(frame, dated(**REPEATED))).values()
        for label in others
    }
    assert {label[2] for label in lent if label[0] == "S2"} <= set(DAYS[:2])
    assert not {label for label in lent if label[0] == "S1"}


def test_next_years_grade_of_the_same_children_is_not_given_again():
    """S3 is like both, but whom it lent to S1 in grade 4 sits in grade 5 a year on."""
    frame = staggered(4, starts=[0, 2], seed=1)
    near_s3 = frame["school"].isin(["S1", "S2", "S3"])
    frame["late"] = np.where(near_s3, 0.0, 9.0) + 0.01 * frame["late"]
    frame.loc[(frame["school"] == "S2") & (frame["grade"] == "4"), "treated"] = 0
    sets = sets_of(section(frame, dated(match_clusters={"size": False, "trend": []})))
    assert sets["S1", "4", DAYS[0]] == [("S3", "4", DAYS[0])]
    assert sets["S2", "5", DAYS[2]] == [("S4", "5", DAYS[2])]
    more = {"match_clusters": {"size": False, "trend": []}, **REPEATED}
    assert sets_of(section(frame, dated(**more)))["S2", "5", DAYS[2]] == [
        ("S3", "5", DAYS[2])
    ]


def test_a_place_that_is_given_too_often_or_after_its_start_breaks_the_match():
    frame, wanted = staggered(6, starts=[0, 1], seed=2), dated()
    study, _ = in_cluster_sets(Study.from_frame(frame, wanted), wanted)
    arrange(study, wanted, Notices())
    whole = study.whole
    one_place = dataclasses.replace(whole, place=np.zeros_like(whole.place))
    everywhere = {"school": np.zeros_like(whole.member)}
    for wrong in (one_place, dataclasses.replace(whole, apart=everywhere)):
        with pytest.raises(PromiseBroken, match='"match_clusters"'):
            arrange(dataclasses.replace(study, whole=wrong), wanted, Notices())


def test_the_methods_paragraph_says_as_of_when():
    report = evaluate(staggered(5, starts=[0, 1], seed=2), dated()).report()
    assert "others, as they were on the day it began; students" in paragraph(report)


@pytest.mark.parametrize(("grade", "is_gone"), [(4, True), (5, False)])
def test_a_grade_of_which_half_were_given_before_is_given_no_more(grade, is_gone):
    """Two of last year's grade, which was given, are in this year's."""
    whole = SimpleNamespace(
        treated=np.array([False, False]),
        place=np.array([0, 1]),
        member=np.repeat([0, 1], [2, grade]),
        size=np.array([2, grade]),
    )
    persons = np.concatenate([[0, 1], np.arange(grade)])
    given = np.array([7, UNKNOWN])
    assert _is_gone(whole, persons, given, most=1).tolist() == [True, is_gone]
