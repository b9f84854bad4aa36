"""Tasks that other processes can find, some of which do not go well."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from outcomes.designs.errors import InputError
from outcomes.engine.tasks import Block, processors


def sums_of(block: Block) -> list[float]:
    return block.random().random(block.draws).cumsum().tolist()


def slow_square(number: int) -> tuple[int, str | None]:
    time.sleep(0.02)
    return number * number, os.environ.get("OPENBLAS_NUM_THREADS")


def killed_once(folder: Path, number: int) -> float:
    """The first process that comes to 3 is killed on the way."""
    mark = folder / "was here"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return float(np.sqrt(number))


def killed_always(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refused(number: int) -> int:
    if number > 1:
        raise InputError(f"{number} is too many", "too_many")
    return number


def asleep(folder: Path, number: int) -> int:
    """Tells who sleeps, so that one can see whether they were woken or ended."""
    (folder / str(os.getpid())).touch()
    time.sleep(30)
    return number


def then_killed_once(folder: Path, task: Callable[[Any], Any], argument: Any) -> Any:
    """A part is done, yet its process killed before anyone has the answer."""
    found, mark = task(argument), folder / "was here"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return found


def processors_there(number: int) -> int:
    return processors()


def too_far(distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The second cell cannot be solved."""
    if len(distances) == 2:
        raise InputError("2 participants are too far apart", "too_far")
    return np.arange(1), np.arange(1)
