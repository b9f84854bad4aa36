"""One contestant, once: `python -m benchmarks.lap GOAL CONTESTANT N`."""

import json
import sys
from dataclasses import asdict, replace

from benchmarks.contest import peak_mb
from benchmarks.goals import GOALS, GROWTHS


def main(code: str, name: str, n: str) -> None:
    goal = next(goal for goal in (*GOALS, *GROWTHS) if goal.code == code)
    runner = next(c for c in goal.contestants() if c.name == name)
    lap = runner.run(int(n))
    print(json.dumps(asdict(replace(lap, peak_mb=lap.peak_mb or peak_mb()))))


if __name__ == "__main__":
    main(*sys.argv[1:])
