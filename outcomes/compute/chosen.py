"""What COMPUTE says, for as long as one evaluation takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from django.conf import settings

from outcomes.compute.processes import Processes
from outcomes.compute.sharing import Elsewhere, Sharing, Wanted
from outcomes.engine.tasks import on_processors, run_by


def always() -> None:
    """Whoever asked waits for the answer."""


@contextmanager
def computing(wanted: Wanted = always) -> Iterator[None]:
    """The engine's tasks go where COMPUTE says, if that is sooner done than here.

    wanted : is called between tasks, and may raise to end them.
    """
    elsewhere = _elsewhere()
    try:
        with run_by(Sharing(elsewhere, wanted)), on_processors(settings.PROCESSES):
            yield
    finally:
        elsewhere.close()


def _elsewhere() -> Elsewhere:
    if settings.COMPUTE == "local":
        return Processes(settings.PROCESSES)
    # By name and only now: COMPUTE=local does without Dask.
    scheduler = import_module("outcomes.compute.scheduler")
    return scheduler.Scheduler(settings.DASK_SCHEDULER, settings.PROCESSES)
