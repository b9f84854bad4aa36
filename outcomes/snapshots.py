"""What was known of a student on a day: the facts of the latest snapshot before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from enrollment.models import School, Student, StudentYear
from outcomes.cohorts import SNAPSHOT_DAYS, Cohort
from outcomes.dated import NOBODY, Dated
from outcomes.models import Evaluation
from outcomes.rows import fetch

ORDER = ("as_of", "school_year", "collection")  # the last counts
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
        )
        named = [fact.partition("=")[0] for fact in facts]
        wanted = {name for fact in named for name in READ_FROM.get(fact, (fact,))}
        columns = {name: name for name in sorted(wanted.union(ORDER))}
        table = fetch(rows, student="student", **columns)
        table = table.sort_values(list(ORDER), ignore_index=True)
        as_of = table.pop("as_of").to_numpy()
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
        return self.table[name].array.take(cohort.snapshot)

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
        table["high_needs"] = _yes_no(_high_needs(table))
    for flag in {"swd", "low_income"} & set(table):
        table[flag] = _yes_no(table[flag])
    if {"school", "school_level"} & set(facts):
        schools = fetch(School.objects.all(), pk="pk", code="code", level="level")
        place = pd.Index(schools["pk"]).get_indexer(table["school"])
        for fact, column in (("school_level", "level"), ("school", "code")):
            words = schools[column].mask(schools[column] == "")
            table[fact] = words.array.take(place)


def _yes_no(flags: pd.Series) -> pd.Categorical:
    codes = flags.to_numpy(dtype=np.int8, na_value=-1)
    return pd.Categorical.from_codes(codes, ["no", "yes"])


def _high_needs(table: pd.DataFrame) -> pd.Series:
    """Yes when any of the three is, no when none is, unknown otherwise."""
    status = table["el_status"]
    english_learner = status.isin(["current", "former"]).astype("boolean")
    return table["low_income"] | table["swd"] | english_learner.mask(status.isna())


def _of_birth(name: str, cohort: Cohort) -> np.ndarray:
    """(n,) the year of birth, or the age in years on the own index date."""
    births = Student.objects.filter(birth_date__isnull=False)
    rows = fetch(births, student="pk", born="birth_date").sort_values("student")
    student, born = rows["student"].to_numpy(), rows["born"].to_numpy()
    if not len(student):
        return np.full(len(cohort.student), np.nan)
    place = np.searchsorted(student, cohort.student) % len(student)
    is_his = student[place] == cohort.student
    if name == "birth_year":
        return np.where(is_his, _years(born)[place], np.nan)
    return np.where(is_his, (cohort.index_date - born[place]) / 365.25, np.nan)


def _years(days: np.ndarray) -> np.ndarray:
    """(n,) the year that each day is in."""
    since = (days - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    return since.astype("datetime64[Y]").astype(np.int64) + 1970
