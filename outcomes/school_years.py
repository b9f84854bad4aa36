"""School years as they passed: which one a day is in, and which one follows it.

A window may span several. The outcome year of an entry lies as far from the entry's
school year as the evaluation's outcome year does from that of the window's first day.
"""

from dataclasses import dataclass

import numpy as np

from enrollment.models import SchoolYear
from outcomes.designs.errors import InputError
from outcomes.models import Evaluation
from outcomes.plans import ScoreColumn
from outcomes.rows import fetch


@dataclass(frozen=True)
class SchoolYears:
    """years, last_days : (y,) in order, days as ordinals; lag : in years."""

    years: np.ndarray
    last_days: np.ndarray
    lag: int

    @classmethod
    def of(cls, evaluation: Evaluation) -> "SchoolYears":
        rows = SchoolYear.objects.order_by("last_day")
        found = fetch(rows, year="year", last_day="last_day")
        years = cls(found["year"].to_numpy(), found["last_day"].to_numpy(), lag=0)
        first_day = np.array([evaluation.first_day.toordinal()])
        lag = evaluation.outcome_year.year - int(years.at(first_day)[0])
        return cls(years.years, years.last_days, lag)

    def at(self, days: np.ndarray) -> np.ndarray:
        """(n,) the school year that each day is in or, in summer, that is next."""
        place = np.searchsorted(self.last_days, days)
        if (place == len(self.years)).any():
            raise InputError(
                "a spell begins after the last school year that is known; add the "
                "school year",
                "no_school_year",
            )
        return self.years[place]

    def asked(self, column: ScoreColumn, days: np.ndarray) -> np.ndarray:
        """(n,) the year of an outcome's scores for entries on those days."""
        if not column.follows_entry:
            return np.full(len(days), column.year)
        return self.at(days) + self.lag

    def is_over(self, year: int, days: np.ndarray) -> np.ndarray:
        """(n,) whether the year ended before each day; False for an unknown year."""
        is_it = self.years == year
        return np.full(len(days), is_it.any()) & (
            self.last_days[is_it].max(initial=0) < days
        )
