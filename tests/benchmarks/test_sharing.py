"""Whoever draws, the benchmark sees the same bytes, and other bytes are void."""

from functools import partial

import numpy as np
import pytest

from benchmarks import sharing
from outcomes.engine.tasks import Block, blocks_of_draws, run


def random_sums(n: int):
    return lambda: run(_sum, blocks_of_draws(n, 300))


def _sum(block: Block) -> float:
    return float(block.random().random(block.draws).sum())


def unseeded_sums(n: int):
    return lambda: run(_unseeded, range(5))


def _unseeded(number: int) -> float:
    return float(np.random.default_rng().random())


@pytest.mark.parametrize("runner", [sharing.Here, sharing.Shared])
def test_seeded_draws_have_a_time_and_others_none(runner):
    right = sharing.lap(random_sums, runner, 3)
    assert (right.wrong, right.seconds > 0) == ("", True)
    assert sharing.lap(unseeded_sums, runner, 3).wrong == "other bytes"


@pytest.mark.parametrize(
    "make",
    [sharing.permutation, sharing.bootstrap, sharing.cells, sharing.small_cells],
)
def test_the_work_of_each_case_is_seeded(make, monkeypatch):
    monkeypatch.setattr("outcomes.engine.bootstrap.bootstrap.__defaults__", (20,))
    assert sharing.lap(make, sharing.Here, 2_000).wrong == ""


def test_time_of_other_processes_counts_once_each():
    answers = iter([(1, 7, 0.5), (2, 7, 0.9), (3, 8, 0.4)])
    timed = sharing.Timed(lambda task, arguments: list(answers))
    assert timed(partial(abs), range(3)) == [1, 2, 3]
    assert max(timed.busy.values()) == 0.9
