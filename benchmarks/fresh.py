"""Each lap in a process of its own, forked from one that has imported everything and
done nothing: so all begin alike, and nobody waits for Python and scipy to start."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from benchmarks.contest import ONE_THREAD, Lap
from benchmarks.lap import lap

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["benchmarks.lap"])


def lap_in_a_fresh_process(goal: str, contestant: str, n: int) -> Lap:
    """What one contestant needs, with one BLAS thread."""
    os.environ.update(ONE_THREAD)  # before the first of them reads it
    with ProcessPoolExecutor(1, FORKING) as alone:
        try:
            return alone.submit(lap, goal, contestant, n).result()
        except Exception as error:
            return Lap(float("nan"), wrong=f"{type(error).__name__}: {error}")
