"""Workers that are killed without warning: the run is found once, and whole."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from outcomes.models import Run
from outcomes.services import execution, leases, runs
from tests.factories import UserFactory
from tests.house.source import ROOT
from tests.outcomes.test_execution import DESIGN

# A worker that falls asleep where it is told to, so that it can be killed there.
SLEEPY = """
import os, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "programs_tracker.settings"
django.setup()
from django.core.management import CommandError, call_command
from outcomes.services import execution, leases
module, name = {"engine": (execution, "evaluate"), "last write": (leases, "_end")}[%r]
real = getattr(module, name)
def asleep(*arguments, **facts):
    print("asleep", flush=True)
    time.sleep(60)
    return real(*arguments, **facts)
setattr(module, name, asleep)
call_command("worker", batch=True)
"""

# Workers that do nothing until they are told to stop; each says who it is.
TOGETHER = """
import functools, os, subprocess, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "programs_tracker.settings"
django.setup()
from outcomes.management import workers
idle = "import signal; signal.sigwait({signal.SIGTERM})"
say = functools.partial(print, flush=True)
def started(count, arguments):
    worker = subprocess.Popen([sys.executable, "-c", idle], start_new_session=True)
    say(worker.pid)
    return worker
workers._started = started
sys.exit(workers.work_together(2, [], say))
"""


class Elsewhere:
    """The test's database as other processes see it; in memory it becomes a file."""

    def __init__(self, folder):
        self.file = folder / "elsewhere.sqlite3"
        self.is_file = connection.vendor == "sqlite"
        if self.is_file:
            with sqlite3.connect(self.file) as copy:
                connection.connection.backup(copy)
        of = connection.settings_dict
        host = quote(of["HOST"], safe="")
        url = f"postgresql://{of['USER']}:@{host}/{of['NAME']}"
        self.url = f"sqlite:///{self.file}" if self.is_file else url

    def ask(self, sql: str) -> tuple:
        if not self.is_file:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone() if cursor.description else ()
        with sqlite3.connect(self.file) as there:
            return there.execute(sql).fetchone()

    def start(self, *arguments) -> subprocess.Popen:
        environment = {**os.environ, "DATABASE_URL": self.url}
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill_asleep(self, place: str) -> None:
        worker = self.start("-c", SLEEPY % place)
        try:
            assert worker.stdout.readline() == "asleep\n", worker.stderr.read()
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.communicate()

    def found(self) -> tuple:
        state, attempt = self.ask("SELECT state, attempt FROM outcomes_run")
        (reports,) = self.ask("SELECT COUNT(*) FROM outcomes_findings")
        (matched,) = self.ask("SELECT COUNT(*) FROM outcomes_matchedstudent")
        return state, attempt, reports, matched


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.fixture
def by(db):
    return UserFactory(evaluator=True)


@pytest.fixture
def queued(district, by):
    district.populate()
    return runs.queue(evaluation=district.locked(design=DESIGN), by=by)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["engine", "last write"])
def test_a_killed_worker_leaves_nothing_and_another_finishes(queued, tmp_path, place):
    elsewhere = Elsewhere(tmp_path)
    elsewhere.kill_asleep(place)
    assert elsewhere.found() == ("running", 1, 0, 0)
    elsewhere.ask("UPDATE outcomes_run SET lease_until = '2020-01-01 00:00:00+00:00'")
    another = elsewhere.start("manage.py", "worker", "--batch")
    _, said = another.communicate(timeout=60)
    assert another.returncode == 0, said
    assert elsewhere.found() == ("done", 2, 1, 16)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_stopped_finishes_its_run_first(queued, tmp_path):
    elsewhere = Elsewhere(tmp_path)
    worker = elsewhere.start("manage.py", "worker", "--interval", "0.1")
    wait_for(lambda: elsewhere.found()[0] == "done")
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=10)
    assert worker.returncode == 0
    assert elsewhere.found() == ("done", 1, 1, 16)


@pytest.mark.django_db(transaction=True)
def test_a_batch_empties_the_queue(queued):
    call_command("worker", batch=True)
    queued.refresh_from_db()
    assert queued.state == "done"


@pytest.mark.django_db(transaction=True)
def test_once_takes_one_run(queued, district, by):
    runs.queue(evaluation=district.locked(design={**DESIGN, "seed": 2}), by=by)
    call_command("worker", once=True)
    assert sorted(Run.objects.values_list("state", flat=True)) == ["done", "queued"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_code_was_replaced_ends_and_says_so(queued, monkeypatch):
    def replaced(name):
        raise ImportError(f"cannot import name 'evaluate' from '{name}'")

    monkeypatch.setattr("outcomes.tasks.import_module", replaced)
    with pytest.raises(CommandError, match=r"cannot import name.* start it again\.$"):
        call_command("worker")
    queued.refresh_from_db()
    assert (queued.state, queued.attempt) == ("queued", 0)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_lost_for_a_moment_ends_no_worker(queued, monkeypatch):
    def lost(name):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("outcomes.tasks.import_module", lost)
    call_command("worker", batch=True)
    queued.refresh_from_db()
    assert queued.state == "queued"


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_the_engine_computes(queued, settings, monkeypatch):
    settings.RUN_LEASE = timedelta(seconds=0.6)
    evaluate = execution.evaluate

    def slow(*arguments):
        time.sleep(2)
        assert leases.reap() == []  # what another worker does at each tick
        return evaluate(*arguments)

    monkeypatch.setattr(execution, "evaluate", slow)
    execution.execute(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.attempt) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_a_queue_and_end_with_it(queued, district, by, tmp_path):
    for seed in (2, 3):
        runs.queue(evaluation=district.locked(design={**DESIGN, "seed": seed}), by=by)
    elsewhere = Elsewhere(tmp_path)
    both = elsewhere.start("manage.py", "worker", "--batch", "--processes", "2")
    _, said = both.communicate(timeout=120)
    assert (both.returncode, said) == (0, "")
    unended = "SELECT COUNT(*) FROM outcomes_run WHERE state != 'done' OR attempt != 1"
    assert elsewhere.ask(unended) == (0,)
    assert elsewhere.ask("SELECT COUNT(*) FROM outcomes_findings") == (3,)


@pytest.mark.django_db(transaction=True)
def test_workers_finish_and_end_when_who_keeps_them_is_killed(queued, tmp_path):
    elsewhere = Elsewhere(tmp_path)
    keeper = elsewhere.start("manage.py", "worker", "--processes", "2")
    wait_for(lambda: elsewhere.found()[0] != "queued")
    keeper.kill()
    keeper.communicate(timeout=60)  # its pipes end with the last who holds them
    assert keeper.returncode == -signal.SIGKILL
    assert elsewhere.found() == ("done", 1, 1, 16)


def test_a_worker_that_is_killed_is_replaced_and_all_stop_when_told():
    with subprocess.Popen(
        [sys.executable, "-c", TOGETHER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as together:
        said = together.stdout.readline
        first, second = int(said()), int(said())
        os.kill(first, signal.SIGKILL)
        assert said() == "A worker was ended by signal 9: replaced.\n"
        third = int(said())
        together.terminate()
        assert together.wait(30) == 0
    assert len({first, second, third}) == 3
    for pid in (second, third):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_more_workers_than_a_machine_has_use_for_are_refused():
    with pytest.raises(CommandError, match="invalid choice: 65"):
        call_command("worker", "--processes", "65")
