"""A goal, those who run for it, and what a run leaves behind."""

import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

RESET = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Lap:
    """One contestant once.

    seconds : of the clock, the timed part, best of its repeats; peak_mb : resident
    memory at most; wrong : what the check found, "" when right."""

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
class Bound:
    """Of ours / other. A guard is no goal: it tells when something got much slower,
    at a size of which the goal does not speak."""

    at_most: float
    is_guard: bool = False


@dataclass(frozen=True)
class Goal:
    """Ours against others.

    sizes : rows, by tier; at_most : bounds of ours / other by the other's name, at
    every size or by rows; guard : looser bounds where at_most says nothing; beside :
    more of ours, told in the same rounds and bound by nothing; rounds : by rows, where
    one takes minutes. A bound for a contestant that is absent is skipped, and a skip is
    never a pass."""

    code: str
    says: str
    sizes: Mapping[str, tuple[int, ...]]
    ours: Contestant
    others: tuple[Contestant, ...]
    at_most: Mapping[str, float | Mapping[int, float]]
    measure: str = "seconds"  # or peak_mb
    guard: Mapping[str, float] = field(default_factory=dict)
    beside: tuple[Contestant, ...] = ()
    rounds: Mapping[int, int] = field(default_factory=dict)

    def contestants(self) -> tuple[Contestant, ...]:
        return (self.ours, *self.beside, *self.others)

    def bound(self, ours: str, other: str, n: int) -> Bound | None:
        """What ours / other may be with n rows, None where it is only told."""
        if ours != self.ours.name:
            return None
        asked = self.at_most.get(other, {})
        at_most = asked.get(n) if isinstance(asked, Mapping) else asked
        if at_most is not None:
            return Bound(at_most)
        return Bound(self.guard[other], is_guard=True) if other in self.guard else None


def best_of(work: Callable[[], object], *, repeats: int = 3) -> tuple[float, object]:
    """Seconds of the clock of the fastest of a few repeats, and the last result."""
    fastest, result = float("inf"), None
    for _ in range(repeats):
        start = perf_counter()
        result = work()
        fastest = min(fastest, perf_counter() - start)
    return fastest, result


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def no_peaks() -> str:
    """Why a peak cannot be begun anew here."""
    return "" if RESET.exists() else "Linux alone tells a peak from here on"


def peak_above(work: Callable[[], object]) -> float:
    """MB by which the resident memory grew at most while working."""
    RESET.write_text("5")  # the peak begins anew at what is resident now
    before = _peak_kb()
    work()
    return (_peak_kb() - before) / 1024


def _peak_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
