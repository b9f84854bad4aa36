"""Who has no outcome, by arm and by group: leavers are seldom like those who stay.

For matched studies this is a description. The What Works Clearinghouse bounds attrition
for randomised trials and judges other designs on those who are left, so no boundary is
claimed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.estimable import Number, attempt, known
from outcomes.engine.lost import groups_of
from outcomes.engine.study import Study

ALL, MATCHED = "all", "matched"
# Participants and comparison students at the index date, then those with the outcome.
Counts: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class AttritionRow:
    """One outcome in one group (None: everyone, or a group that is not known).

    of : all who could be matched, or those who were. n_ : at the index date, with_ :
    those of them who have the outcome; differential : share missing of participants
    minus that of comparison students.
    """

    outcome: str
    of: str
    dimension: str | None
    group: str | None
    n_treated: int
    n_comparison: int
    with_treated: int
    with_comparison: int
    share_missing: Number
    share_missing_treated: Number
    share_missing_comparison: Number
    differential: Number
    text: str


def attrition(
    study: Study, outcome: str, values: Floats, is_matched: Flags
) -> list[AttritionRow]:
    """All, then the matched; in each everyone, then each group of each dimension.

    values : (n,) of the outcome, NaN where missing; is_matched : (n,). Students are
    counted, not weighted. Source: WWC Procedures Handbook 4.1, overall and differential
    attrition.
    """
    has_outcome = ~np.isnan(values)
    rows = []
    for of, member in ((ALL, np.ones(study.n, bool)), (MATCHED, is_matched)):
        for dimension, group, part in _parts(study, member):
            counts = _counts(study.treated, part, has_outcome)
            rows.append(_row(outcome, of, dimension, group, counts))
    return rows


def _parts(
    study: Study, member: Flags
) -> Iterator[tuple[str | None, str | None, Flags]]:
    yield None, None, member
    for dimension, labels in study.groups.items():
        for group, of_group in groups_of(labels):
            yield dimension, group, of_group & member


def _counts(treated: Flags, part: Flags, has_outcome: Flags) -> Counts:
    arms = part & treated, part & ~treated
    return (
        int(arms[0].sum()),
        int(arms[1].sum()),
        int((arms[0] & has_outcome).sum()),
        int((arms[1] & has_outcome).sum()),
    )


def _row(
    outcome: str,
    of: str,
    dimension: str | None,
    group: str | None,
    counts: Counts,
) -> AttritionRow:
    n_treated, n_comparison, with_treated, with_comparison = counts
    both = n_treated + n_comparison, with_treated + with_comparison
    missing_treated = attempt(_missing, n_treated, with_treated)
    missing_comparison = attempt(_missing, n_comparison, with_comparison)
    differential = attempt(lambda: known(missing_treated) - known(missing_comparison))
    return AttritionRow(
        outcome,
        of,
        dimension,
        group,
        *counts,
        share_missing=attempt(_missing, *both),
        share_missing_treated=missing_treated,
        share_missing_comparison=missing_comparison,
        differential=differential,
        text=_in_words(outcome, counts, differential),
    )


def _missing(n: int, with_outcome: int) -> float:
    if not n:
        raise NotEstimable("nobody of this arm is in the group")
    return 1 - with_outcome / n


def _in_words(outcome: str, counts: Counts, differential: Number) -> str:
    n_treated, n_comparison, with_treated, with_comparison = counts
    said = (
        f"{n_treated - with_treated} of {n_treated} participants and "
        f"{n_comparison - with_comparison} of {n_comparison} comparison students have "
        f"no {outcome}"
    )
    if isinstance(differential, NotEstimable):
        return f"{said}."
    if round(100 * differential, 1) == 0:
        return f"{said}: the same share."
    way = "more" if differential > 0 else "fewer"
    return f"{said}: {abs(100 * differential):.1f} points {way} among participants."
