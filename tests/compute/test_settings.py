"""What the environment says and makes no sense: refused at the start, in one line."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from programs_tracker import environment
from tests.house.source import ROOT

EVALUATED = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "programs_tracker.settings"
django.setup()
from outcomes.services import execution, tables
from outcomes.compute.chosen import computing
with computing():
    pass
assert "scipy" in sys.modules
loaded = [name for name in ("dask", "distributed", "tornado") if name in sys.modules]
assert not loaded, loaded
"""


def manage(**settings):
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("COMPUTE", "spark", "COMPUTE='spark' is not known: write local or dask."),
        ("DASK_SCHEDULER", "host", "DASK_SCHEDULER='host' is not an address"),
        ("DASK_SCHEDULER", "http://host:80", "expected something like tls://host:8786"),
        ("PROCESSES", "0", "PROCESSES='0' is not a count"),
        ("PROCESSES", "two", "write a whole number of at least 1"),
        ("NUM_PROXIES", "-1", "write a whole number of at least 0"),
        ("API_RATE", "lots", "write something like 600/min"),
        ("LOG_IN_RATE", "10/fortnight", "or nothing for no limit"),
        ("TIME_ZONE", "Boston", "write something like America/New_York"),
        ("TIME_ZONE", "America", "TIME_ZONE='America' is not a time zone"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL='LOUD' is not a level"),
        ("VAR", "/dev/null/var", "set VAR to a folder that may be written"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start(setting, value, said):
    process = manage(**{setting: value})
    assert process.returncode == 1
    assert said in process.stderr
    assert process.stderr.count("\n") == 1


def test_dask_that_is_not_installed_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setenv("COMPUTE", "dask")
    assert environment.compute() == "dask"
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="install the extra `scale`"):
        environment.compute()


def test_unsaid_it_is_local_with_as_many_processes_as_processors(monkeypatch):
    for name in ("COMPUTE", "DASK_SCHEDULER", "PROCESSES"):
        monkeypatch.setenv(name, "")
    assert environment.compute() == "local"
    assert environment.dask_scheduler() == ""
    assert environment.processes() == os.cpu_count()


def test_local_never_loads_dask():
    process = subprocess.run(
        [sys.executable, "-c", EVALUATED],
        cwd=ROOT,
        env={**os.environ, "COMPUTE": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
