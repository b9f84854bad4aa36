"""How far apart the distributions of a covariate are in the two arms."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.estimable import attempt


class Gap(NamedTuple):
    """Between two distribution functions: at its widest (KS), and on average."""

    largest: float
    mean: float


@dataclass(frozen=True, slots=True)
class Distributions:
    """Participants and whoever has a weight, for whom alone a function's place is
    looked up. What hangs on no covariate is found once.

    rows : (m,) these students; is_own : (m,) the participants; rise : (m,) by how much
    each lifts F_T - F_C of the weighted arms, times `whole`; n : how many there are.
    """

    n: int
    rows: Ints
    is_own: Flags
    rise: Floats
    whole: float

    @classmethod
    def of(cls, treated: Flags, weights: Floats) -> "Distributions":
        """weights : (n,), 0 for the unmatched."""
        rows = np.flatnonzero(treated | (weights > 0))
        is_own, w = treated[rows], weights[rows]
        t, c = float(np.sum(w[is_own])), float(np.sum(w[~is_own]))
        # Not w/t and w/c, so that counts add up without rounding.
        return cls(len(treated), rows, is_own, w * np.where(is_own, c, -t), t * c)

    def gaps(self, x: Floats) -> tuple[Gap, Gap | NotEstimable]:
        """|F_T - F_C| of x (n,) before matching and after: the largest, and the mean
        over the different values of everyone, with a match or without.

        Source: MatchIt 4.7.2, `eCDF Max` and `eCDF Mean` of its summary.
        """
        values, upto = _different(x)
        some = x[self.rows]
        order = np.argsort(some)
        place = np.searchsorted(values, some[order])
        del values, some  # as long as the table, and of no more use
        after = attempt(self._after, place, self.rise[order], len(upto))
        return self._before(place[self.is_own[order]], upto), after

    def _before(self, place: Ints, upto: Floats) -> Gap:
        """F_T - F_C = (n T - n_T (T + C)) / n_T n_C, so that participants alone need to
        be looked up. place : (n_T,) in order; upto : (g,), which is used up."""
        n_t = len(place)
        own = np.arange(0.0, n_t * self.n + 1, self.n)
        gaps = own.repeat(np.diff(place, prepend=0, append=len(upto)))
        upto *= n_t
        gaps -= upto
        np.abs(gaps, out=gaps)
        whole = n_t * (self.n - n_t)
        return Gap(float(gaps.max()) / whole, float(gaps.mean()) / whole)

    def _after(self, place: Ints, rise: Floats, g: int) -> Gap:
        """place, rise : (m,) in order, of g different values."""
        if not self.whole:
            raise NotEstimable("nobody was matched")
        gaps = np.abs(np.cumsum(rise))
        holds = np.diff(place, append=g)  # at how many values; at 0 among equal ones
        largest, total = float(gaps[holds > 0].max()), float(gaps @ holds)
        return Gap(largest / self.whole, total / g / self.whole)


def _different(x: Floats) -> tuple[Floats, Floats]:
    """(g,) the different values in order, and how many are up to each."""
    values: Floats = np.sort(x)
    upto = np.arange(1.0, len(x) + 1)
    is_last = np.append(values[1:] != values[:-1], True)
    return (values, upto) if is_last.all() else (values[is_last], upto[is_last])
