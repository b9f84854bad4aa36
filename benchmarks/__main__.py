"""`python -m benchmarks [GOAL …] [--tier quick|full] [--save]`: ratios, never times."""

import argparse
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.fresh import lap_in_a_fresh_process
from benchmarks.goals import GOALS, GROWTHS
from benchmarks.growth import SIZES, Growth, slope
from benchmarks.rounds import hold

ROUNDS = {"quick": 5, "full": 3}


def main() -> None:
    known = [goal.code for goal in (*GOALS, *GROWTHS)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=", ".join(known))
    parser.add_argument("--tier", choices=ROUNDS, default="quick")
    parser.add_argument("--save", action="store_true", help="write RESULTS.md")
    wish = parser.parse_args()
    if strange := set(wish.goals) - set(known):
        parser.error(f"no goal {', '.join(strange)}; known are {', '.join(known)}")
    if other := {g.code for g in GOALS if wish.tier not in g.sizes} & set(wish.goals):
        parser.error(f"{', '.join(sorted(other))}: not in tier {wish.tier}")
    run = report.run_of(wish.tier, [*_records(wish.goals or known, wish.tier)])
    Console().print(_table(run["records"]))
    Console().print(report.footer(run))
    if wish.save:
        report.save(run)


def _records(codes: list[str], tier: str) -> Iterator[dict[str, Any]]:
    progress = Console(stderr=True)
    for goal in GOALS:
        if goal.code in codes and tier in goal.sizes:
            for n in goal.sizes[tier]:
                progress.print(f"{goal.code}, {n:,} rows: {goal.says} …")
                held = hold(goal, n, count=ROUNDS[tier], tell=progress.print)
                yield from report.records(held)
    for growth in GROWTHS:
        if growth.code in codes:
            progress.print(f"{growth.code}: {growth.says} …")
            yield _growth(growth, SIZES[tier])


def _growth(goal: Growth, sizes: tuple[int, ...]) -> dict[str, Any]:
    laps = [lap_in_a_fresh_process(goal.code, goal.contestant.name, n) for n in sizes]
    found = slope(sizes, [lap.seconds for lap in laps])
    return report.of_growth(goal, sizes, found)


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="ours / other, median of the rounds (least to most)")
    for heading in report.HEADINGS:
        table.add_column(heading)
    for row in rows:
        table.add_row(*report.cells(row))
    return table


if __name__ == "__main__":
    main()
