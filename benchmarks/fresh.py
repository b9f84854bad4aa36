"""Each lap in a process of its own, forked from one that has imported everything and
done nothing: so all begin alike, and nobody waits for Python and scipy to start."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection

from benchmarks.contest import Lap
from benchmarks.lap import lap
from outcomes.compute.sharing import ONE_BLAS_THREAD

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["benchmarks.lap"])


def lap_in_a_fresh_process(goal: str, contestant: str, n: int) -> Lap:
    """What one contestant needs, with one BLAS thread."""
    os.environ.update(ONE_BLAS_THREAD)  # before the first of them reads it
    here, there = FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=_run, args=(there, lap, goal, contestant, n))
    process.start()
    there.close()  # so that it is closed for good when the process ends
    try:
        return here.recv()
    except EOFError:
        process.join()
        return Lap(float("nan"), wrong=f"it died ({process.exitcode})")
    finally:
        process.join()


def _run(there: Connection, run: Callable[..., Lap], *which: object) -> None:
    try:
        found = run(*which)
    except Exception as error:
        found = Lap(float("nan"), wrong=f"{type(error).__name__}: {error}")
    there.send(found)
