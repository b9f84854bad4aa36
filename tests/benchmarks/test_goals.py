"""A bound holds at the size that its goal speaks of, and bites there."""

from dataclasses import replace

import pytest

from benchmarks import report, rounds
from benchmarks.contest import Bound, Contestant, Goal, Lap
from benchmarks.goals import GOALS
from benchmarks.rounds import Result, Round, hold


def one(name, *, absent=""):
    return Contestant(name, lambda n: Lap(1.0), lambda: absent)


GOAL = Goal(
    "C",
    "a control",
    {"quick": (10,), "full": (10, 1000)},
    one("ours"),
    (one("other"), one("limit")),
    {"other": {1000: 1 / 4}, "limit": 6},
    guard={"other": 1 / 2},
    beside=(one("more"),),
)


def result(n, *, ours, count=3, **more):
    laps = {"ours": ours, "more": Lap(9.0), "other": Lap(1.0), "limit": Lap(1.0)}
    laps |= more
    return Result(GOAL, n, (Round(laps, is_steady=True),) * count, {})


@pytest.mark.parametrize(
    ("pair", "n", "bound"),
    [
        (("ours", "other"), 1000, Bound(1 / 4)),
        (("ours", "other"), 10, Bound(1 / 2, is_guard=True)),
        (("ours", "limit"), 10, Bound(6)),
        (("more", "other"), 1000, None),
    ],
)
def test_a_bound_is_of_a_size_and_of_the_goals_own(pair, n, bound):
    assert GOAL.bound(*pair, n) == bound


@pytest.mark.parametrize(
    ("n", "seconds", "verdict"),
    [(1000, 0.2, "pass"), (1000, 0.3, "FAIL"), (10, 0.3, "held"), (10, 0.6, "FAIL")],
)
def test_a_guard_that_holds_is_no_pass(n, seconds, verdict):
    assert result(n, ours=Lap(seconds)).verdict("other") == verdict


def test_what_stands_beside_is_told():
    assert result(1000, ours=Lap(1.0)).verdict("other", "more") == "told"


def test_a_wrong_answer_voids_its_own_ratios_alone():
    found = result(10, ours=Lap(0.1), limit=Lap(1.0, wrong="no limit"))
    assert found.verdict("limit").startswith("VOID")
    assert found.verdict("other") == "held"


def test_one_round_is_enough_where_one_was_asked(monkeypatch):
    monkeypatch.setattr(rounds, "lap_in_a_fresh_process", lambda *it: Lap(1.0))
    monkeypatch.setattr(rounds, "_sort_seconds", lambda: 1.0)
    said = []
    minutes = replace(GOAL, rounds={1000: 1})
    assert len(hold(minutes, 10, count=3, tell=said.append).rounds) == 3
    found = hold(minutes, 1000, count=3, tell=said.append)
    assert (len(found.rounds), found.verdict("limit")) == (1, "pass")
    assert len(said) == 4


def test_nobody_runs_when_there_is_nobody_to_compare():
    absent = (one("other", absent="not here"), one("limit", absent="not here"))
    for goal in (
        replace(GOAL, others=absent),
        replace(GOAL, ours=one("ours", absent="no")),
    ):
        found = hold(goal, 10, count=3, tell=pytest.fail)
        said = [record["verdict"].split()[0] for record in report.records(found)]
        assert said[:2] == ["SKIP", "SKIP"]


def test_each_line_says_whether_its_bound_is_a_guard():
    lines = [report.cells(it) for it in report.records(result(10, ours=Lap(0.3)))]
    column = report.HEADINGS.index("at most")
    assert [line[column] for line in lines] == ["0.5 (guard)", "6", "", ""]


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.code)
def test_a_goal_bounds_those_who_run_at_sizes_that_are_run(goal):
    sizes = {n for tier in goal.sizes.values() for n in tier}
    assert {*goal.at_most, *goal.guard} <= {other.name for other in goal.others}
    for asked in goal.at_most.values():
        assert isinstance(asked, int | float) or {*asked} <= sizes
    assert {*goal.rounds} <= sizes
    assert any(
        goal.bound(*pair, n) for pair in Result(goal, 0, (), {}).pairs() for n in sizes
    )
