"""Doors call services, services write models, the engine knows arrays and no Django."""

import subprocess
import sys

from importlinter.cli import lint_imports

from tests.house.source import ROOT, modules

ENGINE_ALONE = """
import sys
sys.modules["django"] = None
import importlib, pkgutil, outcomes.engine
for module in pkgutil.walk_packages(outcomes.engine.__path__, "outcomes.engine."):
    importlib.import_module(module.name)
"""

WEB_ALONE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "programs_tracker.settings"
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from django.urls import get_resolver
get_resolver().url_patterns
import api.urls
loaded = [name for name in ("numpy", "pandas", "scipy") if name in sys.modules]
assert not loaded, loaded
"""


def alone(program: str):
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_contract_holds():
    assert lint_imports(no_cache=True) == 0


def test_the_engine_imports_where_there_is_no_django():
    process = alone(ENGINE_ALONE)
    assert process.returncode == 0, process.stderr


def test_the_web_process_never_loads_numpy_pandas_or_scipy():
    process = alone(WEB_ALONE)
    assert process.returncode == 0, process.stderr


def test_no_module_has_a_name_that_says_nothing():
    vague = {"utils", "helpers", "misc", "common", "tools"}
    assert not [path for path, _ in modules() if path.stem in vague]
