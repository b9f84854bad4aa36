"""When whole clusters begin: a school-grade has one start in a school year, its first.

Rosters come in over weeks. Who stands on one later began when the school-grade did, if
it was his by then; who came to it afterwards joined it, and was not assigned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from outcomes.dated import NOBODY
from outcomes.designs.errors import InputError
from outcomes.school_years import SchoolYears


@dataclass(frozen=True)
class ClusterStarts:
    """cluster : (s,) code of each snapshot's, NOBODY where it names none."""

    cluster: np.ndarray
    years: SchoolYears

    @classmethod
    def of(
        cls, snapshots: pd.DataFrame, columns: Sequence[str], years: SchoolYears
    ) -> "ClusterStarts":
        """snapshots : a row each, with their facts; columns : that name a cluster."""
        for column in columns:
            if column not in snapshots:
                raise InputError(
                    f'"{column}" names a cluster and is no fact of a snapshot, so no '
                    "day is known on which such a cluster began; name clusters by "
                    'facts such as school and grade, or set "entry" to null',
                    "no_cluster_start",
                )
        facts = snapshots[[*columns]]
        code = facts.groupby([*columns], sort=False, dropna=False).ngroup().to_numpy()
        return cls(np.where(facts.isna().any(axis=1), NOBODY, code), years)

    def first_days(self, snapshot: np.ndarray, started: np.ndarray) -> np.ndarray:
        """(p,) the first day on which anybody of the participant's cluster began in the
        school year; the own where no cluster is known.

        snapshot : (p,) that says where each was when he began; started : (p,) that day.
        """
        there = pd.DataFrame(
            {
                "cluster": self._at(snapshot),
                "year": self.years.at(started),
                "day": started,
            }
        )
        first = there.groupby(["cluster", "year"])["day"].transform("min").to_numpy()
        return np.where(there["cluster"] == NOBODY, started, first)

    def are_the_same(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """(p,) whether two snapshots of each participant show him in one cluster."""
        return self._at(one) == self._at(other)

    def _at(self, snapshot: np.ndarray) -> np.ndarray:
        if not len(self.cluster):
            return np.full(len(snapshot), NOBODY)
        return np.where(snapshot == NOBODY, NOBODY, self.cluster[snapshot])
