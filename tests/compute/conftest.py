import pytest

from outcomes.compute.processes import Processes


@pytest.fixture(scope="module")
def pool():
    """Processes are slow to start, and no test leaves a trace in them."""
    processes = Processes(2)
    yield processes
    processes.close()


@pytest.fixture(scope="module")
def dask():
    from outcomes.compute.scheduler import Scheduler

    scheduler = Scheduler("", 2)
    yield scheduler
    scheduler.close()
