"""What was known of a student on a day: the facts of the latest snapshot before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from enrollment.models import School, Student, StudentYear
from outcomes.cohorts import SNAPSHOT_DAYS, Cohort
from outcomes.dated import NOBODY, Dated, ordinals
from outcomes.models import Evaluation
from outcomes.rows import fetch

YES_NO = {True: "yes", False: "no"}
DAYS = ("days_attended", "days_member")
READ_FROM = {  # the columns of a snapshot behind a fact; any other fact is one itself
    "school_level": ("school",),
    "high_needs": ("low_income", "swd", "el_status"),
    "attendance_rate": DAYS,
    "birth_year": (),
    "age": (),
}


@dataclass(frozen=True)
class Snapshots:
    """Every snapshot that the window can ask for, with the facts that were named.

    table : one row a snapshot; as_of : (s,) its day; dated : finds them.
    """

    table: pd.DataFrame
    as_of: np.ndarray
    dated: Dated

    @classmethod
    def of(cls, evaluation: Evaluation, facts: Iterable[str]) -> "Snapshots":
        earliest = evaluation.first_day - timedelta(SNAPSHOT_DAYS)
        rows = StudentYear.objects.filter(
            as_of__lt=evaluation.last_day, as_of__gte=earliest
        ).order_by("as_of", "school_year", "collection")
        named = [fact.partition("=")[0] for fact in facts]
        wanted = {name for fact in named for name in READ_FROM.get(fact, (fact,))}
        columns = {name: name for name in sorted(wanted)}
        table = fetch(rows, student="student", as_of="as_of", **columns)
        as_of = ordinals(table.pop("as_of"))
        _derive(table, named)
        return cls(table, as_of, Dated.of(table["student"], as_of))

    def fact(self, fact: str, cohort: Cohort) -> np.ndarray:
        """(n,) a fact of each row of the cohort, before its own index date."""
        name, equals, label = fact.partition("=")
        if equals:
            known = self.fact(name, cohort)
            return np.where(pd.isna(known), np.nan, known == label)
        if name == "attendance_rate":
            return self._attendance_rate(cohort)
        if name in {"birth_year", "age"}:
            return _of_birth(name, cohort)
        return self.table[name].to_numpy()[cohort.snapshot]

    def _attendance_rate(self, cohort: Cohort) -> np.ndarray:
        """Of the latest snapshot that counted a day in membership."""
        days = self.table[list(DAYS)].astype(float)
        counted = np.flatnonzero(days["days_member"] > 0)
        rate = (days["days_attended"] / days["days_member"]).to_numpy()[counted]
        counted = counted[~np.isnan(rate)]
        rate = rate[~np.isnan(rate)]
        as_of = self.as_of[counted]
        dated = Dated.of(self.table["student"].to_numpy()[counted], as_of)
        place = dated.last_before(cohort.student, cohort.index_date)
        if not len(rate):
            return np.full(len(place), np.nan)
        is_recent = cohort.index_date - as_of[place] <= SNAPSHOT_DAYS
        return np.where((place != NOBODY) & is_recent, rate[place], np.nan)


def _derive(table: pd.DataFrame, facts: list[str]) -> None:
    """Facts that are read from others, and all of them in the words of the district."""
    if "high_needs" in facts:
        table["high_needs"] = _high_needs(table).map(YES_NO)
    for flag in {"swd", "low_income"} & set(table):
        table[flag] = table[flag].map(YES_NO)
    if {"school", "school_level"} & set(facts):
        schools = fetch(School.objects.all(), pk="pk", code="code", level="level")
        schools = schools.set_index("pk").replace("", None)
        table["school_level"] = table["school"].map(schools["level"])
        table["school"] = table["school"].map(schools["code"])


def _high_needs(table: pd.DataFrame) -> pd.Series:
    """Yes when any of the three is, no when none is, unknown otherwise."""
    english_learner = table["el_status"].map(
        {"current": True, "former": True, "never": False}
    )
    flags = [table["low_income"], table["swd"], english_learner]
    any_yes = pd.concat([flag.eq(True) for flag in flags], axis=1).any(axis=1)
    all_no = pd.concat([flag.eq(False) for flag in flags], axis=1).all(axis=1)
    return pd.Series(None, table.index, object).mask(any_yes, True).mask(all_no, False)


def _of_birth(name: str, cohort: Cohort) -> np.ndarray:
    """(n,) the year of birth, or the age in years on the own index date."""
    births = Student.objects.filter(birth_date__isnull=False).order_by("pk")
    rows = fetch(births, student="pk", born="birth_date")
    student, born = rows["student"].to_numpy(dtype=np.int64), ordinals(rows["born"])
    year = np.array([day.year for day in rows["born"]], dtype=float)
    if not len(student):
        return np.full(len(cohort.student), np.nan)
    place = np.searchsorted(student, cohort.student) % len(student)
    is_his = student[place] == cohort.student
    age = (cohort.index_date - born[place]) / 365.25
    return np.where(is_his, year[place] if name == "birth_year" else age, np.nan)
