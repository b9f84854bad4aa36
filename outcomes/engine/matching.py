"""From a design to matched sets: the table of methods, and the check of each result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.cardinality import balanced_students
from outcomes.engine.coarsened import coarsened_cells
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.distance import Space, space
from outcomes.engine.entries import one_row_each
from outcomes.engine.entropy import entropy_weights
from outcomes.engine.entry_turns import Matcher, by_entry
from outcomes.engine.exact import exact_cells
from outcomes.engine.full import match_full
from outcomes.engine.inverse_probability import participation_weights
from outcomes.engine.limits import Limits, cells_of, limits
from outcomes.engine.matched import Matched, from_cells, nobody
from outcomes.engine.nearest import match_nearest
from outcomes.engine.notices import Notices
from outcomes.engine.optimal import match_optimal
from outcomes.engine.promises import check_promises
from outcomes.engine.propensity import Propensity
from outcomes.engine.study import CLUSTER_SET, Study
from outcomes.engine.subclasses import subclass_cells
from outcomes.terms import Estimand, Method


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The sets and what they were made from; without a distance there is no space."""

    study: Study
    matched: Matched
    limits: Limits
    space: Space | None

    @property
    def fitted(self) -> Propensity | None:
        return None if self.space is None else self.space.propensity


Way: TypeAlias = Callable[[Study, Design, Notices], Arrangement]

IN_TURN = (Method.NEAREST, Method.OPTIMAL)  # entry after entry; others all at once


def arrange(study: Study, design: Design, warn: Notices) -> Arrangement:
    """Match by the design's method, then check every promise on the finished sets.

    Raises PromiseBroken for a result that breaks its own design.
    """
    if study.repeats is not None and not _goes_by_turns(design):
        nobody_yet = np.zeros(study.n, dtype=bool)
        study = study.where(_one_row_each(study, design, nobody_yet))
    arrangement = METHODS[design.method](study, design, warn)
    check_promises(
        study, design, arrangement.limits, arrangement.matched, arrangement.space
    )
    return arrangement


def _goes_by_turns(design: Design) -> bool:
    """Whether participants choose entry after entry. Elsewhere others are weighed too,
    all at once, or choose: then each of them needs one day, before the match."""
    return design.method in IN_TURN and design.estimand == Estimand.ATT


def each_student_once(found: Arrangement, design: Design) -> Arrangement:
    """The same sets, where a student stands in the rows in which he was matched, or in
    one. So whatever looks at everyone counts everyone once."""
    study, matched = found.study, found.matched
    if study.repeats is None:
        return found
    kept = _one_row_each(study, design, matched.weights() > 0)
    place = np.cumsum(kept) - 1
    return Arrangement(
        study.where(kept),
        replace(matched, treated=study.treated[kept], rows=place[matched.rows]),
        found.limits.where(kept),
        None if found.space is None else found.space.where(kept),
    )


def _one_row_each(study: Study, design: Design, matched: Flags) -> Flags:
    assert study.entries is not None
    taken, treated = study.treated | matched, study.treated
    number = study.exact.get(CLUSTER_SET)
    open_to = None if number is None else number != UNKNOWN
    return one_row_each(
        study.entries, study.units, treated, taken, design.seed, open_to
    )


def _by_distance(match: Matcher) -> Way:
    """The way to matched sets of a method that measures how far students are apart."""

    def arranged(study: Study, design: Design, warn: Notices) -> Arrangement:
        measure = space(study, design, warn)
        bounds = limits(study, design, measure, warn)
        matched = (
            nobody(study.treated)
            if measure.is_separated
            else by_entry(match, study, design, measure, bounds)
        )
        return Arrangement(study, matched, bounds, measure)

    return arranged


def _for_either_arm(match: Matcher) -> Matcher:
    """The same match with the roles exchanged where the effect is on comparison
    students: then they choose, and participants are chosen."""

    def matched(study: Study, design: Design, space: Space, limits: Limits) -> Matched:
        if design.estimand != Estimand.ATC:
            return match(study, design, space, limits)
        return match(study.swapped(), design, space, limits).swapped()

    return matched


def _exact(study: Study, design: Design, warn: Notices) -> Arrangement:
    return _in_cells(study, design, exact_cells(study))


def _coarsened(study: Study, design: Design, warn: Notices) -> Arrangement:
    return _in_cells(study, design, coarsened_cells(study, design))


def _subclass(study: Study, design: Design, warn: Notices) -> Arrangement:
    measure = space(study, design, warn)
    return _in_cells(study, design, subclass_cells(study, design, measure), measure)


def _entropy(study: Study, design: Design, warn: Notices) -> Arrangement:
    cell = cells_of(study)
    kept = from_cells(cell, study.treated).weights() > 0
    weights = entropy_weights(study, design, cell, kept) if kept.any() else None
    return _in_cells(study, design, cell, weights=weights)


def _inverse_probability(study: Study, design: Design, warn: Notices) -> Arrangement:
    measure = space(study, design, warn)
    weights = participation_weights(measure, study.treated, design.estimand, warn)
    return _in_cells(study, design, cells_of(study), measure, weights)


def _cardinality(study: Study, design: Design, warn: Notices) -> Arrangement:
    """The students taken are one set a cell: balance is in the group, not in pairs."""
    cell = cells_of(study)
    sought = study if design.estimand == Estimand.ATT else study.swapped()
    chosen = np.where(balanced_students(sought, design, cell, warn), cell, UNKNOWN)
    matched = from_cells(chosen, study.treated, estimand=design.estimand)
    return Arrangement(study, matched, Limits(cell), None)


def _in_cells(
    study: Study,
    design: Design,
    cell: Ints,
    measure: Space | None = None,
    weights: Floats | None = None,
) -> Arrangement:
    is_separated = measure is not None and measure.is_separated
    matched = (
        nobody(study.treated)
        if is_separated
        else from_cells(cell, study.treated, weights, design.estimand)
    )
    return Arrangement(study, matched, Limits(cell), measure)


METHODS: Mapping[Method, Way] = {
    Method.NEAREST: _by_distance(_for_either_arm(match_nearest)),
    Method.OPTIMAL: _by_distance(_for_either_arm(match_optimal)),
    Method.FULL: _by_distance(match_full),
    Method.EXACT: _exact,
    Method.CEM: _coarsened,
    Method.SUBCLASS: _subclass,
    Method.CARDINALITY: _cardinality,
    Method.ENTROPY: _entropy,
    Method.IPW: _inverse_probability,
}
