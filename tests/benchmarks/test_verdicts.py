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


@pytest.fixture
def save(tmp_path):
    """Saves such records, and tells what is stored then, a run at a time."""
    store = tmp_path / "results-quick.json"

    def saved(*rows, **more):
        report.save(report.run_of("quick", [*rows]) | more, tmp_path)
        stored = json.loads(store.read_text())
        return [
            [(it["goal"], it["other"], *it["ratios"][:1]) for it in run["records"]]
            for run in stored
        ]

    return saved


def record(code, ratio=2.0, other="other"):
    (row,) = report.records(result(Lap(ratio), Lap(1.0)))
    return row | {"goal": code, "other": other}


def without_figure(code, verdict, other="other"):
    return record(code, other=other) | {"ratios": [], "verdict": verdict}


NUMPY_3, DAY_BEFORE = {"versions": {"numpy": "3.0"}}, {"day": "2026-01-01"}


def test_a_run_of_other_versions_or_days_loses_nothing(save, tmp_path):
    first, second = ("M1", "other", 2.0), ("M2", "other", 2.0)
    assert save(record("M1"), **DAY_BEFORE) == [[first]]
    assert save(record("M2"), **NUMPY_3) == [[first], [second]]
    assert save(record("M3")) == [[first], [second], [("M3", "other", 2.0)]]
    page = (tmp_path / "RESULTS.md").read_text()
    told = [page.index(f"| {code} |") for code in ("M3", "M2", "M1")]
    assert told == sorted(told), "newest first"


def test_a_run_of_the_same_day_and_versions_goes_on(save):
    save(record("M1"))
    save(record("M2"), **NUMPY_3)
    assert save(record("M3")) == [
        [("M2", "other", 2.0)],
        [("M1", "other", 2.0), ("M3", "other", 2.0)],
    ]


def test_a_goal_measured_anew_replaces_its_older_figures_alone(save):
    save(record("M1"), record("M2"), **DAY_BEFORE)
    save(record("M3"), **NUMPY_3)
    assert save(record("M1", 1.5), record("M3", 1.25)) == [
        [("M2", "other", 2.0)],
        [("M1", "other", 1.5), ("M3", "other", 1.25)],
    ]


@pytest.mark.parametrize("verdict", ["SKIP (absent)", "INCONCLUSIVE (not steady)"])
def test_what_led_to_no_figure_is_not_stored_and_replaces_nothing(save, verdict):
    assert save(without_figure("M1", verdict)) == []
    save(record("M1"), record("M1", other="older"), **DAY_BEFORE)
    assert save(record("M1", 1.5), without_figure("M1", verdict, "older")) == [
        [("M1", "older", 2.0)],
        [("M1", "other", 1.5)],
    ]


def test_the_fastest_repeat_counts():
    seconds, last = best_of(lambda: 7)
    assert seconds >= 0
    assert last == 7
