"""From rows to one row a student: who is treated, who is compared, what was known."""

from datetime import date, timedelta

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcomes import frames, plans
from outcomes.designs.errors import InputError
from tests.factories import MeasureFactory, SchoolFactory, StudentFactory
from tests.outcomes.conftest import DESIGN, END, START

DAY = timedelta(days=1)


def frame_of(evaluation, *, with_outcomes=True):
    plan = plans.read(
        evaluation.design,
        program=evaluation.program,
        outcome_year=evaluation.outcome_year,
    )
    return frames.frame_of(evaluation, plan, with_outcomes=with_outcomes)


@pytest.fixture
def frame(district):
    """The frame of the district's evaluation, by student."""

    def frame(*, with_outcomes=True, **more):
        made = frame_of(district.evaluation(**more), with_outcomes=with_outcomes)
        return made.table.set_index("student"), made

    return frame


@pytest.fixture
def column(district, frame):
    """What one column says of one student who is not a participant."""

    def column(name, student, **design):
        district.participant()
        table, _ = frame(design={**DESIGN, "covariates": [name], **design})
        return table.loc[str(student.pk), name]

    return column


def excluded(made) -> dict[str, int]:
    return {each["reason"]: each["n"] for each in made.cohort["excluded"]}


# --- Who is treated, who is compared.


def test_a_spell_that_begins_in_the_window_is_treatment(district, frame):
    first, last, outside = (district.student() for _ in range(3))
    district.joins(first, START)
    district.joins(last, END)
    district.joins(outside, END + DAY)
    table, made = frame()
    assert table["participant"].to_dict() == {
        str(first.pk): 1,
        str(last.pk): 1,
        str(outside.pk): 0,
    }
    assert made.cohort["participants"] == 2
    assert made.cohort["comparison_pool"] == 1
    assert excluded(made) == {}


def test_who_leaves_again_stays_treated(district, frame):
    student = district.student()
    district.joins(student, status="exited", last_day=START + DAY)
    table, _ = frame()
    assert table.loc[str(student.pk), "participant"] == 1


@pytest.mark.parametrize("status", ["referred", "void", "closed"])
def test_who_was_never_there_may_be_compared(district, frame, status):
    district.participant()
    student = district.student()
    district.joins(student, status=status, first_day=None, planned_last_day=None)
    table, _ = frame()
    assert table.loc[str(student.pk), "participant"] == 0


def test_who_began_before_the_window_is_set_aside(district, frame):
    district.participant()
    running, again, over = (district.student() for _ in range(3))
    district.joins(running, START - DAY)
    left = {"status": "exited", "last_day": START}
    district.joins(again, START - 30 * DAY, **left)
    district.joins(again, START + DAY)
    district.joins(over, START - 30 * DAY, status="exited", last_day=START - DAY)
    table, made = frame()
    assert str(over.pk) in table.index
    assert not {str(running.pk), str(again.pk)} & set(table.index)
    assert excluded(made) == {"already_in_program": 2}


def test_who_is_in_a_rival_program_is_no_comparison(district, frame):
    both = district.participant()
    rival, over = district.student(), district.student()
    for student in (both, rival):
        district.joins(student, START - DAY, district.rival)
    ended = {"status": "exited", "last_day": START - DAY}
    district.joins(over, START - 2 * DAY, district.rival, **ended)
    table, made = frame()
    assert set(table.index) == {str(both.pk), str(over.pk)}
    assert excluded(made) == {"in_rival_program": 1}
    (warning,) = made.warnings
    assert warning["code"] == "participants_in_rival_program"
    assert warning["text"].startswith("1 participants")


def test_a_program_that_nobody_declared_a_rival_is_none(district, frame):
    district.participant()
    student = district.student()
    district.joins(student, START, district.rival)
    table, made = frame(rivals=[])
    assert str(student.pk) in table.index
    assert made.warnings == []


def test_a_participant_without_a_snapshot_is_counted(district, frame):
    district.participant()
    district.joins(district.student(snapshot=False))
    district.joins(district.student(snapshot={"as_of": START}))
    old = {"as_of": START - 401 * DAY, "school_year": district.last_year}
    district.joins(district.student(snapshot=old))
    table, made = frame()
    assert len(table) == 1
    assert excluded(made) == {"no_baseline": 3}


def test_without_participants_there_is_nothing_to_evaluate(district, frame):
    district.student()
    with pytest.raises(InputError, match="began ten-boys between") as refusal:
        frame()
    assert refusal.value.code == "no_treated"


def test_an_empty_district_is_refused_in_words(district, frame):
    with pytest.raises(InputError, match="no student"):
        frame(design={**DESIGN, "covariates": list(plans.FACTS)})


# --- What was known of them, strictly before.


def test_the_latest_snapshot_before_the_first_day_counts(district, frame):
    student = district.participant(snapshot={"grade": "05"})
    march = {"collection": "mar", "school_year": district.last_year}
    district.snapshot(student, grade="04", as_of=date(2025, 3, 1), **march)
    district.snapshot(student, grade="06", as_of=START, collection="eoy")
    table, _ = frame()
    assert table.loc[str(student.pk), "grade"] == "05"


@pytest.mark.parametrize(
    ("fact", "known", "said"),
    [
        ("school", {}, "00350001"),
        ("school_level", {}, "k8"),
        ("grade", {"grade": "K0"}, "K0"),
        ("race_ethnicity", {"race_ethnicity": "hispanic"}, "hispanic"),
        ("race_ethnicity=black", {"race_ethnicity": "hispanic"}, 0),
        ("race_ethnicity=black", {"race_ethnicity": "black"}, 1),
        ("gender", {"gender": "N"}, "N"),
        ("el_status", {"el_status": "former"}, "former"),
        ("swd", {"swd": True}, "yes"),
        ("low_income", {"low_income": False}, "no"),
        ("attendance_rate", {"days_member": 20, "days_attended": 15}, 0.75),
    ],
)
def test_a_fact_is_said_in_the_districts_words(district, column, fact, known, said):
    assert column(fact, district.student(snapshot=known)) == said


@pytest.mark.parametrize(
    "fact", ["race_ethnicity", "race_ethnicity=black", "gender", "el_status", "swd"]
)
def test_what_is_unknown_stays_missing(district, column, fact):
    known = {fact.partition("=")[0]: None}
    assert pd.isna(column(fact, district.student(snapshot=known)))


def test_age_and_birth_year_come_from_the_birth_date(district, frame):
    student = district.participant(birth_date=date(2014, 10, 15))
    nobody_knows = district.student(birth_date=None)
    table, _ = frame(design={**DESIGN, "covariates": ["age", "birth_year"]})
    known = table.loc[str(student.pk)]
    assert known["birth_year"] == 2014
    assert known["age"] == pytest.approx(11, abs=0.01)
    assert table.loc[str(nobody_knows.pk), ["age", "birth_year"]].isna().all()


NEVER = {"low_income": False, "swd": False, "el_status": "never"}


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (NEVER, "no"),
        (NEVER | {"low_income": True}, "yes"),
        (NEVER | {"el_status": "former"}, "yes"),
        (NEVER | {"swd": True, "low_income": None}, "yes"),
        (NEVER | {"swd": None}, None),
    ],
)
def test_high_needs_is_any_of_three_and_unknown_is_not_no(
    district, column, known, said
):
    found = column("high_needs", district.student(snapshot=known))
    assert found == said if said else pd.isna(found)


def test_attendance_is_of_the_latest_snapshot_that_counted_days(district, column):
    student = district.student(snapshot={"days_member": None, "days_attended": None})
    eoy = {"collection": "eoy", "as_of": date(2025, 6, 18)}
    days = {"days_member": 180, "days_attended": 162, "school_year": district.last_year}
    district.snapshot(student, **days, **eoy)
    assert column("attendance_rate", student) == 0.9


def test_no_day_in_membership_is_no_attendance_rate(district, column):
    student = district.student(snapshot={"days_member": 0, "days_attended": 0})
    assert pd.isna(column("attendance_rate", student))


def test_the_school_is_the_students_own(district, column):
    elsewhere = SchoolFactory(code="00350002")
    student = district.student(snapshot={"school": elsewhere})
    assert column("school", student) == "00350002"


# --- Scores before and after.


def test_baseline_and_outcome_are_parted_by_the_first_day(district, frame):
    student = district.participant(before=480, after=505)
    fall = {"period": "fall", "observed_on": START - DAY}
    district.score(student, district.year, 485, **fall)
    winter = {"period": "winter", "observed_on": START}
    district.score(student, district.year, 495, **winter)
    table, _ = frame()
    row = table.loc[str(student.pk)]
    assert (row["ela_before"], row["ela"]) == (485, 505)


def test_a_score_of_the_first_day_is_an_outcome(district, frame):
    student = district.participant()
    winter = {"period": "winter", "observed_on": START}
    district.score(student, district.year, 495, **winter)
    table, _ = frame()
    row = table.loc[str(student.pk)]
    assert pd.isna(row["ela_before"])
    assert row["ela"] == 495


def test_only_valid_scores_of_the_outcome_year_count(district, frame):
    student = district.participant(before=480)
    district.score(student, district.year, None, status="absent")
    table, _ = frame()
    assert pd.isna(table.loc[str(student.pk), "ela"])
    table, _ = frame(outcome_year=district.last_year)
    assert table.loc[str(student.pk), "ela"] == 480  # a placebo: over before the start


def test_a_pin_picks_year_and_period(district, column):
    student = district.student(before=480)
    fall = {"period": "fall", "observed_on": date(2024, 10, 15)}
    district.score(student, district.last_year, 470, **fall)
    assert column("ela@2025.fall", student) == 470
    assert column("ela@2025", student) == 480


def test_another_measure_is_another_column(district, frame):
    student = district.participant(before=480, after=500)
    math = MeasureFactory(code="math", domain="math")
    district.score(student, district.last_year, 455, measure=math)
    table, _ = frame(design={"outcomes": ["ela"], "covariates": ["math"]})
    row = table.loc[str(student.pk)]
    assert (row["math"], row["ela"]) == (455, 500)


def test_a_baseline_pinned_into_the_window_is_refused(district, frame):
    district.participant(before=480, after=500)
    with pytest.raises(plans.CovariateAfterStart, match="ela@2026"):
        frame(design={"outcomes": ["ela"], "covariates": ["ela@2026"]})


def test_without_outcomes_none_is_fetched(district, frame):
    district.participant(before=480, after=500)
    with CaptureQueriesContext(connection) as queries:
        table, _ = frame(with_outcomes=False)
    assert "ela" not in table
    assert "ela_before" in table
    (of_scores,) = (q["sql"] for q in queries if "outcomes_score" in q["sql"])
    assert '"observed_on" <' in of_scores


def test_the_columns_are_those_the_plan_names_and_no_others(district, frame):
    district.participant(before=480, after=500)
    _, made = frame()
    assert set(made.table) == {
        "student",
        "participant",
        "grade",
        "school",
        "low_income",
        "ela_before",
        "ela",
    }


def test_a_large_pool_costs_a_fixed_number_of_queries(
    district, django_assert_max_num_queries
):
    district.participant(before=480, after=500)
    for _ in range(3):
        StudentFactory()
    evaluation = district.evaluation()
    with django_assert_max_num_queries(10):
        frame_of(evaluation)
