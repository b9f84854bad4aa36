"""Other processes of this machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import TypeVar

from outcomes.compute.sharing import (
    ATTEMPTS,
    BEAT,
    ONE_BLAS_THREAD,
    ProcessesLost,
    Wanted,
    alone,
)

A = TypeVar("A")
R = TypeVar("R")


class Processes:
    """So many processes, each with one BLAS thread; they end when this one does."""

    start_seconds = 1.5  # Python, numpy and scipy in each of them

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def run(
        self, task: Callable[[A], R], arguments: Sequence[A], wanted: Wanted
    ) -> list[R]:
        answers: list[Future[R] | None] = [None] * len(arguments)
        for _ in range(ATTEMPTS):
            try:
                for i, argument in enumerate(arguments):
                    if _is_lost(answers[i]):
                        answers[i] = self._submitted(task, argument)
                asked = [answer for answer in answers if answer is not None]
                _wait(asked, wanted)
                return [answer.result() for answer in asked]
            except BrokenProcessPool:
                self.close()
        raise ProcessesLost

    def _submitted(self, task: Callable[[A], R], argument: A) -> Future[R]:
        try:
            return self._started().submit(alone, task, argument)
        except OSError as error:  # it broke while one more process was being started
            raise BrokenProcessPool(str(error)) from error

    def close(self) -> None:
        if self._pool is not None:
            # From Python 3.14 on this has a name: terminate_workers.
            for process in [*self._pool._processes.values()]:
                process.terminate()
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Never forked: a thread that holds a lock or a connection has no copy.
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.processes, spawn, _prepare)
        return self._pool


def _is_lost(answer: Future[R] | None) -> bool:
    if answer is None:
        return True
    return answer.done() and isinstance(answer.exception(), BrokenProcessPool)


def _wait(answers: Sequence[Future[R]], wanted: Wanted) -> None:
    pending = set(answers)
    while pending:
        wanted()
        pending = wait(pending, BEAT, FIRST_COMPLETED).not_done


def _prepare() -> None:
    """In each process, before numpy is there to read the number of its threads."""
    os.environ.update(ONE_BLAS_THREAD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Else students' rows would stay in memory after a killed worker."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
