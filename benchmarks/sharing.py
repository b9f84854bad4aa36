"""Draws by one process, by two, on Dask, and as an evaluation shares them out itself.

Seconds are processor time: of this process, and of the busiest of the others with its
start. That is how long one waits where each has a processor of its own.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from time import process_time
from typing import Any

import numpy as np

from benchmarks.contest import Contestant, Lap
from benchmarks.districts import District, district
from benchmarks.whole import design
from outcomes.compute.chosen import always
from outcomes.compute.processes import Processes
from outcomes.compute.sharing import Elsewhere, Sharing
from outcomes.engine.matching import arrange
from outcomes.engine.notices import Notices
from outcomes.engine.permutation import permute_clusters
from outcomes.engine.requested_errors import requested_errors
from outcomes.engine.study import Study
from outcomes.engine.tasks import Runner, here, run_by

Draws = Callable[[], object]
SEED = 1


class Timed:
    """Passes tasks to a runner; keeps how long each other process was at work."""

    def __init__(self, runner: Runner) -> None:
        self.runner, self.busy = runner, {os.getpid(): 0.0}

    def __call__(self, task: Callable[[Any], Any], arguments: Sequence[Any], /) -> list:
        timed = self.runner(partial(_timed, task), arguments)
        for _, pid, seconds in timed:
            if pid != os.getpid():
                self.busy[pid] = max(seconds, self.busy.get(pid, 0.0))
        return [answer for answer, _, _ in timed]


def _timed(task: Callable[[Any], Any], argument: Any) -> tuple[Any, int, float]:
    return task(argument), os.getpid(), process_time()


def permutation(n: int) -> Draws:
    """999 deals of the whole grades of a district, one in five of which takes part."""
    made: District = district(n)
    grades = np.unique(made.cell, return_inverse=True)[1]
    values, treated = made.outcome, grades % 5 == 0
    return lambda: permute_clusters(values, np.ones(n), treated, grades, SEED)


def bootstrap(n: int) -> Draws:
    """2,000 draws of the matched sets of a district under g-computation."""
    plan = design(estimator="g_computation", cluster=None, errors=["bootstrap"])
    study = Study.from_frame(district(n).frame(), plan)
    matched = arrange(study, plan, Notices()).matched
    return lambda: requested_errors(study, matched, study.outcomes["outcome"], plan)


def lap(make: Callable[[int], Draws], runner: Callable[[], Any], n: int) -> Lap:
    draws = make(n)
    expected = repr(draws())
    with closing(runner()) as by:
        timed = Timed(by)
        start = process_time()
        with run_by(timed):
            found = repr(draws())
        seconds = process_time() - start + max(timed.busy.values())
    return Lap(seconds, wrong="" if found == expected else "other bytes")


class Always:
    """Everything goes elsewhere, whether or not it pays."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self.elsewhere = elsewhere

    def __call__(self, task: Callable[[Any], Any], arguments: Sequence[Any], /) -> list:
        return self.elsewhere.run(task, arguments, always)

    def close(self) -> None:
        self.elsewhere.close()


class Here(Always):
    def __init__(self) -> None:
        super().__init__(Processes(1))

    def __call__(self, task: Callable[[Any], Any], arguments: Sequence[Any], /) -> list:
        return here(task, arguments)


class Shared(Always):
    """What an evaluation does."""

    def __init__(self) -> None:
        super().__init__(Processes(2))
        self.sharing = Sharing(self.elsewhere, always)

    def __call__(self, task: Callable[[Any], Any], arguments: Sequence[Any], /) -> list:
        return self.sharing(task, arguments)


def _on_dask() -> Always:
    return Always(import_module("outcomes.compute.scheduler").Scheduler("", 2))


def _no_dask() -> str:
    return "" if find_spec("distributed") else "Dask is not installed"


def contestants(make: Callable[[int], Draws]) -> tuple[Contestant, ...]:
    """As shared, then one process, two, and Dask on this machine."""
    return (
        Contestant("as shared", partial(lap, make, Shared)),
        Contestant("one process", partial(lap, make, Here)),
        Contestant("two processes", partial(lap, make, lambda: Always(Processes(2)))),
        Contestant("Dask", partial(lap, make, _on_dask), _no_dask),
    )
