"""Other packages run only where they are, and a match that is none has no time."""

import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks import peer, peers

TREATED, OTHERS = np.arange(20), np.arange(20, 80)


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "student": np.arange(80),
            "treated": (np.arange(80) < 20).astype(int),
            "math": np.tile(np.arange(20.0), 4),
        }
    )


@pytest.fixture(autouse=True)
def asked_anew():
    peers.versions.cache_clear()
    yield
    peers.versions.cache_clear()


def test_without_an_interpreter_they_are_skipped(monkeypatch):
    monkeypatch.delenv(peers.PEERS_PYTHON, raising=False)
    assert peers.contestant("psmpy").absent() == "PEERS_PYTHON names no interpreter"
    assert peers.versions() == {}


def test_an_interpreter_without_them_skips_them_by_name(monkeypatch):
    monkeypatch.setenv(peers.PEERS_PYTHON, sys.executable)
    monkeypatch.setattr(peers, "DISTRIBUTIONS", {"psmpy": "psmpy", "numpy": "numpy"})
    assert peers.contestant("psmpy").absent() == f"no psmpy at {sys.executable}"
    assert peers.contestant("numpy").absent() == ""
    assert peers.versions() == {"numpy": np.__version__}


def test_an_interpreter_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv(peers.PEERS_PYTHON, "/nowhere/python")
    assert peers.contestant("psmpy").absent() == "no psmpy at /nowhere/python"


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        (TREATED, TREATED + 20, ""),
        (TREATED, np.full(20, 30), "a student stands in two pairs"),
        (TREATED, TREATED, "a pair is of one arm"),
        (TREATED[10:], TREATED[:10] + 20, "a covariate is 1.69 SD apart"),
    ],
)
def test_a_match_is_looked_at(table, one, other, wrong):
    assert peer._broken(table, one, other) == wrong
