"""Who was not matched: an effect on the matched speaks for no one else."""

from dataclasses import dataclass

import numpy as np

from outcomes.engine.arrays import Flags
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
    labels = study.groups[dimension]
    present = set(labels[study.treated])
    known: list[str | None] = [*sorted(label for label in present if label is not None)]
    groups = [*known, None] if None in present else known
    rows = []
    for group in groups:
        # Element by element: a comparison with None of the whole array is no array.
        member = study.treated & np.array([label == group for label in labels])
        total, kept = int(member.sum()), int((member & is_matched).sum())
        rows.append(LostRow(dimension, group, total, kept, kept / total))
    return rows
