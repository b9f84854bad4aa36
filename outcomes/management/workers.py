"""Several workers on one machine, each a process: leases keep them apart."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings

SECONDS_BETWEEN_LOOKS = 0.2


def work_together(count: int, arguments: Sequence[str], tell: Callable) -> int:
    """Keep so many workers until they end by themselves or are told to stop.

    One that is killed is replaced. Returns the worst exit code.
    """
    worst, passed_on = 0, 0
    with _told() as told:
        workers = [_started(count, arguments) for _ in range(count)]
        while workers:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            for ended in [each for each in workers if each.poll() is not None]:
                workers.remove(ended)
                worst = max(worst, ended.returncode)
                if ended.returncode < 0 and not told:
                    tell(f"A worker was ended by signal {-ended.returncode}: replaced.")
                    workers.append(_started(count, arguments))
            while passed_on < len(told):  # asked once, each finishes its run first
                passed_on += 1
                for worker in workers:
                    worker.terminate()
    return worst


def _started(count: int, arguments: Sequence[str]) -> subprocess.Popen:
    # Together they use as many processors as one would alone.
    share = {"PROCESSES": str(max(1, settings.PROCESSES // count))}
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--until-closed", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **share},
        stdin=subprocess.PIPE,  # closed by whatever ends us, a kill too
        start_new_session=True,  # Ctrl-C reaches us alone, and we pass it on
    )


@contextmanager
def _told() -> Iterator[list[int]]:
    """What we were told to stop by, so far."""
    told: list[int] = []
    before = {
        each: signal.signal(each, lambda number, frame: told.append(number))
        for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield told
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
