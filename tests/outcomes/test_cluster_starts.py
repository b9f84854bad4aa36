"""Whole grades that begin on days of their own: from the records to sets."""

from datetime import date, timedelta

import pytest

from outcomes.designs.errors import InputError
from outcomes.engine.evaluate import diagnose
from outcomes.services import evaluations
from tests.factories import SchoolFactory, SchoolYearFactory
from tests.outcomes.conftest import START

DAY = timedelta(days=1)
LATER = START + 21 * DAY
GRADES = {
    "outcomes": ["ela"],
    "pretests": ["ela"],
    "entry": "entry",
    "method": "full",
    "match_clusters": {"of": ["school", "grade"], "on": ["ela"], "size": False},
}


@pytest.fixture
def schools(district):
    return [SchoolFactory(code=f"0035010{i}") for i in range(5)]


def days_of(table, student):
    rows = table[table["student"] == student.pk]
    return dict(zip(rows["entry"].astype(str), rows["participant"], strict=True))


def in_grade(district, school, grade="04", **more):
    return district.student(snapshot={"school": school, "grade": grade}, **more)


def test_a_roster_that_comes_in_late_began_with_the_school_grade(
    district, schools, frame
):
    first, late, other = (in_grade(district, schools[0]) for _ in range(3))
    next_door = in_grade(district, schools[1])
    alone = in_grade(district, schools[0], "05")
    for student, day in ((first, START), (late, LATER), (alone, LATER)):
        district.joins(student, day)
    table, made = frame(design=GRADES)
    assert days_of(table, first) == days_of(table, late) == {str(START): 1}
    assert days_of(table, alone) == {str(START): 0, str(LATER): 1}
    for student in (other, next_door):
        assert days_of(table, student) == {str(START): 0, str(LATER): 0}
    assert made.cohort["entries"] == 2
    by_student, _ = frame(design=GRADES | {"match_clusters": None})
    assert days_of(by_student, late) == {str(START): 0, str(LATER): 1}


def test_who_came_to_a_grade_after_its_start_was_not_assigned_and_is_counted(
    district, schools, frame
):
    district.joins(in_grade(district, schools[0]))
    moved = in_grade(district, schools[1])
    here = {"school": schools[0], "grade": "04", "collection": "mar"}
    district.snapshot(moved, **here, as_of=START + 7 * DAY)
    district.joins(moved, LATER)
    in_grade(district, schools[2])
    table, made = frame(design=GRADES)
    assert made.cohort["excluded"] == [{"reason": "joined_after_start", "n": 1}]
    assert days_of(table, moved) == {str(START): 0}  # still elsewhere, and compared
    assert made.cohort["participants"] == 1


def test_a_new_school_year_is_a_new_start(district, schools, frame):
    SchoolYearFactory(year=2027)
    next_fall = START + timedelta(days=365)
    district.joins(in_grade(district, schools[0]))
    now_in_it = {"school": schools[0], "grade": "04", "as_of": date(2026, 10, 1)}
    younger = district.student(snapshot=now_in_it)
    district.joins(younger, next_fall, planned_last_day=date(2027, 6, 1))
    table, made = frame(design=GRADES, last_day=next_fall + 30 * DAY)
    assert days_of(table, younger) == {str(next_fall): 1}
    assert made.cohort["entries"] == 2


def test_from_the_records_to_sets_of_the_days_on_which_they_began(
    district, schools, frame
):
    """Each school is like another of the same pretest; the fall's score comes in
    between, and moves the third from the first to the second."""
    whole = {"first": (0, START, 470), "second": (1, LATER, 500)}
    others = {"like first": (2, 470, 500), "like second": (3, 500, 530)}
    for school, day, before in whole.values():
        for i in range(4):
            student = in_grade(district, schools[school], before=before + i)
            district.joins(student, day + i * DAY)
    for school, before, then in (*others.values(), (4, 440, 440)):
        for i in range(4):
            student = in_grade(district, schools[school], before=before + i)
            fall = {"period": "fall", "observed_on": START + DAY}
            district.score(student, district.year, then + i, **fall)
    again = {"replacement": True, "method": "nearest"}
    for more, expected in ((again, "22"), (again | {"reuse": 1}, "23"), ({}, "23")):
        plan = GRADES | more
        table, _ = frame(design=plan, with_outcomes=False)
        evaluation = district.evaluation(design=plan)
        found = diagnose(table, evaluations.plan_of(evaluation).design)["clusters"]
        sets = {
            (s["treated"]["cluster"]["school"], s["treated"]["cluster"]["entry"]): [
                each["cluster"]["school"][-1] for each in s["comparison"]
            ]
            for s in found["sets"]
        }
        assert sets == {
            ("00350100", str(START)): [expected[0]],
            ("00350101", str(LATER)): [expected[1]],
        }


def test_a_cluster_of_which_no_start_is_known_is_refused(district, schools, frame):
    district.joins(in_grade(district, schools[0]))
    in_grade(district, schools[1])
    said = GRADES["match_clusters"] | {"of": ["school", "age"]}
    with pytest.raises(InputError, match='"age" names a cluster') as refusal:
        frame(design=GRADES | {"match_clusters": said})
    assert refusal.value.code == "no_cluster_start"


@pytest.mark.parametrize("estimand", ["ATC", "ATE"])
def test_an_effect_on_others_is_as_of_one_day_unless_the_plan_says_so(
    district, frame, estimand
):
    for day in (START, LATER):
        district.joins(district.student(), day)
    other = district.student()
    plan = {"outcomes": ["ela"], "method": "exact", "estimand": estimand}
    assert "entry" not in frame(design=plan)[0]
    table, _ = frame(design=plan | {"entry": "entry"})
    assert days_of(table, other) == {str(START): 0, str(LATER): 0}
