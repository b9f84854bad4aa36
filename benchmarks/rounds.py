"""Rounds: everyone once, in an order that rotates, between two looks at the machine."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.contest import Contestant, Goal, Lap, best_of
from benchmarks.fresh import lap_in_a_fresh_process

STEADY = 1.5  # a round whose two calibrations differ by more is not counted
FEWEST = 3  # fewer counted rounds than this are no verdict, unless fewer were asked

Pair = tuple[str, str]  # names of one of ours and of another
Tell = Callable[[str], object]


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

    def wrong(self, pair: Pair) -> list[str]:
        return sorted(
            {
                f"{name}: {lap.wrong}"
                for round_ in self.rounds
                for name, lap in round_.laps.items()
                if name in pair and lap.wrong
            }
        )

    def pairs(self) -> list[Pair]:
        """Each of ours against each other, by name."""
        ours = (self.goal.ours, *self.goal.beside)
        return [(one.name, other.name) for one in ours for other in self.goal.others]

    def ratios(self, pair: Pair) -> list[float]:
        """Ours over the other, a round at a time."""
        one, other, what = *pair, self.goal.measure
        return [
            getattr(round_.laps[one], what) / getattr(round_.laps[other], what)
            for round_ in self.steady()
        ]

    def verdict(self, other: str, ours: str = "") -> str:
        """Of the goal's own, or of another of ours, against the other."""
        pair = (ours or self.goal.ours.name, other)
        for name in pair:
            if name in self.skipped:
                return f"SKIP ({self.skipped[name]})"
        if self.wrong(pair):
            return "VOID (a wrong answer has no time)"
        if len(self.steady()) < min(FEWEST, len(self.rounds)):
            return "INCONCLUSIVE (the machine was not steady)"
        bound = self.goal.bound(*pair, self.n)
        if bound is None:
            return "told"
        is_met = median(self.ratios(pair)) <= bound.at_most
        return ("held" if bound.is_guard else "pass") if is_met else "FAIL"


def hold(goal: Goal, n: int, *, count: int, tell: Tell = print) -> Result:
    """Run the rounds of one goal at one size."""
    skipped = {c.name: why for c in goal.contestants() if (why := c.absent())}
    here = [c for c in goal.contestants() if c.name not in skipped]
    if goal.ours.name in skipped or not {c.name for c in goal.others} - {*skipped}:
        return Result(goal, n, (), skipped)  # nobody to compare
    rounds = []
    for i in range(goal.rounds.get(n, count)):
        rounds.append(_round(goal, _rotated(here, i), n))
        tell(f"  round {i + 1}: {_said(rounds[-1], goal.measure)}")
    return Result(goal, n, tuple(rounds), skipped)


def _said(round_: Round, measure: str) -> str:
    unit = "MB" if measure == "peak_mb" else "s"
    return ", ".join(
        f"{name} {lap.wrong or f'{getattr(lap, measure):.3g} {unit}'}"
        for name, lap in round_.laps.items()
    )


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
