"""The benchmark of the whole product asks what the product answers."""

from datetime import timedelta

import pytest

from benchmarks import product, registry
from benchmarks.contest import Goal, Lap
from benchmarks.goals import GOALS
from benchmarks.rounds import Result, Round
from enrollment.models import Enrollment
from outcomes.services import execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    program = registry.fill(3_000, whole_grades=True)
    found = registry.queued_run(product.WHOLE_GRADES, program)
    execution.execute(found.pk)
    return found


def test_a_run_finds_the_effect_and_another_effect_is_seen(run, monkeypatch):
    assert registry.wrong(run) == ""
    monkeypatch.setattr(registry, "EFFECT", product.EFFECT + 3)
    assert "the effect is" in registry.wrong(run)


def test_participants_that_are_not_stored_are_missed(run, monkeypatch):
    objects = registry.MatchedStudent.objects
    monkeypatch.setattr(objects, "filter", lambda **which: objects.none())
    assert "are stored" in registry.wrong(run)


def test_spells_begin_on_as_many_days_as_asked():
    registry.fill(2_000, days=3)
    begun = Enrollment.objects.values_list("first_day", flat=True).distinct()
    assert set(begun) == {product.FIRST_DAY + timedelta(i) for i in range(3)}


def test_a_run_that_failed_has_no_time():
    program = registry.fill(200, whole_grades=False)
    found = registry.queued_run(product.NOMINATED, program)
    assert registry.wrong(found) == "queued"


@pytest.mark.parametrize(("seconds", "verdict"), [(9, "pass"), (11, "FAIL")])
def test_longer_than_allowed_fails(seconds, verdict):
    goal = next(g for g in GOALS if g.code == "E2E-400-sqlite")
    assert isinstance(goal, Goal)
    allowed = goal.others[0].run(goal.sizes["full"])
    rounds = tuple(
        Round({"a run": Lap(seconds), "allowed": allowed}, is_steady=True)
        for _ in range(3)
    )
    assert Result(goal, 1, rounds, {}).verdict("allowed") == verdict


def test_more_memory_than_allowed_voids_the_time(monkeypatch):
    monkeypatch.setattr(product, "peak_mb", lambda: product.MOST_MB + 1)
    assert "1,537 MB" in product._too_much()
