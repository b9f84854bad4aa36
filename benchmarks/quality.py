"""`python -m benchmarks.quality [--draws N] [--seed S]`: as good as it is fast.

Each draw is another district of 10,000, of the kind that speed is measured on, and is
matched in three ways; whoever is left without a partner, how far the partners are, how
alike both groups became, and whether the known effect is in the interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks import whole
from benchmarks.districts import EFFECT, district
from benchmarks.draws import Draw, Tally, asked, draw_of, footer, markdown
from outcomes.engine.evaluate import evaluate

STUDENTS = 10_000
WAYS: Mapping[str, Mapping[str, Any]] = {
    "nearest, largest score first": {},
    "nearest, closest first": {"order": "closest"},
    "optimal": {"method": "optimal"},
}
HEADINGS = (
    "match",
    "without a partner",
    "distance, of the optimum's (most)",
    "largest SMD after (most)",
    "bias, SD (± of draws)",
    "holds the truth: reported 95%",
)


@dataclass(frozen=True)
class Match:
    """One way in one district. lost : share of participants without a partner; apart :
    the total distance of partners; largest : of the SMDs after matching."""

    lost: float
    apart: float
    largest: float
    draw: Draw


def matches(seed: int) -> list[Match]:
    """One district, in each way."""
    frame = district(STUDENTS, seed=seed).frame()
    sd = float(frame["outcome"].std())
    found = []
    for keys in WAYS.values():
        report = evaluate(frame, whole.design(**keys)).report()
        sample, balance = report["sample"], report["balance"]
        found.append(
            Match(
                lost=1 - sample["matched_treated"] / sample["treated"],
                apart=sample["total_distance"],
                largest=max(abs(row["smd_after"]) for row in balance),
                draw=draw_of(report, EFFECT, sd),
            )
        )
    return found


def study(draws: int, seed: int = 1) -> list[list[Match]]:
    """By way, each district."""
    seeds = range(1000 * seed, 1000 * seed + draws)
    steps = track(seeds, f"{STUDENTS:,} students", console=Console(stderr=True))
    return [*map(list, zip(*map(matches, steps), strict=True))]


def cells(way: str, found: list[Match], optimal: list[Match]) -> tuple[str, ...]:
    """A way beside the optimum in the same districts: distances where just as many
    found a partner, for whoever leaves more students out has shorter ones."""
    tally = Tally([match.draw for match in found])
    farther = [
        one.apart / least.apart
        for one, least in zip(found, optimal, strict=True)
        if one.lost == least.lost
    ]
    largest = [match.largest for match in found]
    return (
        way,
        f"{np.mean([match.lost for match in found]):.2%}",
        f"{np.mean(farther):.3f} ({max(farther):.3f})",
        f"{np.mean(largest):.3f} ({max(largest):.3f})",
        f"{tally.bias:+.3f} (± {tally.noise:.3f})",
        f"{tally.coverage:.1%}",
    )


def main() -> None:
    wish = asked("python -m benchmarks.quality", __doc__)
    by_way = dict(zip(WAYS, study(wish.draws, wish.seed), strict=True))
    rows = [cells(way, found, by_way["optimal"]) for way, found in by_way.items()]
    print(markdown(HEADINGS, rows))
    print(f"\n{footer(wish.draws, wish.seed)}")


if __name__ == "__main__":
    main()
