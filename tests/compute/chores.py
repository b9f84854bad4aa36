"""Tasks that other processes can find, some of which do not go well."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from outcomes.designs.errors import InputError
from outcomes.engine.tasks import Block


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
