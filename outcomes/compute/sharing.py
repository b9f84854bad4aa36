"""Whether to share work out: only where that saves more than it takes to begin."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol, TypeVar

from outcomes.designs.errors import EngineError
from outcomes.engine.tasks import on_processors

A = TypeVar("A")
R = TypeVar("R")
Wanted = Callable[[], None]  # raises once nobody wants the answer any more
ATTEMPTS = 3  # times that processes may be lost before the task is thought to kill them
ONE_BLAS_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
SECONDS_TO_SEND = 0.1  # to processes that are there already
BEAT = 0.5  # seconds between two looks at whether the answer is wanted


class ProcessesLost(EngineError):
    """Processes that ran a part of this were ended from outside, again and again."""

    code = "processes_lost"

    def __init__(self) -> None:
        super().__init__(
            f"{ATTEMPTS} times a process ended before its part was done, most often "
            "because memory ran out; give it more memory, or let one process do all: "
            "COMPUTE=local PROCESSES=1"
        )

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return type(self), ()


class Elsewhere(Protocol):
    """Other processes. `start_seconds` is what the first task waits for them."""

    start_seconds: float
    processes: int

    def run(
        self, task: Callable[[A], R], arguments: Sequence[A], wanted: Wanted
    ) -> list[R]:
        """Answers in order. Raises ProcessesLost, or the first refusal of a task."""

    def close(self) -> None:
        """End what is under way, and every process."""


def alone(task: Callable[[A], R], argument: A) -> R:
    """What other processes do with a task: on one processor, as there are many."""
    with on_processors(1):
        return task(argument)


class Sharing:
    """Begins here. What one task takes tells what the others will: they go elsewhere
    once they would be back sooner."""

    def __init__(self, elsewhere: Elsewhere, wanted: Wanted) -> None:
        self.elsewhere, self.wanted = elsewhere, wanted
        self.is_started = False

    def __call__(self, task: Callable[[A], R], arguments: Sequence[A], /) -> list[R]:
        answers: list[R] = []
        start = monotonic()
        for done, argument in enumerate(arguments):
            self.wanted()
            if done and self._pays(done, len(arguments) - done, monotonic() - start):
                self.is_started = True
                rest = arguments[done:]
                return [*answers, *self.elsewhere.run(task, rest, self.wanted)]
            answers.append(task(argument))
        return answers

    def _pays(self, done: int, left: int, seconds: float) -> bool:
        begin = SECONDS_TO_SEND if self.is_started else self.elsewhere.start_seconds
        if seconds < begin / 10:
            return False  # too short a look to tell
        at_once = min(self.elsewhere.processes, left)
        return left * seconds / done * (1 - 1 / at_once) > begin
