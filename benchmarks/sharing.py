"""Draws, and cells of a match, by one process, by two, on Dask, and as an evaluation
shares them out itself.

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
from benchmarks.whole import CELLS, METRIC, design
from outcomes.compute.chosen import always
from outcomes.compute.processes import Processes
from outcomes.compute.sharing import Elsewhere, Sharing
from outcomes.engine.distance import space
from outcomes.engine.limits import limits
from outcomes.engine.matching import arrange
from outcomes.engine.notices import Notices
from outcomes.engine.optimal import match_optimal
from outcomes.engine.permutation import permute_clusters
from outcomes.engine.requested_errors import requested_errors
from outcomes.engine.study import Study
from outcomes.engine.tasks import Runner, here, run_by

Work = Callable[[], object]
SEED = 1
SHORT = 0.05  # seconds
STAYS = {"one process": 1.2, "two processes": 1, "Dask": 1}
GOES = {"one process": 0.9, "two processes": 1.5, "Dask": 1.2}


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


def permutation(n: int) -> Work:
    """999 deals of the whole grades of a district, one in five of which takes part."""
    made: District = district(n)
    grades = np.unique(made.cell, return_inverse=True)[1]
    values, treated = made.outcome, grades % 5 == 0
    return lambda: permute_clusters(values, np.ones(n), treated, grades, SEED)


def bootstrap(n: int) -> Work:
    """2,000 draws of the matched sets of a district under g-computation."""
    plan = design(estimator="g_computation", cluster=None, errors=["bootstrap"])
    study = Study.from_frame(district(n).frame(), plan)
    matched = arrange(study, plan, Notices()).matched
    return lambda: requested_errors(study, matched, study.outcomes["outcome"], plan)


def cells(n: int) -> Work:
    """One to four partners each within a grade, no farther apart than .3 SD in ELA."""
    return _optimal(
        n,
        exact=["grade"],
        caliper={"ela": {"width": 0.3}},
        ratio=2,
        min_ratio=1,
        max_ratio=4,
    )


def small_cells(n: int) -> Work:
    """Pairs on a metric within school and grade."""
    return _optimal(n, **CELLS, **METRIC)


def _optimal(n: int, **more: object) -> Work:
    """The match alone: the score or the metric is given."""
    plan, warn = design(method="optimal", **more), Notices()
    study = Study.from_frame(district(n).frame(), plan)
    place = space(study, plan, warn)
    within = limits(study, plan, place, warn)
    return lambda: match_optimal(study, plan, place, within).rows.tolist()


def lap(make: Callable[[int], Work], runner: Callable[[], Any], n: int) -> Lap:
    work = make(n)
    expected = repr(work())
    seconds, found = _once(work, runner)
    if seconds < SHORT:  # a millisecond says little when it is measured once
        seconds = min(seconds, *(_once(work, runner)[0] for _ in range(9)))
    return Lap(seconds, wrong="" if found == expected else "other bytes")


def _once(work: Work, runner: Callable[[], Any]) -> tuple[float, str]:
    with closing(runner()) as by:
        timed = Timed(by)
        start = process_time()
        with run_by(timed):
            found = repr(work())
        return process_time() - start + max(timed.busy.values()), found


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


def contestants(make: Callable[[int], Work]) -> tuple[Contestant, ...]:
    """As shared, then one process, two, and Dask on this machine."""
    return (
        Contestant("as shared", partial(lap, make, Shared)),
        Contestant("one process", partial(lap, make, Here)),
        Contestant("two processes", partial(lap, make, lambda: Always(Processes(2)))),
        Contestant("Dask", partial(lap, make, _on_dask), _no_dask),
    )


# Name, in words, students, their work, and as shared at most against the others.
CASES = (
    (
        "permutation",
        "999 deals of whole grades stay in one process, where they are done soonest",
        3_000,
        permutation,
        STAYS,
    ),
    (
        "bootstrap",
        "2,000 draws under g-computation go to two processes once that pays",
        200_000,
        bootstrap,
        GOES,
    ),
    (
        "small-cells",
        "pairs on a metric within school and grade stay in one process",
        20_000,
        small_cells,
        STAYS,
    ),
    (
        "cells",
        "one to four each in a caliper within grade go to two processes once that pays",
        100_000,
        cells,
        GOES,
    ),
)
