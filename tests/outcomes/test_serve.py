"""Web and worker start together, say where they are, and stop together."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from urllib.request import Request, urlopen

import pytest
from django.core.management import CommandError, call_command

from outcomes.management.commands.serve import keep_working, process
from tests.house.source import ROOT

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def taken():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_port_that_is_taken_is_refused_in_one_line(taken):
    with pytest.raises(CommandError, match="Choose another --port"):
        call_command("serve", port=taken)


def test_it_prints_a_log_in_that_works_and_stops_when_asked(port, tmp_path):
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/served.sqlite3"}
    serving = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **database, "VAR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        where, log_in = serving.stdout.readline(), serving.stdout.readline()
        assert f"http://127.0.0.1:{port}/" in where, serving.stderr.read()
        password = log_in.partition("password ")[2].partition(" ")[0]
        body = json.dumps({"username": "office", "password": password}).encode()
        request = Request(
            f"http://127.0.0.1:{port}/api/v1/tokens/",
            body,
            {"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=20) as answer:
            assert json.load(answer)["username"] == "office"
    finally:
        serving.send_signal(signal.SIGINT)
        _, said = serving.communicate(timeout=30)
    assert serving.returncode == 0
    assert "Stopped." in said
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


# What `serve` starts, by one who can be killed once both are there.
STARTS_BOTH = """
import os, sys, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "programs_tracker.settings"
django.setup()
from outcomes.management.commands import serve
where = "127.0.0.1", int(sys.argv[1])
with serve.process(*serve.WORKER), serve.process(*serve.web_server(*where)) as web:
    serve.wait_until_up(*where, web)
    print("up", flush=True)
    time.sleep(60)
"""


def test_both_end_when_who_started_them_is_killed(port, tmp_path):
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/served.sqlite3"}
    serving = subprocess.Popen(
        [sys.executable, "-c", STARTS_BOTH, str(port)],
        cwd=ROOT,
        env={**os.environ, **database, "VAR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the worker finds no table here
        text=True,
    )
    assert serving.stdout.readline() == "up\n"
    serving.kill()
    serving.communicate(timeout=30)  # until all who hold its output have ended
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


WAITS = "import time; time.sleep(60)"
IS_KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
FAILS = "raise SystemExit(3)"


def test_a_worker_that_is_killed_is_replaced_and_the_web_goes_on():
    told, ends = [], iter([IS_KILLED, FAILS])
    with ExitStack() as running:
        web = running.enter_context(process("-c", WAITS))
        ended = keep_working(
            web, lambda: running.enter_context(process("-c", next(ends))), told.append
        )
        assert web.poll() is None
    assert told == ["The worker was ended by signal 9: replaced."]
    assert ended == "The worker process ended with 3."


def test_without_the_web_all_ends():
    with ExitStack() as running:
        web = running.enter_context(process("-c", FAILS))
        web.wait()
        ended = keep_working(
            web, lambda: running.enter_context(process("-c", WAITS)), print
        )
    assert ended == "The web process ended with 3."
