"""Random districts of few students: the frame is what the sentences say of each row."""

from datetime import date, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.models import Enrollment, Student, StudentYear
from outcomes import frames
from outcomes.designs.errors import InputError
from outcomes.models import Score
from outcomes.services import evaluations
from tests.factories import SchoolYearFactory
from tests.outcomes import oracles_cohorts
from tests.outcomes.conftest import DESIGN

FIRST, LAST = date(2025, 9, 15), date(2026, 11, 20)
# Few days, so that many things happen on the same.
DAYS = [date(2025, 9, 1), FIRST, date(2025, 10, 6), date(2026, 4, 15)]
DAYS += [date(2026, 6, 18), date(2026, 10, 5), LAST, date(2027, 1, 11)]
YEARS = (2024, 2025, 2026, 2027)
near = st.builds(
    lambda day, days: day + timedelta(days=days),
    st.sampled_from(DAYS),
    st.integers(-1, 1),
)
spells = st.lists(st.tuples(near, st.integers(0, 60)), max_size=2)
dated = st.lists(
    st.tuples(st.sampled_from(YEARS), st.integers(0, 2), near, st.integers(0, 60)),
    max_size=4,
    unique_by=lambda each: each[:2],
)
students = st.tuples(spells, spells, dated, dated)
GRADES_BEGIN = {"match_clusters": {"of": ["grade"]}, "entry": "entry"}
LABELS = {"snapshot": ("eoy", "mar", "oct"), "score": ("fall", "spring", "winter")}


def person(pk, taken, rivals, snapshots, scores):
    """One student in plain Python."""
    return SimpleNamespace(
        pk=pk,
        spells=apart(taken),
        rivals=apart(rivals),
        snapshots=[of("snapshot", *each) for each in snapshots],
        scores=[of("score", *each) for each in scores],
    )


def apart(spells):
    """Spells of one program never overlap."""
    whole = sorted((day, day + timedelta(days=length)) for day, length in spells)
    overlaps = len(whole) > 1 and whole[1][0] <= whole[0][1]
    return whole[:1] if overlaps else whole


def of(kind, year, label, day, number):
    known = {"year": year, "label": LABELS[kind][label], "day": day}
    told = {"low_income": (None, "yes", "no")[number % 3], "value": 450.0 + number}
    return SimpleNamespace(**known, **told, grade=("04", "05")[number % 2])


def store(district, world):
    """The same as rows, many at once."""
    Student.objects.bulk_create(Student(pk=s.pk, lasid=s.pk) for s in world.people)
    kinds = ((district.program, "spells"), (district.rival, "rivals"))
    Enrollment.objects.bulk_create(
        Enrollment(
            student_id=s.pk,
            offering=district.offerings[program],
            program=program,
            status="exited",
            exit_reason="completed",
            first_day=first,
            planned_last_day=last,
            last_day=last,
        )
        for s in world.people
        for program, name in kinds
        for first, last in getattr(s, name)
    )
    store_what_is_known(district, world)


def store_what_is_known(district, world):
    StudentYear.objects.bulk_create(
        StudentYear(
            student_id=s.pk,
            school_year_id=each.year,
            collection=each.label,
            as_of=each.day,
            school=district.school,
            grade=each.grade,
            low_income={"yes": True, "no": False}.get(each.low_income),
        )
        for s in world.people
        for each in s.snapshots
    )
    Score.objects.bulk_create(
        Score(
            student_id=s.pk,
            measure=district.ela,
            school_year_id=each.year,
            period=each.label,
            observed_on=each.day,
            value=each.value,
        )
        for s in world.people
        for each in s.scores
    )


def none_for_missing(row):
    return tuple(None if pd.isna(value) else value for value in row)


def matches_the_sentences(district, world):
    store(district, world)
    evaluation = district.evaluation(
        first_day=FIRST,
        last_day=LAST,
        outcome_year=SchoolYearFactory(year=world.year),
        design=DESIGN | (GRADES_BEGIN if world.grades_begin else {}),
    )
    plan = evaluations.plan_of(evaluation)
    expected = oracles_cohorts.rows(world)
    if not expected:
        with pytest.raises(InputError):
            frames.frame_of(evaluation, plan, with_outcomes=True)
        return
    made = frames.frame_of(evaluation, plan, with_outcomes=True)
    columns = ["student", "entry", "participant", "low_income", "ela_before", "ela"]
    found = made.table[columns].astype(object).itertuples(index=False, name=None)
    assert sorted(map(none_for_missing, found), key=str) == sorted(expected, key=str)
    cohort = made.cohort
    told = {row["reason"]: row["n"] for row in cohort["excluded"]}
    cut = sum(row["n"] for row in cohort["outcome_after_own_start"])  # one outcome
    told |= {"outcome_after_own_start": cut}
    counted = {"no_baseline": 0, "joined_after_start": 0} | cohort | told
    counts = oracles_cohorts.counts(world)
    assert {key: counted[key] for key in counts} == counts


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(students, min_size=2, max_size=7),
    st.sampled_from([-1, 0, 1]),
    st.booleans(),
)
def test_every_row_is_what_the_sentences_say(district, given, lag, grades_begin):
    for year in YEARS:
        SchoolYearFactory(year=year)
    world = SimpleNamespace(
        people=[person(i + 1, *each) for i, each in enumerate(given)],
        first_day=FIRST,
        last_day=LAST,
        lag=lag,
        grades_begin=grades_begin,
        year=2026 + lag,
    )
    assert DESIGN["covariates"] == ["low_income"]
    with transaction.atomic():
        matches_the_sentences(district, world)
        transaction.set_rollback(True)
