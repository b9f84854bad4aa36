"""Dated rows as arrays, looked up by student and day, many at once."""

from dataclasses import dataclass

import numpy as np

NOBODY = -1
DAY_BITS = 22  # NEVER has 22; what is left of 64 holds any key of a student


@dataclass(frozen=True)
class Dated:
    """Finds the last row of a student before a day, among many at once.

    keys : (n,) ascending, student and day in one number; rows : (n,) where each came
    from.
    """

    keys: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, students, days) -> "Dated":
        """From rows in the order in which the last counts: of two rows of a student and
        a day the later one is found. days : (n,) ordinals."""
        keys = _keys(students, days)
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], order)

    def last_before(self, students, days) -> np.ndarray:
        """(m,) the row of each student's last day before that day, or NOBODY."""
        if not len(self.keys):
            return np.full(np.shape(students), NOBODY)
        students = np.asarray(students, dtype=np.int64)
        place = np.searchsorted(self.keys, _keys(students, days)) - 1
        is_his = (place >= 0) & (self.keys[place] >> DAY_BITS == students)
        return np.where(is_his, self.rows[place], NOBODY)


def _keys(students, days) -> np.ndarray:
    students, days = (np.asarray(each, dtype=np.int64) for each in (students, days))
    return (students << DAY_BITS) | days
