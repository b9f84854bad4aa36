"""A district in the database, by the models, and the run that is asked of it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import numpy as np

from benchmarks.product import (
    EFFECT,
    FIRST_DAY,
    GRADES,
    LAST_DAY,
    facts_of,
)
from enrollment.models import (
    Collection,
    ElStatus,
    Enrollment,
    Gender,
    Program,
    RaceEthnicity,
    School,
    Student,
    StudentYear,
)
from outcomes.models import Period, Run, RunState, Score, ScoreStatus
from outcomes.models.findings import MatchedStudent
from outcomes.services import evaluations, runs
from tests.factories import (
    EnrollmentFactory,
    MeasureFactory,
    OfferingFactory,
    ProgramFactory,
    SchoolFactory,
    SchoolYearFactory,
    UserFactory,
)

BATCH = 2_000
TOLERANCE = 1.0  # points


def fill(n: int, *, whole_grades: bool = False, days: int = 1) -> Program:
    """Students, each with a snapshot and two scores in either year; the program that
    some of them take part in, whose spells begin on so many days."""
    facts = facts_of(n, whole_grades=whole_grades)
    schools = [SchoolFactory() for _ in range(int(facts["school"].max()) + 1)]
    students = _students(n)
    StudentYear.objects.bulk_create(_snapshots(students, schools, facts), BATCH)
    for j, code in enumerate(("ela", "math")):
        for year, values in ((2025, facts["before"]), (2026, facts["after"])):
            scores = _scores(students, code, year, values[:, j])
            Score.objects.bulk_create(scores, BATCH)
    return enrolled(students, schools, facts["takes_part"], days)


def enrolled(
    students: list[Student],
    schools: list[School],
    takes_part: np.ndarray,
    days: int = 1,
) -> Program:
    """A program, and those of the students who take part in it."""
    program = ProgramFactory(code="extra-hour")
    spells = _spells(students, schools, takes_part, program, days)
    Enrollment.objects.bulk_create(spells, BATCH)
    return program


def _students(n: int) -> list[Student]:
    students = [
        Student(
            lasid=f"{i:06}",
            sasid=f"{10**9 + i}",
            first_name="A",
            last_name="Student",
            birth_date=date(2015, 3, 14),
        )
        for i in range(n)
    ]
    return Student.objects.bulk_create(students, BATCH)


def _snapshots(
    students: list[Student], schools: list[School], facts: dict[str, np.ndarray]
) -> Iterator[StudentYear]:
    year, rng = SchoolYearFactory(year=2026), np.random.default_rng(4)
    places = zip(students, facts["school"], facts["grade"], strict=True)
    for student, school, grade in places:
        yield StudentYear(
            student=student,
            school_year=year,
            collection=Collection.OCTOBER,
            as_of=date(2025, 10, 1),
            school=schools[school],
            grade=GRADES[grade],
            race_ethnicity=RaceEthnicity.BLACK,
            gender=Gender.FEMALE,
            el_status=ElStatus.NEVER,
            days_member=20,
            low_income=bool(rng.random() < 0.5),
            swd=bool(rng.random() < 0.2),
            days_attended=int(rng.integers(15, 21)),
        )


def _scores(
    students: list[Student], code: str, year: int, values: np.ndarray
) -> Iterator[Score]:
    measure, when = MeasureFactory(code=code, domain=code), SchoolYearFactory(year=year)
    for student, value in zip(students, values.tolist(), strict=True):
        yield Score(
            student=student,
            measure=measure,
            school_year=when,
            period=Period.SPRING,
            observed_on=date(year, 4, 15),
            status=ScoreStatus.VALID,
            value=value,
        )


def _spells(
    students: list[Student],
    schools: list[School],
    takes_part: np.ndarray,
    program: Program,
    days: int,
) -> Iterator[Enrollment]:
    seat, year = count(1), SchoolYearFactory(year=2026)
    offering = OfferingFactory(
        program=program, school=schools[0], school_year=year, capacity=None
    )
    for i in np.flatnonzero(takes_part):
        yield EnrollmentFactory.build(
            student=students[i],
            offering=offering,
            program=program,
            seat=next(seat),
            first_day=FIRST_DAY + timedelta(int(i) % days),
            planned_last_day=offering.last_day,
        )


def queued_run(plan: dict[str, Any], program: Program) -> Run:
    by = UserFactory(admin=True)
    drafted = evaluations.draft(
        by=by,
        name="Did it help?",
        program=program,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        outcome_year=SchoolYearFactory(year=2026),
        design=plan,
    )
    locked = evaluations.lock(drafted, by=by, version=drafted.version)
    return runs.make(evaluation=locked, by=by)[0]


def wrong(run: Run) -> str:
    """What is wrong with a run, "" when the known effect is in its stored report."""
    run.refresh_from_db()
    if run.state != RunState.DONE:
        return run.error or run.state
    report = json.loads(run.findings.report)
    estimate = report["effects"][0]["estimate"]
    if estimate is None or abs(estimate - EFFECT) > TOLERANCE:
        return f"the effect is {EFFECT} points, found {estimate}"
    stored = MatchedStudent.objects.filter(run=run, is_participant=True).count()
    if stored != report["sample"]["matched_treated"]:
        return f"{stored} matched participants are stored, not those of the report"
    return ""
