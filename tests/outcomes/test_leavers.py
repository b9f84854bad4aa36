"""Who left before the outcome, by arm and group; who joined a whole grade too late."""

from datetime import date, timedelta

from outcomes.engine.columns import labels
from tests.factories import SchoolFactory, SchoolMembershipFactory
from tests.outcomes.conftest import DESIGN, START

DAY = timedelta(days=1)
SPRING = date(2026, 4, 15)  # when the outcome is observed
GROUPED = {**DESIGN, "subgroups": ["race_ethnicity", "race_ethnicity*low_income"]}


def on_roll(district, student, first_day=START - DAY, last_day=None, **more):
    there = {"school": district.school, "first_day": first_day, "last_day": last_day}
    return SchoolMembershipFactory(student=student, **there | more)


def said(row):
    keys = ("participants", "participants_left", "comparison", "comparison_left")
    return tuple(row[key] for key in keys)


def test_who_is_on_no_roll_when_the_outcome_begins_has_left(district, frame):
    stays, leaves, joins_late = (district.participant() for _ in range(3))
    moves, gone, last_day = (district.student(after=500) for _ in range(3))
    on_roll(district, stays)
    on_roll(district, leaves, last_day=SPRING - DAY)
    on_roll(district, joins_late, first_day=START + DAY)
    on_roll(district, moves, last_day=START + DAY)
    on_roll(district, moves, first_day=START + 30 * DAY, school=SchoolFactory())
    on_roll(district, gone, last_day=START)
    on_roll(district, last_day, last_day=SPRING)
    _, made = frame()
    (row,) = made.cohort["leavers"]
    assert (row["outcome"], row["group"]) == ("ela", None)
    assert said(row) == (2, 1, 3, 1)


def test_leavers_are_told_by_group_and_cross(district, frame):
    for race, low_income in (("black", True), ("white", False), (None, True)):
        known = {"race_ethnicity": race, "low_income": low_income}
        student = district.participant(snapshot=known)
        on_roll(district, student, last_day=None if race == "black" else START)
    on_roll(district, district.student(after=500))
    _, made = frame(design=GROUPED)
    rows = {row["group"]: said(row) for row in made.cohort["leavers"]}
    assert rows == {
        None: (3, 2, 1, 0),
        "race_ethnicity=black": (1, 0, 1, 0),
        "race_ethnicity=white": (1, 1, 0, 0),
        "race_ethnicity*low_income=black*yes": (1, 0, 1, 0),
        "race_ethnicity*low_income=white*no": (1, 1, 0, 0),
    }


def test_a_group_of_a_number_is_named_as_effects_name_it(district, frame):
    for born in (date(2014, 7, 1), date(2015, 7, 1), None):
        on_roll(district, district.participant(birth_date=born))
    on_roll(district, district.student(after=500))
    _, made = frame(design={**DESIGN, "subgroups": ["birth_year"]})
    (_, *groups) = [row["group"] for row in made.cohort["leavers"]]
    effects = sorted(set(labels(made.table["birth_year"])) - {None})
    assert groups == [f"birth_year={label}" for label in effects]
    assert "birth_year=2014" in groups


def test_others_count_once_though_they_stand_at_several_entries(district, frame):
    for day in (START, START + DAY):
        student = district.student()
        district.joins(student, day)
        on_roll(district, student)
    on_roll(district, district.student(after=500))
    _, made = frame()
    assert [said(row) for row in made.cohort["leavers"]] == [(2, 0, 1, 0)]


def test_without_rolls_or_outcomes_nothing_is_said_of_leavers(district, frame):
    district.participant()
    district.student(after=500)
    assert frame()[1].cohort["leavers"] == []
    on_roll(district, district.participant())
    assert frame(with_outcomes=False)[1].cohort["leavers"] == []
    placebo = frame(outcome_year=district.last_year)[1].cohort["leavers"]
    assert placebo == []  # it was over before anybody could leave


def test_joiners_come_to_a_participating_grade_after_the_start(district, frame):
    district.program.assignment_level = "school_grade"
    district.program.save()
    here = district.participant()
    on_roll(district, here)
    late = START + 20 * DAY
    on_roll(district, district.student(snapshot=False), first_day=late)
    on_roll(district, district.student(snapshot=False), first_day=START)
    on_roll(district, district.student(snapshot=False), first_day=late, grade="06")
    elsewhere = {"first_day": late, "school": SchoolFactory()}
    on_roll(district, district.student(snapshot=False), **elsewhere)
    on_roll(district, district.student(), first_day=late)  # known before: is a row
    assert frame()[1].cohort["joiners"] == 1
    district.program.assignment_level = "school"
    district.program.save()
    assert frame()[1].cohort["joiners"] == 2
    district.program.assignment_level = "student"
    district.program.save()
    assert frame()[1].cohort["joiners"] is None
