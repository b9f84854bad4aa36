"""What the programs truly did, which a real district never sees.

It is computed from the scores each participant would have had without the program.
These stand in no table: the demo prints the truth beside what the product found.
"""

from dataclasses import dataclass

import numpy as np

from programs_tracker.demo.district import LAST, District


@dataclass(frozen=True)
class TrueGap:
    """In points: reference minus focal, among participants."""

    as_delivered: float
    without_program: float

    @property
    def closed(self) -> float:
        return self.without_program - self.as_delivered


def true_effect(district: District, program: str, subject: str) -> float:
    """The mean, in points, of what each tested participant gained from taking part."""
    mask = _tested_participants(district, program, subject)
    return float(district.gained[subject][mask].mean())


def true_effect_by_group(
    district: District, program: str, subject: str, *, fewest: int
) -> dict[str, float]:
    """The same by race and ethnicity, for groups with that many participants."""
    mask = _tested_participants(district, program, subject)
    groups = district.people["race_ethnicity"]
    sizes = groups[mask].value_counts()
    gained = district.gained[subject]
    return {
        group: float(gained[mask & (groups == group).to_numpy()].mean())
        for group in sizes.index[sizes >= fewest]
    }


def naive_difference(district: District, program: str, subject: str) -> float:
    """Participants' mean minus that of all who take part in nothing, in points."""
    score = district.scores[subject][:, LAST]
    in_nothing = ~np.any(list(district.takes_part.values()), axis=0)
    mask = _tested_participants(district, program, subject)
    return float(score[mask].mean() - np.nanmean(score[in_nothing]))


def true_gap(
    district: District, program: str, subject: str, groups: tuple[str, object, object]
) -> TrueGap:
    """groups : the dimension, its focal group and its reference group."""
    dimension, focal, reference = groups
    mask = _tested_participants(district, program, subject)
    group = district.people[dimension].to_numpy()
    with_it, without = (
        _mean(score, mask & (group == reference))
        - _mean(score, mask & (group == focal))
        for score in (district.scores[subject][:, LAST], district.without[subject])
    )
    return TrueGap(as_delivered=with_it, without_program=without)


def _tested_participants(district: District, program: str, subject: str) -> np.ndarray:
    was_tested = ~np.isnan(district.scores[subject][:, LAST])
    return district.takes_part[program] & was_tested


def _mean(score: np.ndarray, mask: np.ndarray) -> float:
    return float(score[mask].mean()) if mask.any() else float("nan")
