"""Every participant has an index date; others stand beside him as they were then."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.errors import DesignError, InputError
from outcomes.plans import MeasureNotGiven
from outcomes.school_years import SchoolYears
from tests.factories import MeasureFactory, SchoolYearFactory
from tests.outcomes.conftest import DESIGN, END, START

DAY = timedelta(days=1)
LATER = START + 30 * DAY


def rows_of(table, student):
    return table[table["student"] == student.pk].set_index("entry")


def test_others_stand_once_for_each_day_on_which_somebody_began(district, frame):
    for day in (START, LATER, LATER):
        district.joins(district.student(), day)
    other = district.student()
    table, made = frame()
    assert rows_of(table, other)["participant"].to_dict() == {
        str(START): 0,
        str(LATER): 0,
    }
    assert made.cohort["entries"] == 2
    assert made.cohort["comparison_pool"] == 1


def test_what_is_known_lies_before_the_rows_own_index_date(district, frame):
    """What was seen on the first index date counts for the second only."""
    first, second = district.student(), district.student()
    district.joins(first, START)
    district.joins(second, LATER)
    other = district.student(snapshot={"low_income": False}, before=480)
    march = {"collection": "mar", "as_of": START, "low_income": True}
    district.snapshot(other, **march)
    fall = {"period": "fall", "observed_on": START}
    district.score(other, district.year, 490, **fall)
    table, _ = frame(design={**DESIGN, "covariates": ["low_income", "age"]})
    rows = rows_of(table, other)
    assert rows["low_income"].to_dict() == {str(START): "no", str(LATER): "yes"}
    assert rows["ela_before"].to_dict() == {str(START): 480, str(LATER): 490}
    assert rows["age"].diff().iloc[-1] == pytest.approx(30 / 365.25)


def test_attendance_too_is_that_of_the_index_date(district, frame):
    for day in (START, LATER):
        district.joins(district.student(), day)
    other = district.student(snapshot={"days_member": 20, "days_attended": 10})
    later = {"collection": "mar", "as_of": START, "days_member": 40}
    district.snapshot(other, **later, days_attended=30)
    table, _ = frame(design={**DESIGN, "covariates": ["attendance_rate"]})
    rates = rows_of(table, other)["attendance_rate"].to_dict()
    assert rates == {str(START): 0.5, str(LATER): 0.75}


def test_a_snapshot_must_be_recent_on_the_rows_own_index_date(district, frame):
    for day in (START, LATER):
        district.joins(district.student(), day)
    old = {"as_of": START - 400 * DAY, "school_year": district.last_year}
    other = district.student(snapshot=old)
    table, _ = frame()
    assert list(rows_of(table, other).index) == [str(START)]


def test_days_that_were_counted_long_ago_are_no_attendance_rate(district, frame):
    for day in (START, LATER):
        district.joins(district.student(), day)
    old = {"as_of": START - 400 * DAY, "school_year": district.last_year}
    other = district.student(snapshot=old | {"days_member": 20, "days_attended": 10})
    unsaid = {"days_member": None, "days_attended": None}
    district.snapshot(other, collection="mar", as_of=START - DAY, **unsaid)
    table, _ = frame(design={**DESIGN, "covariates": ["attendance_rate"]})
    rates = rows_of(table, other)["attendance_rate"]
    assert rates[str(START)] == 0.5
    assert pd.isna(rates[str(LATER)])


def test_a_rival_program_counts_on_the_index_date(district, frame):
    for day in (START, LATER):
        district.joins(district.student(), day)
    until, since = district.student(), district.student()
    over = {"status": "exited", "last_day": START}  # on which he is still there
    district.joins(until, START - DAY, district.rival, **over)
    district.joins(since, LATER, district.rival)
    table, made = frame()
    assert list(rows_of(table, until).index) == [str(LATER)]
    assert list(rows_of(table, since).index) == [str(START)]
    assert made.cohort["excluded"] == []


def test_who_begins_later_is_compared_until_then(district, frame):
    """A winter score is before the own start and counts, one of spring does not."""
    district.participant()
    inside, outside = district.student(after=510), district.student(after=520)
    district.joins(inside, END)
    district.joins(outside, END + 30 * DAY)
    winter = {"period": "winter", "observed_on": START + DAY}
    district.score(inside, district.year, 500, **winter)
    table, made = frame()
    assert rows_of(table, inside)["ela"].to_dict() == {str(START): 500, str(END): 510}
    assert rows_of(table, outside)["ela"].isna().all()
    assert made.cohort["not_yet_treated"] == 2
    assert made.cohort["outcome_after_own_start"] == [{"outcome": "ela", "n": 1}]
    assert made.cohort["participants"] == 2
    assert made.cohort["comparison_pool"] == 1


def test_a_participant_counts_with_the_first_participation(district, frame):
    student = district.student()
    district.joins(student, START, status="exited", last_day=START + DAY)
    district.joins(student, LATER)
    table, made = frame()
    assert rows_of(table, student)["participant"].to_dict() == {str(START): 1}
    assert made.cohort["later_participation"] == 1


# --- Windows of several years.


@pytest.fixture
def two_autumns(district):
    """A participant each autumn, another student, and a score in each spring."""
    district.next_year = SchoolYearFactory(year=2027)
    district.second = START + timedelta(days=365)
    now, then, other = (district.student() for _ in range(3))
    district.joins(now, START)
    district.joins(then, district.second, planned_last_day=date(2027, 6, 1))
    for student in (then, other):
        district.snapshot(student, school_year=district.next_year)
        district.score(student, district.year, 500)
        district.score(student, district.next_year, 550)
    district.other = other
    return district


def outcomes(frame, district, **more):
    table, _ = frame(last_day=district.second, **more)
    return rows_of(table, district.other)["ela"].to_list()


def test_the_outcome_year_moves_along_with_the_entry(two_autumns, frame):
    assert outcomes(frame, two_autumns) == [500, 550]
    placebo = outcomes(frame, two_autumns, outcome_year=two_autumns.last_year)
    assert pd.isna(placebo[0])
    assert placebo[1] == 500


def test_a_school_year_is_over_the_day_after_its_last():
    years = SchoolYears(np.array([2024, 2025]), np.array([50, 100]), lag=0)
    assert years.is_over(2025, np.array([100, 101])).tolist() == [False, True]
    assert not years.is_over(2030, np.array([999])).any()


def test_a_pinned_outcome_stays(two_autumns, frame):
    pinned = {"outcomes": ["ela@2027"], "covariates": ["low_income"]}
    table, _ = frame(last_day=two_autumns.second, design=pinned)
    assert rows_of(table, two_autumns.other)["ela@2027"].to_list() == [550, 550]


def test_a_start_after_the_last_known_school_year_is_refused(two_autumns, frame):
    begun = {"first_day": date(2028, 1, 10), "planned_last_day": date(2028, 6, 1)}
    two_autumns.joins(two_autumns.other, **begun)
    late = {"as_of": date(2027, 12, 1), "school_year": two_autumns.next_year}
    two_autumns.snapshot(two_autumns.other, collection="mar", **late)
    with pytest.raises(InputError, match="add the school year") as refusal:
        frame(last_day=date(2028, 2, 1))
    assert refusal.value.code == "no_school_year"


# --- One scale.


@pytest.mark.parametrize("name", ["ela@2024", "ela@2024.spring"])
def test_a_measure_stands_for_nothing_in_a_year_without_it(district, frame, name):
    district.participant()
    district.ela.first_year = 2025
    district.ela.save()
    with pytest.raises(
        MeasureNotGiven, match=r"of 2024, which was given in 2025- only"
    ):
        frame(design={**DESIGN, "outcomes": [name]})
    with pytest.raises(MeasureNotGiven) as refusal:
        frame(design={**DESIGN, "covariates": [name]})
    assert refusal.value.path == "covariates[0]"


def test_the_year_of_every_entry_must_have_the_measure(two_autumns, frame):
    MeasureFactory(code="ela-2", domain="ela")
    two_autumns.ela.last_year = 2026
    two_autumns.ela.save()
    with pytest.raises(MeasureNotGiven, match="of 2027"):
        outcomes(frame, two_autumns)


@pytest.mark.parametrize("entry", ["grade", "ela", "student"])
def test_the_entry_has_a_name_of_its_own(district, frame, entry):
    with pytest.raises(DesignError) as refusal:
        frame(design={**DESIGN, "entry": entry})
    assert refusal.value.path == "entry"


# --- Where all stand at one day.


@pytest.mark.parametrize("more", [{"estimand": "ATC"}, {"entry": None}])
def test_without_entries_all_stand_at_the_first_day_of_the_window(
    district, frame, more
):
    """As where whole grades are matched first, or the effect is on the others."""
    begins = district.student(snapshot={"low_income": False})
    march = {"collection": "mar", "as_of": START, "low_income": True}
    district.snapshot(begins, **march)
    district.joins(begins, LATER)
    other, in_rival = district.student(), district.student()
    district.joins(in_rival, LATER, district.rival)
    table, made = frame(design={**DESIGN, **more})
    assert "entry" not in table
    assert table["low_income"].to_dict() == {str(begins.pk): "no", str(other.pk): "yes"}
    assert table["participant"].to_dict() == {str(begins.pk): 1, str(other.pk): 0}
    assert made.cohort["entries"] == 1
