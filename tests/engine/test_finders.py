"""A tree that looks at a few first, against a look at everyone."""

import os

import numpy as np
import pytest
from scipy.spatial import cKDTree

from outcomes.engine import finders
from outcomes.engine.distance import Space
from outcomes.engine.finders import Scan, Tree
from outcomes.engine.limits import Limits, Within
from outcomes.engine.tasks import on_processors

N = 900


def crowd(seed, steps, share=0.3):
    """Points on a grid, so that many are equally near, and who takes part."""
    random = np.random.default_rng(seed)
    points = random.integers(0, steps, (N, 2)) / 4
    return random, Space(points, None, None), random.random(N) < share


@pytest.fixture(params=[1, 10_000])
def many(request, monkeypatch):
    """Questions that are worth another processor: whether they are or not, all finders
    decide alike."""
    monkeypatch.setattr(finders, "MANY", request.param)


@pytest.mark.parametrize("steps", [5, 30, 4000])
@pytest.mark.parametrize("width", [0.3, 20.0, float("inf")])
@pytest.mark.parametrize("share", [0.05, 0.3])
@pytest.mark.usefixtures("many")
def test_a_tree_takes_whom_a_look_at_everyone_takes(steps, width, share):
    random, space, treated = crowd(steps, steps, share)
    arms = np.flatnonzero(treated), np.flatnonzero(~treated)
    near = Within("age", random.integers(0, 9, N).astype(float), 3.0)
    apart = random.integers(0, 4, N)
    for limits in (
        Limits(np.zeros(N, int), (), width, ()),
        Limits(np.zeros(N, int), (apart,), width, (near,)),
    ):
        tree, scan = (kind(*arms, space, limits, 1e-10) for kind in (Tree, Scan))
        for _ in range(2):
            for one, other in zip(tree.in_turn(), scan.in_turn(), strict=True):
                assert one.tolist() == other.tolist()


def test_a_tree_finds_all_as_near_as_the_third():
    _, space, treated = crowd(1, 12)
    arms = np.flatnonzero(treated), np.flatnonzero(~treated)
    limits = Limits(np.zeros(N, int), (), 1.0, ())
    tree, scan = (kind(*arms, space, limits, 1e-10) for kind in (Tree, Scan))
    for row in arms[0]:
        rows, distances = scan.nearby(row, 3)
        if len(rows) >= 3:
            rows = rows[distances <= np.sort(distances)[2]]
        assert set(rows) <= set(tree.nearby(row, 3)[0])


def test_a_tree_that_nobody_asks_finds_nobody():
    _, space, treated = crowd(1, 12)
    limits = Limits(np.zeros(N, int), (), 1.0, ())
    nobody = np.flatnonzero(treated)[:0]
    tree = Tree(nobody, np.flatnonzero(~treated), space, limits, 1e-10)
    assert [part.tolist() for part in tree.in_turn()] == [[], [], []]


@pytest.mark.parametrize("most", [1, 2])
def test_a_tree_is_asked_on_no_more_processors_than_allowed(most, monkeypatch):
    asked = []

    class Watching(cKDTree):
        def query(self, points, few, workers):
            asked.append(workers)
            return super().query(points, few, workers=1)

    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(2), raising=False)
    monkeypatch.setattr(finders, "cKDTree", Watching)
    monkeypatch.setattr(finders, "MANY", 1)
    _, space, treated = crowd(1, 12)
    arms = np.flatnonzero(treated), np.flatnonzero(~treated)
    with on_processors(most):
        Tree(*arms, space, Limits(np.zeros(N, int), (), np.inf, ()), 1e-10)
    assert asked == [most]
