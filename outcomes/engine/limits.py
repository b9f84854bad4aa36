"""What a match must respect, in the units of the data: cells, calipers, arms."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from outcomes.designs.design import DISTANCE, SCORES, Design
from outcomes.designs.errors import InputError
from outcomes.engine.arrays import Flags, Floats, Ints, by_code
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.distance import Space
from outcomes.engine.notices import Warn
from outcomes.engine.study import Study
from outcomes.engine.support import beyond_support
from outcomes.terms import CaliperUnit, Discard


@dataclass(frozen=True, slots=True)
class Within:
    """A caliper on numbers: two students' values (n,) may differ by at most `width`."""

    on: str
    values: Floats
    width: float


@dataclass(frozen=True, slots=True)
class Limits:
    """cell : (n,) code of the exact cell, -1 where a part of it is missing;
    apart : (n,) codes that must differ within a pair; width : on the distance itself,
    infinite without a caliper; within : calipers on other numbers; beyond : (n,) who is
    discarded for want of common support; reuse : at most how often a comparison student
    serves, where the design says so; tiers : (n,) codes, alike in the first of which a
    participant wants his match most; persons : (n,) who is behind a row, None where
    nobody stands in two; served : (n,) how often he has served before."""

    cell: Ints
    apart: tuple[Ints, ...] = ()
    width: float = float("inf")
    within: tuple[Within, ...] = ()
    beyond: Flags | None = None
    reuse: int | None = None
    tiers: tuple[Ints, ...] = ()
    persons: Ints | None = None
    served: Ints | None = None

    @property
    def has_caliper(self) -> bool:
        return bool(self.within) or np.isfinite(self.width).item()

    @property
    def known(self) -> Flags:
        """(n,) students who may be matched: every limited column is there, and none is
        discarded."""
        known: Flags = self.cell != UNKNOWN
        if self.beyond is not None:
            known = known & ~self.beyond
        for code in self.apart:
            known = known & (code != UNKNOWN)
        for caliper in self.within:
            known = known & ~np.isnan(caliper.values)
        return known

    def forbid(self, allowed: Flags, one: Ints | int, other: Ints) -> None:
        """Strikes from `allowed` (m,) the pairs that are alike where they must differ
        or farther apart than a caliper on a number lets them; cell and distance are
        not looked at."""
        for code in self.apart:
            allowed &= code[other] != code[one]
        for caliper in self.within:
            gap = np.abs(caliper.values[other] - caliper.values[one])
            allowed &= gap <= caliper.width

    def where(self, rows: Ints | Flags) -> "Limits":
        """Those rows only, in the same units."""
        return replace(
            self,
            cell=self.cell[rows],
            apart=tuple(code[rows] for code in self.apart),
            within=tuple(replace(w, values=w.values[rows]) for w in self.within),
            beyond=None if self.beyond is None else self.beyond[rows],
            tiers=tuple(code[rows] for code in self.tiers),
            persons=None if self.persons is None else self.persons[rows],
            served=None if self.served is None else self.served[rows],
        )

    def times_served(self, rows: Ints) -> Ints:
        """(n,) how often each student serves when these rows (m,) do."""
        if self.persons is None:
            return np.bincount(rows, minlength=len(self.cell))
        most = int(self.persons.max(initial=-1)) + 1
        return np.bincount(self.persons[rows], minlength=most)[self.persons]


def limits(study: Study, design: Design, space: Space, warn: Warn) -> Limits:
    """Resolve the design's constraints to widths in the units of the data."""
    within = [
        _within(name, design, study, space)
        for name in design.caliper
        if name != DISTANCE
    ]
    width = float("inf")
    on_distance = design.caliper.get(DISTANCE)
    if on_distance is not None:
        if space.score is not None or on_distance.unit == CaliperUnit.RAW:
            width = on_distance.width * _sd(space.score, on_distance.unit, DISTANCE)
        else:
            within.append(_on_score(on_distance.width, space))
            warn(
                "caliper_on_score",
                f"A {design.distance} distance has no SD, so the caliper of "
                f"{on_distance.width:g} SD is on the propensity score.",
            )
    return Limits(
        cells_of(study),
        tuple(study.anti_exact.values()),
        width,
        tuple(within),
        _beyond(study, design, space),
        design.reuse,
        tuple(_alike(study, columns) for columns in design.prefer),
        study.repeats.persons if study.repeats else None,
    )


def _beyond(study: Study, design: Design, space: Space) -> Flags | None:
    if design.discard == Discard.NONE:
        return None
    return beyond_support(_score(SCORES[0], space), study.treated, design.discard)


def _alike(study: Study, columns: tuple[str, ...]) -> Ints:
    return cells([study.preferred[column] for column in columns], study.n)


def cells_of(study: Study, *more: Ints) -> Ints:
    """(n,) cells of students alike in every exact column, and in these codes (n,)."""
    return cells([*study.exact.values(), *more], study.n)


def cells(codes: list[Ints], n: int) -> Ints:
    """(n,) one code a combination of codes, -1 where any of them is missing."""
    if not codes:
        return np.broadcast_to(np.int64(0), n)  # which takes no room
    cell, gone = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    for code in codes:
        gone |= code == UNKNOWN
        cell *= int(code.max(initial=0)) + 2
        cell += code + 1
        cell = _numbered(cell)  # anew each time, so that no product overflows
    cell[gone] = UNKNOWN
    return cell


def _numbered(codes: Ints) -> Ints:
    """(n,) the place of each code >= 0 among those that are there."""
    if codes.max(initial=0) > len(codes):  # too many to count each
        places: Ints = pd.factorize(codes, sort=True)[0]
        return places
    is_there = np.bincount(codes) > 0
    return (np.cumsum(is_there) - 1)[codes]


def by_cell(rows: Ints, cell: Ints) -> dict[int, Ints]:
    """The rows of each cell, by its code, in the order in which they come."""
    order = by_code(cell[rows])
    edges = np.flatnonzero(np.diff(cell[rows[order]])) + 1
    parts = np.split(rows[order], edges)
    return {int(cell[part[0]]): part for part in parts if len(part)}


def _within(name: str, design: Design, study: Study, space: Space) -> Within:
    caliper = design.caliper[name]
    values = study.calipers[name] if name in study.calipers else _score(name, space)
    return Within(name, values, caliper.width * _sd(values, caliper.unit, name))


def _score(name: str, space: Space) -> Floats:
    assert space.propensity is not None
    return space.propensity.score if name == SCORES[0] else space.propensity.logit


def _on_score(width: float, space: Space) -> Within:
    score = _score(SCORES[0], space)
    return Within(SCORES[0], score, width * _sd(score, CaliperUnit.SD, SCORES[0]))


def _sd(values: Floats | None, unit: CaliperUnit, name: str) -> float:
    """The length of one caliper unit: the SD over both arms together, or 1."""
    if unit == CaliperUnit.RAW or values is None:
        return 1.0
    is_gone = np.isnan(values)
    present = values[~is_gone] if is_gone.any() else values
    if len(present) < 2:
        raise InputError(
            f'the caliper on "{name}" is in SDs, but the column has fewer than two '
            "values; give a raw width",
            "no_sd",
        )
    return float(present.std(ddof=1))
