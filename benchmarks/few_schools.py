"""`python -m benchmarks.few_schools [--draws N] [--seed S]`: errors by few schools.

Whole schools take part by lot in a program that does nothing, and each rule tests that
at 5%. Schools differ in size (10 to 60 students) and in level (ICC .20).
"""

from collections.abc import Collection, Mapping

import numpy as np
from rich.console import Console
from scipy.special import stdtr

from benchmarks.draws import LEVEL, asked, footer, markdown
from outcomes.engine.covariance import Spread, cr1, cr2
from outcomes.engine.few_clusters import half_width
from outcomes.engine.jackknife import cr3
from outcomes.engine.linear import Fit, least_squares

ICC = 0.20
SIZES = (10, 60)
LAYOUTS = ((3, 3), (3, 30), (8, 8), (8, 66), (20, 20), (20, 60))  # taking part, not
EFFECT = np.array([0.0, 1.0])


def made_up(
    treated: int, others: int, rng: np.random.Generator
) -> tuple[Fit, np.ndarray]:
    """A regression on participation, and the school of each of its students."""
    count = treated + others
    schools = np.repeat(np.arange(count), rng.integers(*SIZES, count, endpoint=True))
    level = rng.normal(scale=ICC**0.5, size=count)[schools]
    y = level + rng.normal(scale=(1 - ICC) ** 0.5, size=len(schools))
    x = np.column_stack([np.ones(len(y)), schools < treated])
    return least_squares(y, x, np.ones(len(y))), schools


def spreads(fit: Fit, schools: np.ndarray, fewer: int) -> Mapping[str, Spread]:
    """By rule; fewer : schools of the smaller arm."""
    by_two, by_three = cr2(fit, EFFECT, schools), cr3(fit, EFFECT, schools)
    count = float(schools.max())
    return {
        "CR1, G - 1": cr1(fit, EFFECT, schools),
        "CR2, Satterthwaite": by_two,
        "CR3, G - 1": Spread(by_three.std_error, count),
        "CR3, Satterthwaite": by_three,
        "CR3, smaller arm - 1": Spread(by_three.std_error, fewer - 1.0),
        "widest": max(by_two, by_three, key=half_width),
    }


def rejections(
    treated: int, others: int, seed: int, steps: Collection[int]
) -> dict[str, float]:
    """Share of draws, one a step, in which a rule denies that nothing was done."""
    rng = np.random.default_rng([seed, treated, others])
    denied: dict[str, int] = {}
    for _ in steps:
        fit, schools = made_up(treated, others, rng)
        for rule, it in spreads(fit, schools, min(treated, others)).items():
            p = 2 * stdtr(it.df, -abs(fit.coefficients[1]) / it.std_error)
            denied[rule] = denied.get(rule, 0) + (p < LEVEL)
    return {rule: count / len(steps) for rule, count in denied.items()}


def main() -> None:
    wish = asked("python -m benchmarks.few_schools", __doc__)
    console, rows = Console(stderr=True), []
    for treated, others in LAYOUTS:
        name, steps = f"{treated} of {treated + others}", range(wish.draws)
        console.print(name)
        found = rejections(treated, others, wish.seed, steps)
        rows.append((name, *(f"{share:.1%}" for share in found.values())))
    print(markdown(("schools taking part", *found), rows))
    print(f"\n{footer(wish.draws, wish.seed)}")


if __name__ == "__main__":
    main()
