"""A lock keeps what its diagnostics had read, and a report says what changed since."""

import pytest

from outcomes.models import Purpose, Score
from outcomes.services import evaluations, execution, process, runs
from tests.factories import UserFactory
from tests.outcomes.conftest import DESIGN, END, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(db):
    return UserFactory(username="eva", evaluator=True)


@pytest.fixture
def draft(district, by):
    district.populate()

    def draft():
        return evaluations.draft(
            by=by,
            name="Did it help?",
            program=district.program,
            first_day=START,
            last_day=END,
            design=DESIGN | {"exact": []},
        )

    return draft


@pytest.fixture
def run(by):
    """A run of the evaluation, executed here and now."""

    def run(evaluation, purpose=Purpose.IMPACT):
        made = runs.queue(evaluation=evaluation, by=by, purpose=purpose)
        execution.execute(made.pk)
        made.refresh_from_db()
        return made

    return run


def test_a_lock_fixes_what_its_diagnostics_had_read(draft, by, run, district):
    plan = draft()
    diagnosed = run(plan, Purpose.DIAGNOSTICS)
    locked = evaluations.lock(plan, by=by, version=1)
    assert (locked.baseline_hash, locked.engine) == (
        diagnosed.input_hash,
        diagnosed.engine,
    )
    found = process.process_of(run(locked))
    assert (found["baseline_changed"], found["engine_changed"]) == (False, False)
    Score.objects.filter(observed_on__lt=START).order_by("pk").first().delete()
    again = process.process_of(run(locked))
    assert again["baseline_changed"]
    assert "has changed since the lock" in again["text"]


def test_a_new_outcome_is_no_change_of_what_was_locked(draft, by, run):
    plan = draft()
    run(plan, Purpose.DIAGNOSTICS)
    locked = evaluations.lock(plan, by=by, version=1)
    first = run(locked)
    Score.objects.filter(observed_on__gt=END).order_by("pk").first().delete()
    second = run(locked)
    assert second.input_hash != first.input_hash
    assert process.process_of(second)["baseline_changed"] is False


def test_without_diagnostics_a_lock_fixes_no_data(draft, by, run):
    locked = evaluations.lock(draft(), by=by, version=1)
    assert (locked.baseline_hash, locked.engine) == (None, None)
    found = process.process_of(run(locked))
    assert (found["baseline_changed"], found["engine_changed"]) == (None, None)
    assert "engine" not in found["text"]


def test_diagnostics_of_another_design_fix_nothing(draft, by, run):
    plan = draft()
    run(plan, Purpose.DIAGNOSTICS)
    plan = evaluations.amend(plan, by=by, version=1, design={**DESIGN, "ratio": 2})
    assert evaluations.lock(plan, by=by, version=2).baseline_hash is None
