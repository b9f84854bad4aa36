"""A scheduler and workers that are started by hand and reached over TCP."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

from outcomes.compute import scheduler
from outcomes.compute.chosen import computing
from outcomes.engine import findings
from outcomes.services.execution import canonical
from tests.engine import lalonde
from tests.house.source import ROOT

pytestmark = pytest.mark.enable_socket
KEYS = {"pretests": ["re74", "re75"], "cluster": "school", "errors": ["bootstrap"]}
FRAME = lalonde.FRAME.assign(school=np.arange(len(lalonde.FRAME)) % 37)


@contextmanager
def dask(*arguments, project=ROOT):
    environment = {**os.environ, "PYTHONPATH": str(project)}
    command = [str(Path(sys.executable).with_name("dask")), *arguments]
    with subprocess.Popen(
        [*command, "--no-dashboard"], env=environment, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def worker(address, folder, **more):
    alone = ["--nworkers", "1", "--nthreads", "1", "--no-nanny"]
    return dask("worker", address, *alone, "--local-directory", str(folder), **more)


@pytest.fixture
def address(settings, monkeypatch, tmp_path):
    """Of a scheduler to which COMPUTE=dask now sends whatever can be shared."""
    file = tmp_path / "scheduler.json"
    said = ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
    monkeypatch.setattr("outcomes.compute.sharing.Sharing._pays", lambda *_: True)
    with dask("scheduler", *said):
        deadline = time.monotonic() + 30
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        found = json.loads(file.read_text())["address"]
        settings.COMPUTE, settings.DASK_SCHEDULER = "dask", found
        yield found


def until_at_work(address, count):
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=30)


def test_reports_are_the_same_to_the_byte_even_when_a_machine_goes_away(
    address, tmp_path
):
    alone, looks = canonical(lalonde.report(FRAME, **KEYS)), []
    with ExitStack() as running:
        first, _ = [running.enter_context(worker(address, tmp_path)) for _ in range(2)]
        until_at_work(address, 2)
        with computing():
            assert canonical(lalonde.report(FRAME, **KEYS)) == alone

        def wanted():
            looks.append(first.poll())
            if len(looks) == 3:  # tasks are with both of them now
                first.kill()

        with computing(wanted):
            assert canonical(lalonde.report(FRAME, **KEYS)) == alone
        assert first.wait(10) < 0


def refusal():
    with pytest.raises(scheduler.SchedulerOther) as refused, computing():
        lalonde.report(FRAME, **KEYS)
    assert refused.value.code == "scheduler_other"
    return str(refused.value)


def test_who_has_another_engine_or_none_is_refused(address, tmp_path, monkeypatch):
    with worker(address, tmp_path), monkeypatch.context() as elsewhere:
        until_at_work(address, 1)
        elsewhere.setattr(findings, "ENGINE_VERSION", "0.9.0")
        assert "here are {'engine': '0.9.0'" in refusal()
    with worker(address, tmp_path, project=tmp_path):
        assert "No module named 'outcomes'" in (said := refusal())
        assert "with PYTHONPATH=." in said
