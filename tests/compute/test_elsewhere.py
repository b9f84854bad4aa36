"""Other processes give what this one gives, in order, whatever happens to them."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from typing import ClassVar

import pytest

from outcomes.compute import processes
from outcomes.compute.chosen import always
from outcomes.compute.scheduler import Scheduler, SchedulerSilent
from outcomes.compute.sharing import ProcessesLost
from outcomes.designs.errors import InputError
from outcomes.engine.tasks import blocks_of_draws, here
from tests.compute import chores

pytestmark = pytest.mark.enable_socket  # Dask speaks to its processes on this machine


@pytest.fixture(params=["pool", "dask"])
def elsewhere(request):
    return request.getfixturevalue(request.param)


def test_draws_are_the_same_to_the_last_bit(elsewhere):
    blocks = blocks_of_draws(seed=7, draws=1050)
    assert [block.draws for block in blocks] == [100] * 10 + [50]
    found = elsewhere.run(chores.sums_of, blocks, always)
    assert found == here(chores.sums_of, blocks)
    assert len({tuple(sums) for sums in found}) == 11


def test_answers_come_in_the_order_asked_from_one_blas_thread(elsewhere):
    found = elsewhere.run(chores.slow_square, range(20), always)
    assert found == [(i * i, "1") for i in range(20)]


def test_each_keeps_to_one_processor(elsewhere):
    assert elsewhere.run(chores.processors_there, range(3), always) == [1, 1, 1]


def test_a_killed_process_changes_nothing(elsewhere, tmp_path):
    task = partial(chores.killed_once, tmp_path)
    found = elsewhere.run(task, range(12), always)
    assert (tmp_path / "was here").exists()
    assert found == here(task, range(12))


def test_a_task_that_kills_its_process_is_refused_in_words(elsewhere):
    with pytest.raises(ProcessesLost, match="3 times a process ended") as refusal:
        elsewhere.run(chores.killed_always, range(6), always)
    assert refusal.value.code == "processes_lost"
    assert elsewhere.run(abs, [-1], always) == [1]  # and others go on


def test_processes_that_break_while_one_more_starts_are_begun_anew(monkeypatch):
    class Breaks(ProcessPoolExecutor):
        broken: ClassVar[list[str]] = []

        def submit(self, *task):
            if not self.broken:
                self.broken.append("handle is closed")
                raise OSError(self.broken[0])
            return super().submit(*task)

    monkeypatch.setattr(processes, "ProcessPoolExecutor", Breaks)
    with closing(processes.Processes(2)) as begun:
        assert begun.run(abs, [-1, -2], always) == [1, 2]
    assert Breaks.broken


def test_the_first_refusal_comes_back_with_its_code(elsewhere):
    with pytest.raises(InputError, match="2 is too many") as refusal:
        elsewhere.run(chores.refused, range(5), always)
    assert refusal.value.code == "too_many"


class NotWanted(Exception):
    pass


def test_what_nobody_wants_any_more_is_ended(elsewhere, tmp_path):
    def wanted():
        if any(tmp_path.iterdir()):
            raise NotWanted

    with pytest.raises(NotWanted):
        elsewhere.run(partial(chores.asleep, tmp_path), range(4), wanted)
    elsewhere.close()
    for path in tmp_path.iterdir():
        wait_until_ended(int(path.name))


def wait_until_ended(pid: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def test_a_scheduler_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr("outcomes.compute.scheduler.SECONDS_TO_CONNECT", 0.3)
    absent = Scheduler("tcp://127.0.0.1:9", 2)
    with pytest.raises(SchedulerSilent, match="no work can be sent to Dask at tcp"):
        absent.run(abs, [-1], always)


def test_a_scheduler_without_workers_is_told(monkeypatch):
    monkeypatch.setattr("outcomes.compute.scheduler.SECONDS_TO_WAIT", 0)
    idle = Scheduler("", 0)
    try:
        with pytest.raises(SchedulerSilent, match="it has no workers"):
            idle.run(abs, [-1], always)
    finally:
        idle.close()
