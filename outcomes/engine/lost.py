"""Who was not matched: an effect on the matched speaks for no one else."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from outcomes.engine.arrays import Flags, Texts
from outcomes.engine.columns import known_groups
from outcomes.engine.estimand import target
from outcomes.engine.study import Study
from outcomes.terms import Estimand


def lost(
    study: Study, is_matched: Flags, estimand: Estimand = Estimand.ATT
) -> list[dict[str, Any]]:
    """A row a group of each dimension the design names, for each arm that the effect is
    on; none for an arm of which nobody was lost.

    is_matched : (n,). The group is None for those whose group is unknown.
    """
    own = target(study.treated, estimand)
    arms = {"n_treated": own & study.treated, "n_comparison": own & ~study.treated}
    return [
        row
        for count, arm in arms.items()
        if not is_matched[arm].all()
        for dimension in study.groups
        for row in _of_dimension(study, dimension, arm, is_matched, count)
    ]


def _of_dimension(
    study: Study, dimension: str, arm: Flags, is_matched: Flags, count: str
) -> list[dict[str, Any]]:
    """count : the name under which the students of the arm are counted."""
    rows = []
    for group, of_group in groups_of(study.groups[dimension]):
        member = arm & of_group
        total, kept = int(member.sum()), int((member & is_matched).sum())
        if total:
            row = {"dimension": dimension, "group": group, count: total}
            rows.append({**row, "n_matched": kept, "share_matched": kept / total})
    return rows


def discarded(study: Study, beyond: Flags) -> list[dict[str, Any]]:
    """A row a group of each dimension the design names: its students of either arm, and
    how many of them are beyond (n,) the support of the other arm."""
    arms = {"treated": study.treated, "comparison": ~study.treated}
    return [
        {
            "dimension": dimension,
            "group": group,
            **{f"n_{arm}": int((member & own).sum()) for arm, own in arms.items()},
            **{
                f"discarded_{arm}": int((member & own & beyond).sum())
                for arm, own in arms.items()
            },
        }
        for dimension, labels in study.groups.items()
        for group, member in groups_of(labels)
    ]


def groups_of(labels: Texts) -> Iterator[tuple[str | None, Flags]]:
    """Each label of (n,) with the flags (n,) of who has it, in sorted order; None last,
    for those whose group is unknown."""
    unknown = [None] if None in set(labels) else []
    for group in [*known_groups(labels), *unknown]:
        # Element by element: a comparison with None of the whole array is no array.
        yield group, np.array([label == group for label in labels], dtype=bool)
