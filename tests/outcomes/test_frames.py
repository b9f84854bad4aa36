"""What was known of each student strictly before the start, and what came after."""

from datetime import date, timedelta

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcomes import frames, plans
from outcomes.services import evaluations
from tests.factories import MeasureFactory, SchoolFactory, StudentFactory
from tests.outcomes.conftest import DESIGN, START

DAY = timedelta(days=1)


@pytest.fixture
def column(district, frame):
    """What one column says of one student who is not a participant."""

    def column(name, student, **design):
        district.participant()
        table, _ = frame(design={**DESIGN, "covariates": [name], **design})
        return table.loc[str(student.pk), name]

    return column


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
    of_scores = [q["sql"] for q in queries if "outcomes_score" in q["sql"]]
    assert of_scores
    assert all('"observed_on" <' in sql for sql in of_scores)


def test_the_columns_are_those_the_plan_names_and_no_others(district, frame):
    district.participant(before=480, after=500)
    _, made = frame()
    assert set(made.table) == {
        "student",
        "participant",
        "entry",
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
    with django_assert_max_num_queries(16):
        frames.frame_of(evaluation, evaluations.plan_of(evaluation), with_outcomes=True)
