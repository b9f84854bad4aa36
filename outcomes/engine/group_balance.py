"""Balance within each group, for an effect by group rests on it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.balance import (
    BEYOND,
    arms_of,
    split,
    standardized_mean_difference,
)
from outcomes.engine.columns import known_groups
from outcomes.engine.estimable import Number, attempt
from outcomes.engine.study import Study
from outcomes.terms import Estimand


@dataclass(frozen=True, slots=True)
class GroupBalanceRow:
    """Matched students of one group, and the covariate in which they differ most.

    `largest` is the absolute SMD of that covariate, in the estimand's SDs of the group.
    """

    dimension: str
    group: str
    n_treated: int
    n_comparison: int
    covariate: str | None
    largest: Number
    beyond: int | NotEstimable  # covariates that differ by more than 0.10


def group_balance(
    study: Study, weights: Floats, estimand: Estimand = Estimand.ATT
) -> list[GroupBalanceRow]:
    """A row a group of each dimension the design names; weights (n,), 0 unmatched.

    A group without a matched student in one of the arms says so: "none".
    """
    return [
        _row(study, weights, dimension, group, labels == group, estimand)
        for dimension, labels in study.groups.items()
        for group in known_groups(labels)
    ]


def _row(
    study: Study,
    weights: Floats,
    dimension: str,
    group: str,
    member: Flags,
    estimand: Estimand,
) -> GroupBalanceRow:
    used = member & (weights > 0)
    n_treated = int((used & study.treated).sum())
    n_comparison = int(used.sum()) - n_treated
    head = (dimension, group, n_treated, n_comparison)
    found = dict(_differences(study, weights, member, estimand))
    if not (found and n_treated and n_comparison):
        none = _nobody(n_treated, n_comparison)
        return GroupBalanceRow(*head, covariate=None, largest=none, beyond=none)
    worst = max(found, key=found.__getitem__)
    beyond = sum(size > BEYOND for size in found.values())
    return GroupBalanceRow(*head, worst, found[worst], beyond)


def _nobody(n_treated: int, n_comparison: int) -> NotEstimable:
    if not n_treated:
        return NotEstimable("none: no participant of this group is matched")
    if not n_comparison:
        return NotEstimable("none: no comparison student of this group is matched")
    return NotEstimable("none: no covariate varies among these participants")


def _differences(
    study: Study, weights: Floats, member: Flags, estimand: Estimand
) -> Iterator[tuple[str, float]]:
    """The absolute SMD of each covariate that has one in the group."""
    treated = study.treated[member]
    everyone, matched = (
        arms_of(treated, w) for w in (np.ones(len(treated)), weights[member])
    )
    covariates = study.covariates
    flags = covariates.is_binary.tolist()
    for j, (name, is_binary) in enumerate(zip(covariates.names, flags, strict=True)):
        x = covariates.x[member, j]
        before, after = (
            split(x, arms, is_binary=is_binary) for arms in (everyone, matched)
        )
        size = attempt(standardized_mean_difference, after, before, estimand)
        if not isinstance(size, NotEstimable) and np.isfinite(size):
            yield name, abs(size)
