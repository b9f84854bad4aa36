"""Work is shared out where that is sooner done, and nowhere else."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from outcomes.compute.chosen import always, computing
from outcomes.compute.processes import Processes
from outcomes.compute.sharing import Sharing
from outcomes.engine import tasks
from outcomes.engine.tasks import blocks_of_draws, here, run, run_by
from outcomes.services import leases
from outcomes.services.execution import canonical
from tests.compute import chores
from tests.engine import lalonde
from tests.house.source import ROOT


class Watched:
    """Two processes that tell what came to them."""

    processes, start_seconds = 2, 0.2

    def __init__(self):
        self.came = []

    def run(self, task, arguments, wanted):
        self.came += arguments
        return here(task, arguments)

    def close(self):
        raise AssertionError("whoever made them closes them")


def slow(number):
    time.sleep(0.1)
    return -number


def test_short_work_never_leaves_this_process():
    elsewhere = Watched()
    elsewhere.start_seconds = 60  # so that a busy machine does not look like work
    with run_by(Sharing(elsewhere, always)):
        assert run(abs, range(-1000, 0)) == [*range(1000, 0, -1)]
    assert not elsewhere.came


def test_long_work_leaves_once_one_task_told_how_long_it_is():
    elsewhere = Watched()
    with run_by(Sharing(elsewhere, always)):
        assert run(slow, range(9)) == [-number for number in range(9)]
    assert elsewhere.came == [*range(1, 9)]


def test_the_last_task_stays_since_nobody_could_share_it():
    elsewhere = Watched()
    with run_by(Sharing(elsewhere, always)):
        assert run(slow, range(2)) == [0, -1]
    assert not elsewhere.came


def test_one_process_shares_with_nobody():
    elsewhere = Watched()
    elsewhere.processes = 1
    with run_by(Sharing(elsewhere, always)):
        assert len(run(slow, range(6))) == 6
    assert not elsewhere.came


def test_who_lost_the_lease_stops_between_two_tasks():
    came = []

    def wanted():
        if len(came) == 2:
            raise leases.LeaseLost

    with (
        run_by(Sharing(Watched(), wanted)),
        pytest.raises(leases.LeaseLost),
    ):
        run(came.append, range(5))
    assert came == [0, 1]


def test_outside_everything_is_done_here():
    with run_by(Sharing(Watched(), always)):
        pass
    assert run(slow, range(4)) == [0, -1, -2, -3]


def test_threads_take_as_many_processors_as_the_settings_say(settings, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(4), raising=False)
    for said, taken in ((1, 1), (3, 3), (9, 4)):
        settings.PROCESSES = said
        with computing():
            assert tasks.processors() == taken
    assert tasks.processors() == 4


@pytest.mark.enable_socket
@pytest.mark.parametrize("compute", ["local", "dask"])
def test_the_settings_say_where(settings, monkeypatch, compute):
    settings.COMPUTE, settings.PROCESSES, settings.DASK_SCHEDULER = compute, 2, ""
    monkeypatch.setattr("outcomes.compute.sharing.Sharing._pays", lambda *_: True)
    blocks = blocks_of_draws(seed=3, draws=400)
    with computing():
        found = run(chores.sums_of, blocks)
    assert found == here(chores.sums_of, blocks)


@pytest.mark.enable_socket
@pytest.mark.parametrize("compute", ["local", "dask"])
def test_a_whole_report_is_the_same_to_the_byte(settings, monkeypatch, compute):
    keys = {"pretests": ["re74", "re75"], "cluster": "school", "errors": ["bootstrap"]}
    keys |= {"method": "full", "distance": "mahalanobis", "exact": ["race"]}
    monkeypatch.setattr(tasks, "WORK_A_PART", 1)
    frame = lalonde.FRAME.assign(school=np.arange(len(lalonde.FRAME)) % 37)
    alone = canonical(lalonde.report(frame, **keys))
    settings.COMPUTE, settings.PROCESSES, settings.DASK_SCHEDULER = compute, 2, ""
    monkeypatch.setattr("outcomes.compute.sharing.Sharing._pays", lambda *_: True)
    with computing():
        assert canonical(lalonde.report(frame, **keys)) == alone


ABANDONED = """
import sys, time
from outcomes.compute.chosen import always
from outcomes.compute.processes import Processes
from tests.compute import chores
if __name__ == "__main__":
    from functools import partial
    from pathlib import Path
    Processes(2).run(partial(chores.asleep, Path(sys.argv[1])), range(2), always)
"""


def test_processes_end_when_who_asked_is_killed(tmp_path):
    from tests.compute.test_elsewhere import wait_until_ended

    (tmp_path / "abandoned.py").write_text(ABANDONED)
    seen = tmp_path / "seen"
    seen.mkdir()
    asking = subprocess.Popen(
        [sys.executable, str(tmp_path / "abandoned.py"), str(seen)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 30
    while len([*seen.iterdir()]) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    asking.kill()
    asking.wait()
    assert len([*seen.iterdir()]) == 2
    for path in seen.iterdir():
        wait_until_ended(int(path.name))


def test_a_pool_that_was_never_needed_is_never_started():
    pool = Processes(2)
    with run_by(Sharing(pool, always)):
        run(abs, range(10))
    assert pool._pool is None
    pool.close()
