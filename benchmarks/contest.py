"""A goal, those who run for it, and what a run leaves behind."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
ONE_THREAD = dict.fromkeys(BLAS_THREADS, "1")


@dataclass(frozen=True)
class Lap:
    """seconds : the timed part, best of its repeats in one process; peak_mb : resident
    memory of that process at most; wrong : what the check found, "" when right."""

    seconds: float
    peak_mb: float = 0.0
    wrong: str = ""


@dataclass(frozen=True)
class Contestant:
    """`run(n)` makes its data, times its work and checks its own result."""

    name: str
    run: Callable[[int], Lap]
    absent: Callable[[], str] = field(default=lambda: "")  # why it cannot run here


@dataclass(frozen=True)
class Goal:
    """Ours against others. `at_most` bounds ours / other, by the other's name; a bound
    for a contestant that is absent is skipped, and a skip is never a pass."""

    code: str
    says: str
    sizes: dict[str, int]  # by tier
    ours: Contestant
    others: tuple[Contestant, ...]
    at_most: dict[str, float]

    def contestants(self) -> tuple[Contestant, ...]:
        return (self.ours, *self.others)


def best_of(work: Callable[[], object], *, repeats: int = 3) -> tuple[float, object]:
    """Seconds of the fastest of a few repeats, and the last result."""
    fastest, result = float("inf"), None
    for _ in range(repeats):
        start = perf_counter()
        result = work()
        fastest = min(fastest, perf_counter() - start)
    return fastest, result


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lap_in_a_fresh_process(goal: Goal, contestant: Contestant, n: int) -> Lap:
    """What one contestant needs, in a process of its own with one BLAS thread."""
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.lap", goal.code, contestant.name, str(n)],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        last = (process.stderr.strip().splitlines() or ["it died"])[-1]
        return Lap(float("nan"), wrong=last)
    return Lap(**json.loads(process.stdout.splitlines()[-1]))
