"""A few looked at first, against a look at everyone."""

import numpy as np
import pytest

from outcomes.engine.distance import Space
from outcomes.engine.finders import FewFirst, Scan
from outcomes.engine.limits import Limits, Within

N = 900


def crowd(seed, steps, share=0.3):
    """Points on a grid, so that many are equally near, and who takes part."""
    random = np.random.default_rng(seed)
    points = random.integers(0, steps, (N, 2)) / 4
    return random, Space(points, None, None), random.random(N) < share


def refuse_others_than_a_look_at_everyone_takes(random, space, treated, width, rounds):
    """By the caliper alone, and with other limits too."""
    n, arms = len(treated), (np.flatnonzero(treated), np.flatnonzero(~treated))
    near = Within("age", random.integers(0, 9, n).astype(float), 3.0)
    apart = random.integers(0, 4, n)
    for limits in (
        Limits(np.zeros(n, int), (), width, ()),
        Limits(np.zeros(n, int), (apart,), width, (near,)),
    ):
        few, scan = (kind(*arms, space, limits, 1e-10) for kind in (FewFirst, Scan))
        for _ in range(rounds):
            for one, other in zip(few.in_turn(), scan.in_turn(), strict=True):
                assert one.tolist() == other.tolist()


@pytest.mark.parametrize("steps", [5, 30, 4000])
@pytest.mark.parametrize("width", [0.3, 20.0, float("inf")])
@pytest.mark.parametrize("share", [0.05, 0.3])
def test_a_few_take_whom_a_look_at_everyone_takes(steps, width, share):
    refuse_others_than_a_look_at_everyone_takes(
        *crowd(steps, steps, share), width, rounds=2
    )


def test_a_few_are_all_as_near_as_the_third():
    _, space, treated = crowd(1, 12)
    arms = np.flatnonzero(treated), np.flatnonzero(~treated)
    limits = Limits(np.zeros(N, int), (), 1.0, ())
    few, scan = (kind(*arms, space, limits, 1e-10) for kind in (FewFirst, Scan))
    for row in arms[0]:
        rows, distances = scan.nearby(row, 3)
        if len(rows) >= 3:
            rows = rows[distances <= np.sort(distances)[2]]
        assert set(rows) <= set(few.nearby(row, 3)[0])


def test_nobody_who_seeks_finds_nobody():
    _, space, treated = crowd(1, 12)
    limits = Limits(np.zeros(N, int), (), 1.0, ())
    nobody = np.flatnonzero(treated)[:0]
    few = FewFirst(nobody, np.flatnonzero(~treated), space, limits, 1e-10)
    assert [part.tolist() for part in few.in_turn()] == [[], [], []]
