"""The few nearest among those of equal flags, against a literal look at all."""

import os

import numpy as np
import pytest
from scipy.spatial import cKDTree

from outcomes.engine import metrics, nearest_few
from outcomes.engine.covariates import Covariates
from outcomes.engine.distance import Space
from outcomes.engine.finders import FewFirst, Scan
from outcomes.engine.limits import Limits
from outcomes.engine.matrix import Matrix
from outcomes.engine.metrics import whitened
from outcomes.engine.nearest_few import NearestFew
from outcomes.engine.notices import Notices
from outcomes.engine.tasks import on_processors
from tests.engine.test_finders import refuse_others_than_a_look_at_everyone_takes

N = 700
NO_LIMITS = Limits(np.zeros(N, int))
FLAGS = (0.02, 0.2, 0.4, 0.5, 0.5)
KINDS = [(0, 3, 0), (4, 2, 0), (4, 3, 2), (5, 1, 9), (3, 0, 0)]


def flagged(seed, flags, numbers, steps):
    """A metric's space of so many flags and numbers, which are whole numbers of `steps`
    an SD where there are any, and who takes part: somebody even of a rare flag."""
    random = np.random.default_rng(seed)
    columns = [(random.random(N) < share).astype(np.int8) for share in FLAGS[:flags]]
    for _ in range(numbers):
        x = random.standard_normal(N)
        columns.append(np.rint(x * steps) if steps else x)
    names = tuple(map(str, range(len(columns))))
    in_model = np.ones(len(columns), bool)
    covariates = Covariates(Matrix(N, tuple(columns)), names, names, in_model)
    treated = random.random(N) < 0.15
    points, alike = whitened(covariates, treated, Notices())
    return Space(points, None, None, alike), treated


@pytest.fixture(params=[(4096, 256, 64), (12, 1, 4), (4096, 256, 4)])
def sizes(request, monkeypatch):
    """What is a crowd, of which a tree is made, and how many share flags: whether they
    do or not changes nothing."""
    crowd, many, shared = request.param
    monkeypatch.setattr(nearest_few, "CROWD", crowd)
    monkeypatch.setattr(nearest_few, "MANY", many)
    monkeypatch.setattr(metrics, "SHARED", shared)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("width", [0.7, float("inf")])
@pytest.mark.usefixtures("sizes")
def test_a_few_take_whom_a_look_at_everyone_takes(seed, kind, width):
    """In the last of four rounds hardly anybody of equal flags is left."""
    refuse_others_than_a_look_at_everyone_takes(
        np.random.default_rng(seed), *flagged(seed, *kind), width, rounds=4
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("few", [1, 3, 8])
@pytest.mark.usefixtures("sizes")
def test_nobody_left_out_is_nearer_than_is_said(kind, few):
    space, treated = flagged(3, *kind)
    turns, pool = np.flatnonzero(treated), np.flatnonzero(~treated)
    near, edge = NearestFew(space, pool).ask(turns, few)
    for row, found, far in zip(turns, near, edge, strict=True):
        left_out = np.setdiff1d(pool, found)
        distances = np.linalg.norm(space.points[left_out] - space.points[row], axis=1)
        assert distances.min(initial=np.inf) >= far * (1 - 1e-12)
        assert found.tolist() == sorted(found.tolist())
        assert len(set(found[found >= 0])) == (found >= 0).sum()


@pytest.mark.parametrize("kind", KINDS[:4])
@pytest.mark.usefixtures("sizes")
def test_who_is_sure_is_found_at_once(kind):
    """Numbers without steps have no ties: then most are sure of their nearest."""
    flags, numbers, _ = kind
    space, treated = flagged(4, flags, numbers + 1, 0)
    turns, pool = np.flatnonzero(treated), np.flatnonzero(~treated)
    near, edge = NearestFew(space, pool).ask(turns, 3)
    gaps = space.points[turns][:, None] - space.points[pool]
    distances = np.linalg.norm(gaps, axis=2)
    is_sure = distances.min(axis=1) < edge
    assert is_sure.mean() > 0.9
    nearest = pool[distances.argmin(axis=1)]
    assert (near == nearest[:, None]).any(axis=1)[is_sure].all()


@pytest.mark.usefixtures("sizes")
def test_a_ring_about_a_student_holds_all_who_are_as_near():
    space, treated = flagged(5, 4, 2, 0)
    pool = np.flatnonzero(~treated)
    nearest = NearestFew(space, pool)
    for row in np.flatnonzero(treated).tolist():
        distances = np.linalg.norm(space.points[pool] - space.points[row], axis=1)
        for far in (2.5, 4.0):
            rows = nearest.within(row, far)
            assert set(pool[distances <= far]) <= set(rows)
            assert (np.diff(rows) > 0).all()
        for rows, edge in nearest.about(row, 3):
            is_left_out = ~np.isin(pool, rows)
            least = distances[is_left_out].min(initial=np.inf)
            assert least >= edge * (1 - 1e-12)


@pytest.mark.parametrize("shared", [1, 4, 64, N])
def test_who_shares_flags_shares_the_first_coordinates(shared, monkeypatch):
    """Cells hold students enough: the rarest flags alone tell, where they are many."""
    monkeypatch.setattr(metrics, "SHARED", shared)
    space, _ = flagged(6, 5, 1, 0)
    code, told = space.alike.code, space.alike.told
    cells = np.unique(code)
    assert len(cells) <= max(1, N // shared)
    assert told == {1: 5, N: 0}.get(shared, told)
    for cell in cells:
        own = space.points[code == cell, :told]
        assert own == pytest.approx(np.broadcast_to(own[0], own.shape), abs=1e-12)


def test_what_single_precision_does_not_tell_double_does():
    """Far from 0 a single is too coarse to say who is nearest; then nobody is sure."""
    space, treated = flagged(7, 3, 2, 0)
    arms = np.flatnonzero(treated), np.flatnonzero(~treated)
    space.points[:, -1] += 3e4
    few, scan = (kind(*arms, space, NO_LIMITS, 1e-10) for kind in (FewFirst, Scan))
    assert few.in_turn()[1].tolist() == scan.in_turn()[1].tolist()


@pytest.mark.parametrize("most", [1, 2])
def test_a_tree_is_asked_on_no_more_processors_than_allowed(most, monkeypatch):
    asked = []

    class Watching(cKDTree):
        def query(self, points, few, workers):
            asked.append(workers)
            return super().query(points, few, workers=1)

    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(2), raising=False)
    monkeypatch.setattr(nearest_few, "cKDTree", Watching)
    monkeypatch.setattr(nearest_few, "CROWD", 100)
    monkeypatch.setattr(nearest_few, "MANY", 1)
    space, treated = flagged(8, 0, 2, 0)
    arms = np.flatnonzero(treated), np.flatnonzero(~treated)
    with on_processors(most):
        FewFirst(*arms, space, NO_LIMITS, 1e-10)
    assert asked == [most]
