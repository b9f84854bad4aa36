"""Ten years of a district, made in the database itself: a snapshot a student and year.

Only the latest lies within the 400 days that a window looks back.
"""

from datetime import date, timedelta

import numpy as np
from django.db import connection, transaction

from benchmarks.product import FIRST_DAY, GRADES, STUDENTS_A_SCHOOL
from benchmarks.registry import enrolled
from enrollment.models import ElStatus, Program, RaceEthnicity, School, Student
from outcomes.cohorts import SNAPSHOT_DAYS
from tests.factories import SchoolFactory, SchoolYearFactory

YEARS = 10
STUDENTS = """
INSERT INTO enrollment_student
    (version, lasid, sasid, first_name, last_name, birth_date)
WITH RECURSIVE place (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i < %s)
SELECT 1, CAST(1000000 + i AS text), CAST(1000000000 + i AS text), 'A', 'Student', %s
FROM place"""
SNAPSHOTS = """
INSERT INTO enrollment_studentyear
    (version, student_id, school_year_id, collection, as_of, school_id, grade,
     race_ethnicity, gender, el_status, swd, low_income, days_member, days_attended)
SELECT 1, s.id, %s, 'oct', %s, {first} + s.id %% {schools}, {grade},
       {race}, CASE WHEN s.id %% 2 = 0 THEN 'F' ELSE 'M' END, {status},
       s.id * 7919 %% 97 < 17, {poor}, 20, 10 + s.id * 31 %% 11
FROM enrollment_student s"""


def fill(n: int) -> None:
    """n snapshots, a tenth of them of each year. Their schools are as many as usual."""
    students = n // YEARS
    schools = [SchoolFactory() for _ in range(max(1, students // STUDENTS_A_SCHOOL))]
    years = [SchoolYearFactory(year=2026 - i) for i in range(YEARS)]
    sql = SNAPSHOTS.format(
        first=School.objects.order_by("pk").values_list("pk", flat=True)[0],
        schools=len(schools),
        grade=_dealt([*GRADES], 13),
        race=_dealt([*RaceEthnicity.values, None], 7),
        status=_dealt([*ElStatus.values, None], 3),
        poor="CASE WHEN s.id %% 19 = 0 THEN NULL ELSE s.id * 61 %% 101 < 50 END",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # each key exists, and to look takes long
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(STUDENTS, [students, date(2015, 3, 14)])
        for i, year in enumerate(years):
            as_of = FIRST_DAY - timedelta(5 + i * (SNAPSHOT_DAYS + 1))
            cursor.execute(sql, [year.pk, as_of])
        cursor.execute("ANALYZE")


def _dealt(words: list[str | None], step: int) -> str:
    """SQL that gives each student one of the words, NULL for None."""
    said = ["NULL" if word is None else f"'{word}'" for word in words]
    cases = " ".join(f"WHEN {i} THEN {word}" for i, word in enumerate(said))
    return f"CASE s.id * {step} %% {len(words)} {cases} END"


def twentieths() -> Program:
    """What one student in twenty takes part in, by lot."""
    students = [*Student.objects.order_by("pk")]
    takes_part = np.random.default_rng(5).random(len(students)) < 1 / 20
    return enrolled(students, [*School.objects.all()], takes_part)
