"""The processes of a Dask scheduler. Only COMPUTE=dask loads this."""

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from time import monotonic, sleep
from typing import TypeVar
from uuid import uuid4

from dask.utils import funcname
from distributed import Client, Future, LocalCluster
from distributed.scheduler import KilledWorker

from outcomes.compute.sharing import (
    ATTEMPTS,
    BEAT,
    ONE_BLAS_THREAD,
    ProcessesLost,
    Wanted,
    alone,
)
from outcomes.designs.errors import EngineError
from outcomes.engine.findings import versions

A = TypeVar("A")
R = TypeVar("R")
SECONDS_TO_CONNECT, SECONDS_TO_WAIT = 10, 60


class SchedulerSilent(EngineError):
    """Nobody answers at DASK_SCHEDULER, or nobody works for it."""

    code = "scheduler_silent"


class SchedulerOther(EngineError):
    """What is at DASK_SCHEDULER lacks this project, or would end in other digits."""

    code = "scheduler_other"


class Scheduler:
    """That at an address, or without one a scheduler here, with so many processes."""

    def __init__(self, address: str, processes: int) -> None:
        self.address = address
        self.processes = max(processes, 2) if address else processes  # of it, at least
        self.start_seconds = 0.5 if address else 4.0
        self._client: Client | None = None
        self._cluster: LocalCluster | None = None
        self._is_like_us = not address  # one of our own cannot be otherwise

    def run(
        self, task: Callable[[A], R], arguments: Sequence[A], wanted: Wanted
    ) -> list[R]:
        answers: dict[int, R] = {}
        client = self._connected()
        for _ in range(ATTEMPTS):
            self._wait_for_processes(client, wanted)
            if not self._is_like_us:
                self._refuse_other(client)
            missing = [i for i in range(len(arguments)) if i not in answers]
            asked: list[Future] = []
            try:
                # To each process once, not with each argument: what all tasks share.
                shared = client.scatter(task, broadcast=True, hash=False)
                asked += [_submit(client, shared, task, arguments[i]) for i in missing]
                _wait(asked, wanted)
                for i, answer in zip(missing, asked, strict=True):
                    answers[i] = answer.result()
                return [answers[i] for i in range(len(arguments))]
            except KilledWorker as lost:
                raise ProcessesLost from lost
            except (CancelledError, TimeoutError):
                continue  # who held what they share is gone
            finally:
                client.cancel(asked)
        raise ProcessesLost

    def _wait_for_processes(self, client: Client, wanted: Wanted) -> None:
        deadline = monotonic() + SECONDS_TO_WAIT
        while not client.scheduler_info()["workers"]:
            wanted()
            if monotonic() > deadline:
                raise self._silent("it has no workers")
            sleep(BEAT)

    def _refuse_other(self, client: Client) -> None:
        """Asked before work is sent: of code that is not there Dask tells little."""
        try:
            found = {"its scheduler": client.run_on_scheduler(versions)}
            found |= client.run(versions)
        except Exception as error:
            raise self._other(f"they cannot run our code: {error}") from error
        for who, has in found.items():
            if has != versions():
                raise self._other(f"{who} has {has}, here are {versions()}")
        self._is_like_us = True

    def _other(self, why: str) -> SchedulerOther:
        return SchedulerOther(
            f"Dask at {self.address} is not like this process, {why}; start its "
            "scheduler and every worker in the project's folder, with PYTHONPATH=. "
            "and the same requirements.lock, or set COMPUTE=local"
        )

    def _silent(self, why: object) -> SchedulerSilent:
        return SchedulerSilent(
            f"no work can be sent to Dask at {self.address or 'this machine'}: {why}; "
            "start its scheduler and workers, correct DASK_SCHEDULER, or set "
            "COMPUTE=local"
        )

    def close(self) -> None:
        for part in (self._client, self._cluster):
            if part is not None:
                part.close()
        self._client = self._cluster = None

    def _connected(self) -> Client:
        if self._client is not None:
            return self._client
        try:
            if not self.address:
                self._cluster = LocalCluster(
                    n_workers=self.processes,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",  # any free port, not the usual
                    scheduler_kwargs={"dashboard": False},
                    env=ONE_BLAS_THREAD,
                )
            self._client = Client(
                self.address or self._cluster,
                timeout=SECONDS_TO_CONNECT,
                set_as_default=False,
            )
        except OSError as error:
            raise self._silent(error) from error
        return self._client


def _submit(client: Client, shared: Future, task: Callable[[A], R], one: A) -> Future:
    # By its own name: Dask moves waiting tasks by how long their namesakes took.
    return client.submit(alone, shared, one, key=f"{funcname(task)}-{uuid4().hex}")


def _wait(answers: Sequence[Future], wanted: Wanted) -> None:
    while not all(answer.done() for answer in answers):
        wanted()
        sleep(BEAT / 10)
