"""A bound must bite: double work fails, a wrong answer is void, a skip is no pass."""

import json

import pytest

from benchmarks import kernels, report
from benchmarks.contest import Contestant, Goal, Lap, best_of
from benchmarks.growth import slope
from benchmarks.rounds import Result, Round

ONCE = Contestant("once", kernels.nearest)
TWICE = Contestant("twice", kernels.nearest_twice)


def goal(ours, other):
    return Goal("C", "a control", {}, ours, (other,), {other.name: 1.5})


def result(ours, other, *, steady=3, skipped=None):
    laps = {"ours": ours, "other": other}
    here = goal(
        Contestant("ours", lambda n: ours), Contestant("other", lambda n: other)
    )
    rounds = tuple(Round(laps, is_steady=i < steady) for i in range(3))
    return Result(here, 10, rounds, skipped or {})


def test_the_same_work_done_twice_fails():
    rounds = tuple(
        Round({c.name: c.run(40_000) for c in (ONCE, TWICE)}, is_steady=True)
        for _ in range(5)
    )
    assert Result(goal(TWICE, ONCE), 40_000, rounds, {}).verdict("once") == "FAIL"
    assert Result(goal(ONCE, TWICE), 40_000, rounds, {}).verdict("twice") == "pass"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (result(Lap(1.0), Lap(1.0)), "pass"),
        (result(Lap(2.0), Lap(1.0)), "FAIL"),
        (result(Lap(1.0, wrong="no pairs"), Lap(1.0)), "VOID"),
        (result(Lap(1.0), Lap(1.0), steady=2), "INCONCLUSIVE"),
        (result(Lap(1.0), Lap(1.0), skipped={"other": "absent"}), "SKIP"),
    ],
)
def test_each_run_has_the_verdict_it_deserves(found, verdict):
    assert found.verdict("other").split()[0] == verdict


def test_a_growth_that_is_a_square_fails():
    sizes = (1000, 2000, 4000, 8000)
    assert slope(sizes, [n**2 / 1e9 for n in sizes]).verdict(1.1) == "FAIL"
    assert slope(sizes, [n / 1e9 for n in sizes]).verdict(1.1) == "pass"


def test_the_page_is_written_from_the_json_of_the_run_alone(tmp_path):
    rows = report.records(result(Lap(2.0, 10.0), Lap(1.0, 20.0)))
    report.save(report.run_of("quick", rows), tmp_path)
    page = (tmp_path / "RESULTS.md").read_text()
    assert (
        "| C | 10 | ours | other, seconds | 2 (2 to 2) | 1.5 | 10 / 20 | FAIL |" in page
    )


def test_what_is_stored_of_other_goals_stays_while_it_is_of_the_same_versions(tmp_path):
    def stored(code, **more):
        report.save(report.run_of("quick", [{**row, "goal": code}]) | more, tmp_path)
        text = (tmp_path / "results-quick.json").read_text()
        return [record["goal"] for record in json.loads(text)["records"]]

    (row,) = report.records(result(Lap(2.0), Lap(1.0)))
    assert stored("M1") == ["M1"]
    assert stored("M2") == ["M1", "M2"]
    assert stored("M1") == ["M2", "M1"]
    assert stored("M3", versions={"numpy": "3.0"}) == ["M3"]


def test_the_fastest_repeat_counts():
    seconds, last = best_of(lambda: 7)
    assert seconds >= 0
    assert last == 7
