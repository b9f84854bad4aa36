"""Who was not matched: an effect on the matched speaks for no one else."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.engine.arrays import Flags, Texts
from outcomes.engine.study import Study


@dataclass(frozen=True, slots=True)
class LostRow:
    """Participants of one group; group None for those whose group is unknown."""

    dimension: str
    group: str | None
    n_treated: int
    n_matched: int
    share_matched: float


def lost(study: Study, is_matched: Flags) -> list[LostRow]:
    """A row a group of each dimension the design names; none when nobody was lost.

    is_matched : (n,).
    """
    if is_matched[study.treated].all():
        return []
    return [
        row
        for dimension in study.groups
        for row in _of_dimension(study, is_matched, dimension)
    ]


def _of_dimension(study: Study, is_matched: Flags, dimension: str) -> list[LostRow]:
    rows = []
    for group, of_group in groups_of(study.groups[dimension]):
        member = study.treated & of_group
        total, kept = int(member.sum()), int((member & is_matched).sum())
        if total:
            rows.append(LostRow(dimension, group, total, kept, kept / total))
    return rows


def groups_of(labels: Texts) -> Iterator[tuple[str | None, Flags]]:
    """Each label of (n,) with the flags (n,) of who has it, in sorted order; None last,
    for those whose group is unknown."""
    present = set(labels)
    known: list[str | None] = [*sorted(label for label in present if label is not None)]
    for group in [*known, None] if None in present else known:
        # Element by element: a comparison with None of the whole array is no array.
        yield group, np.array([label == group for label in labels], dtype=bool)
