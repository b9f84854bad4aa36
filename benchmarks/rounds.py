"""Rounds: everyone once, in an order that rotates, between two looks at the machine."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.contest import Contestant, Goal, Lap, best_of, lap_in_a_fresh_process

STEADY = 1.5  # a round whose two calibrations differ by more is not counted
FEWEST = 3  # fewer counted rounds than this are no verdict


@dataclass(frozen=True)
class Round:
    laps: dict[str, Lap]
    is_steady: bool


@dataclass(frozen=True)
class Result:
    goal: Goal
    n: int
    rounds: tuple[Round, ...]
    skipped: dict[str, str]

    def steady(self) -> list[Round]:
        return [round_ for round_ in self.rounds if round_.is_steady]

    def wrong(self) -> list[str]:
        return sorted(
            {
                f"{name}: {lap.wrong}"
                for round_ in self.rounds
                for name, lap in round_.laps.items()
                if lap.wrong
            }
        )

    def ratios(self, other: str) -> list[float]:
        """Ours over the other, a round at a time."""
        ours, what = self.goal.ours.name, self.goal.measure
        return [
            getattr(round_.laps[ours], what) / getattr(round_.laps[other], what)
            for round_ in self.steady()
        ]

    def verdict(self, other: str) -> str:
        if other in self.skipped:
            return f"SKIP ({self.skipped[other]})"
        if self.wrong():
            return "VOID (a wrong answer has no time)"
        if len(self.steady()) < FEWEST:
            return "INCONCLUSIVE (the machine was not steady)"
        met = median(self.ratios(other)) <= self.goal.at_most[other]
        return "pass" if met else "FAIL"


def hold(goal: Goal, n: int, *, count: int) -> Result:
    """Run the rounds of one goal at one size."""
    skipped = {c.name: why for c in goal.contestants() if (why := c.absent())}
    here = [c for c in goal.contestants() if c.name not in skipped]
    rounds = tuple(_round(goal, _rotated(here, i), n) for i in range(count))
    return Result(goal, n, rounds, skipped)


def _rotated(contestants: list[Contestant], by: int) -> list[Contestant]:
    at = by % len(contestants)
    return contestants[at:] + contestants[:at]


def _round(goal: Goal, contestants: list[Contestant], n: int) -> Round:
    before = _sort_seconds()
    laps = {c.name: lap_in_a_fresh_process(goal.code, c.name, n) for c in contestants}
    after = _sort_seconds()
    return Round(laps, max(before, after) / min(before, after) <= STEADY)


def _sort_seconds() -> float:
    numbers = np.random.default_rng(0).random(1_000_000)
    return best_of(lambda: np.sort(numbers), repeats=5)[0]
