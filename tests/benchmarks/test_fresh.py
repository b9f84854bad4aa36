"""A lap is run apart from everyone else's, and one that dies has no time."""

import os

from benchmarks import fresh
from benchmarks.contest import Lap


def who(goal, contestant, n):
    return Lap(float(os.getpid()), wrong=os.environ["OPENBLAS_NUM_THREADS"])


def dies(goal, contestant, n):
    os.kill(os.getpid(), 9)


def fails(goal, contestant, n):
    raise ValueError("nobody is alike")


def test_each_lap_is_a_process_with_one_blas_thread(monkeypatch):
    monkeypatch.setattr(fresh, "lap", who)
    first, second = (fresh.lap_in_a_fresh_process("G", "c", 1) for _ in range(2))
    assert len({first.seconds, second.seconds, float(os.getpid())}) == 3
    assert first.wrong == "1"


def test_the_lap_of_a_goal_is_run():
    found = fresh.lap_in_a_fresh_process("M4-nearest", "nearest", 2_000)
    assert (found.seconds > 0, found.peak_mb > 0, found.wrong) == (True, True, "")


def test_one_that_dies_is_wrong(monkeypatch):
    monkeypatch.setattr(fresh, "lap", dies)
    assert fresh.lap_in_a_fresh_process("G", "c", 1).wrong == "it died (-9)"


def test_one_that_fails_says_why(monkeypatch):
    monkeypatch.setattr(fresh, "lap", fails)
    said = fresh.lap_in_a_fresh_process("G", "c", 1).wrong
    assert said == "ValueError: nobody is alike"
