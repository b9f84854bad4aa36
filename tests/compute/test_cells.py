"""Cells of a match are solved wherever, and the match is the same to the bit."""

from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from outcomes.compute.chosen import always
from outcomes.compute.sharing import Sharing
from outcomes.designs.errors import InputError
from outcomes.engine import tasks
from outcomes.engine.cell_distances import links_by_cell
from outcomes.engine.distance import Space
from outcomes.engine.limits import Limits
from outcomes.engine.tasks import run_by, run_in_parts
from tests.compute import chores
from tests.engine import lalonde

pytestmark = pytest.mark.enable_socket  # Dask speaks to its processes on this machine

METRIC = {"distance": "mahalanobis"}
SOME = {"ratio": 2, "min_ratio": 1, "max_ratio": 4, "distance": "logit"}
WAYS = {
    "optimal": {"method": "optimal", **METRIC},
    "two each": {"method": "optimal", "ratio": 2, **METRIC},
    "in a caliper": {"method": "optimal", "caliper": {"age": {"width": 0.2}}, **METRIC},
    "full": {"method": "full", **METRIC},
    "more for some, on a score": {"method": "optimal", **SOME},
    "more for some": {"method": "optimal", "caliper": {"age": {"width": 1.0}}, **SOME},
}


@pytest.fixture(params=["pool", "dask"])
def elsewhere(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(autouse=True)
def _each_cell_is_a_part(monkeypatch):
    monkeypatch.setattr(tasks, "WORK_A_PART", 1)


@contextmanager
def shared_by(elsewhere, change=lambda task: task):
    """All parts go elsewhere; how many went."""
    went = []

    def runner(task, arguments):
        went.extend(arguments)
        return elsewhere.run(change(task), arguments, always)

    with run_by(runner):
        yield went


def bits(**keys):
    _, found = lalonde.arranged(exact=["race", "married"], **keys)
    matched = found.matched
    arrays = (matched.sets, matched.rows, matched.shares)
    return [array.tobytes() for array in arrays], repr(matched.total_distance)


@pytest.mark.parametrize("way", WAYS)
def test_cells_go_elsewhere_and_come_back_the_same(elsewhere, way):
    alone = bits(**WAYS[way])
    with shared_by(elsewhere) as went:
        assert bits(**WAYS[way]) == alone
    assert len(went) == 6  # three races, married or not


def test_a_process_that_is_killed_with_its_cells_changes_nothing(elsewhere, tmp_path):
    alone = bits(**WAYS["full"])
    killed = partial(partial, chores.then_killed_once, tmp_path)
    with shared_by(elsewhere, killed):
        assert bits(**WAYS["full"]) == alone
    assert (tmp_path / "was here").exists()


def crowd(cell):
    """Two participants and three others in each cell, on a plane."""
    cell = np.repeat(np.asarray(cell), 5)
    points = np.random.default_rng(1).normal(size=(len(cell), 2))
    turns = np.flatnonzero(np.arange(len(cell)) % 5 < 2)
    pool = np.setdiff1d(np.arange(len(cell)), turns)
    return turns, pool, Space(points, None, None), Limits(cell, (), np.inf, ())


def test_what_one_cell_refuses_comes_back_in_its_own_words(elsewhere):
    with (
        shared_by(elsewhere),
        pytest.raises(InputError, match="2 participants are too far") as refusal,
    ):
        links_by_cell(*crowd([0, 1]), chores.too_far)
    assert refusal.value.code == "too_far"


def test_a_cell_too_large_for_memory_is_refused_before_any_is_solved(monkeypatch):
    monkeypatch.setattr("outcomes.engine.cell_distances.LARGEST", 6)
    turns, pool, space, limits = crowd([0, 1, 1])
    solved = []
    with pytest.raises(InputError, match="4 participants and 6 comparison students"):
        links_by_cell(turns, pool, space, limits, solved.append)
    assert not solved
    with pytest.raises(InputError, match="2 participants, each of whom seeks 2, and 3"):
        links_by_cell(*crowd([0]), solved.append, times=2)


def test_small_cells_share_a_part_that_hangs_on_their_work_alone(monkeypatch):
    monkeypatch.setattr(tasks, "WORK_A_PART", 10)
    parts = []

    def runner(task, arguments):
        parts.extend(arguments)
        return tasks.here(task, arguments)

    with run_by(runner):
        found = run_in_parts(abs, range(-7, 0), [4, 4, 4, 30, 1, 9, 1])
    assert found == [7, 6, 5, 4, 3, 2, 1]
    assert parts == [[-7, -6, -5], [-4], [-3, -2], [-1]]
    assert run_in_parts(abs, [], []) == []


def test_who_cancels_is_heard_between_two_parts():
    looks = []

    class NotWanted(Exception):
        pass

    def wanted():
        looks.append(len(looks))
        if len(looks) == 3:
            raise NotWanted

    class Nowhere:
        processes, start_seconds = 1, 60.0

    with run_by(Sharing(Nowhere(), wanted)), pytest.raises(NotWanted):
        bits(**WAYS["optimal"])
    assert looks == [0, 1, 2]
