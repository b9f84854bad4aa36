"""The means, shares and sizes of school-grades in years that were over at the start."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from enrollment.models import StudentYear
from outcomes.rows import fetch, last_by_student, latest_scores
from outcomes.school_grades import SHARES, SchoolGradeColumn

PLACE = ["school", "grade"]
AS_LABEL = {True: "yes", False: "no"}


def facts_of_school_grades(
    columns: Iterable[SchoolGradeColumn], places: pd.DataFrame, first_day: date
) -> pd.DataFrame:
    """For students who sit in `places` (school, grade), what was so there before.

    A school-grade without anybody in that year is unknown; its size is then 0.
    """
    known = places.dropna().drop_duplicates()
    out = pd.DataFrame(index=places.index)
    sat: dict[int, pd.DataFrame] = {}
    for column in columns:
        if column.year not in sat:
            sat[column.year] = _sat(column.year, first_day)
        value = _value(column, sat[column.year], first_day)
        named = value.reindex(pd.MultiIndex.from_frame(known)).rename(column.name)
        if not column.measure and not column.fact:
            named = named.fillna(0)
        out[column.name] = places.join(named, on=PLACE)[column.name]
    return out


def _sat(year: int, first_day: date) -> pd.DataFrame:
    """By student, the school and grade of the year's last snapshot, and its facts."""
    dated = StudentYear.objects.filter(school_year=year, as_of__lt=first_day)
    facts = {name: name for name in SHARES}
    rows = dated.order_by("as_of", "collection")
    sat = last_by_student(
        fetch(rows, student="student", school="school__code", grade="grade", **facts)
    )
    for flag in ("swd", "low_income"):
        sat[flag] = sat[flag].map(AS_LABEL)
    return sat


def _value(column: SchoolGradeColumn, sat: pd.DataFrame, first_day: date) -> pd.Series:
    """By school and grade."""
    if column.measure:
        before = column.scores().filter(observed_on__lt=first_day)
        score = latest_scores(before, column.measure).astype(float)
        return sat[PLACE].join(score, how="inner").groupby(PLACE)["value"].mean()
    if column.fact:
        fact, _, label = column.fact.partition("=")
        there = sat[sat[fact].notna()]
        return there[fact].eq(label).groupby([there[c] for c in PLACE]).mean()
    return sat.groupby(PLACE).size().astype(float)
