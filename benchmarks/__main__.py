"""`python -m benchmarks [GOAL …] [--tier quick|full|huge]`: ratios, never times."""

import argparse
import os
from importlib.metadata import version
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.goals import GOALS
from benchmarks.rounds import Result, hold

ROUNDS = {"quick": 5, "full": 3, "huge": 3}


def main() -> None:
    known = [goal.code for goal in GOALS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=", ".join(known))
    parser.add_argument("--tier", choices=ROUNDS, default="quick")
    wish = parser.parse_args()
    if strange := set(wish.goals) - set(known):
        parser.error(f"no goal {', '.join(strange)}; known are {', '.join(known)}")
    progress = Console(stderr=True)
    results = []
    for goal in GOALS:
        if (not wish.goals or goal.code in wish.goals) and wish.tier in goal.sizes:
            progress.print(f"{goal.code}: {goal.says} …")
            results.append(hold(goal, goal.sizes[wish.tier], count=ROUNDS[wish.tier]))
    Console().print(_table(results))
    Console().print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"numpy {version('numpy')}, scipy {version('scipy')}, one BLAS thread"
    )


def _table(results: list[Result]) -> Table:
    table = Table(title="ours / other, median of the rounds (least to most)")
    for heading in ("goal", "rows", "other", "ratio", "at most", "peak MB", "verdict"):
        table.add_column(heading)
    for result in results:
        for other, bound in result.goal.at_most.items():
            verdict = result.verdict(other)
            table.add_row(
                result.goal.code,
                f"{result.n:,}",
                other,
                _ratio(result, other, verdict),
                f"{bound:g}",
                _peaks(result, other),
                verdict,
            )
    for wrong in [f"{r.goal.code} {w}" for r in results for w in r.wrong()]:
        table.add_row("", "", wrong, "", "", "", "")
    return table


def _ratio(result: Result, other: str, verdict: str) -> str:
    if verdict.split()[0] not in {"pass", "FAIL"}:
        return ""
    ratios = result.ratios(other)
    return f"{median(ratios):.3g} ({min(ratios):.3g} to {max(ratios):.3g})"


def _peaks(result: Result, other: str) -> str:
    def peak(name: str) -> str:
        return f"{max(round_.laps[name].peak_mb for round_ in result.rounds):.0f}"

    ours = peak(result.goal.ours.name)
    return ours if other in result.skipped else f"{ours} / {peak(other)}"


if __name__ == "__main__":
    main()
