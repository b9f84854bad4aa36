"""Runs are queued once, held by a lease, put back after it, and read when done."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outcomes.models import Purpose, Run, RunState
from outcomes.models.findings import Findings
from outcomes.services import evaluations, leases, runs
from tests.factories import FindingsFactory, RunFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory(evaluator=True)


@pytest.fixture
def queued(district, by):
    return runs.queue(evaluation=district.locked(), by=by)


def tasks() -> list[int]:
    """The runs that a task in the queue stands for."""
    return [task.args_kwargs["args"][0] for task in DBTaskResult.objects.ready()]


def long_ago():
    return timezone.now() - timedelta(hours=1)


def with_lease_over(run) -> leases.Lease:
    lease = leases.take(run.pk)
    lease.row().update(lease_until=long_ago())
    return lease


# --- Queueing.


def test_a_queued_run_has_a_task_and_names_its_plan(queued, by):
    assert tasks() == [queued.pk]
    assert (queued.state, queued.requested_by) == ("queued", by)
    assert queued.design_hash == queued.evaluation.design_hash
    assert queued.evaluation_version == queued.evaluation.version


def test_a_draft_is_not_run(district, by):
    with pytest.raises(runs.NotLocked, match="lock it"):
        runs.queue(evaluation=district.evaluation(), by=by)
    assert not Run.objects.exists()


def test_who_asks_twice_gets_the_run_that_waits(queued, by):
    assert runs.queue(evaluation=queued.evaluation, by=by) == queued
    assert tasks() == [queued.pk]


def test_a_finished_run_can_be_run_again_on_newer_data(queued, by):
    runs.cancel(queued)
    again = runs.queue(evaluation=queued.evaluation, by=by)
    assert again != queued
    assert tasks() == [queued.pk, again.pk]


def test_diagnostics_are_asked_for_once_a_plan(district, by):
    draft = district.evaluation()
    first = runs.diagnostics_of(draft, by=by)
    assert (first.purpose, first.state) == (Purpose.DIAGNOSTICS, "queued")
    assert runs.diagnostics_of(draft, by=by) == first
    amended = evaluations.amend(
        draft, by=by, version=1, design={**draft.design, "seed": 2}
    )
    assert runs.diagnostics_of(amended, by=by) != first


def test_diagnostics_outlive_the_lock(district, by):
    draft = district.evaluation()
    draft = evaluations.amend(draft, by=by, version=1, name="As it will be")
    first = runs.diagnostics_of(draft, by=by)
    locked = evaluations.lock(draft, by=by, version=2)
    assert runs.diagnostics_of(locked, by=by) == first


# --- Leases.


def test_only_one_worker_holds_a_run(queued):
    lease = leases.take(queued.pk)
    assert lease == leases.Lease(queued.pk, attempt=1)
    assert leases.take(queued.pk) is None
    queued.refresh_from_db()
    assert queued.state == "running"
    assert queued.lease_until > timezone.now()


def test_a_worker_tells_stage_and_progress_while_it_holds_on(queued):
    lease = leases.take(queued.pk)
    leases.renew(lease, stage="matching", progress=0.4)
    queued.refresh_from_db()
    assert (queued.stage, queued.progress) == ("matching", 0.4)


def test_a_lease_that_is_over_puts_the_run_back(queued):
    lost = with_lease_over(queued)
    DBTaskResult.objects.all().delete()  # the dead worker had taken it
    assert leases.reap() == [queued.pk]
    assert tasks() == [queued.pk]
    queued.refresh_from_db()
    assert (queued.state, queued.stage, queued.lease_until) == ("queued", "", None)
    with pytest.raises(leases.LeaseLost):
        leases.renew(lost)


def test_who_lost_the_lease_writes_nothing_any_more(queued):
    lost = with_lease_over(queued)
    leases.reap()
    held = leases.take(queued.pk)
    assert held.attempt == 2
    facts = {"report": "{}", "matched": {}, "input_hash": "i", "engine": "1"}
    with pytest.raises(leases.LeaseLost):
        leases.finish(lost, **facts)
    with pytest.raises(leases.LeaseLost):
        leases.fail(lost, code="no_overlap", sentence="Nobody is comparable.")
    assert not Findings.objects.exists()
    leases.finish(held, **facts)
    assert Findings.objects.get().run == queued


def test_a_run_that_loses_every_worker_fails(queued, settings):
    for _ in range(settings.RUN_ATTEMPTS):
        with_lease_over(queued)
        leases.reap()
    queued.refresh_from_db()
    assert (queued.state, queued.error_code) == ("failed", "worker_lost")
    assert queued.attempt == settings.RUN_ATTEMPTS
    assert leases.take(queued.pk) is None


def test_a_run_that_is_held_is_left_alone(queued):
    lease = leases.take(queued.pk)
    assert leases.reap() == []
    leases.renew(lease)


def test_a_queued_run_that_no_task_stands_for_gets_one(queued):
    DBTaskResult.objects.all().delete()  # its worker died between task and run
    assert leases.reap() == []  # sooner than a lease, its task may be on the way
    Run.objects.update(queued_at=long_ago())
    assert leases.reap() == [queued.pk]
    assert leases.reap() == []
    assert tasks() == [queued.pk]


# --- Cancelling and reading.


@pytest.mark.parametrize("state", ["queued", "running"])
def test_an_unfinished_run_is_cancelled(state):
    run = runs.cancel(RunFactory(state=state))
    assert run.state == RunState.CANCELLED
    assert run.finished_at is not None


def test_a_finished_run_is_not_cancelled():
    with pytest.raises(runs.RunFinished, match="done already"):
        runs.cancel(RunFactory(state="done"))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "is queued"),
        ("running", "is running"),
        ("failed", "failed: Nobody is comparable. When that is put right, queue "),
        ("cancelled", "was cancelled"),
    ],
)
def test_a_report_is_read_when_the_run_is_done(by, state, words):
    with pytest.raises(runs.NotDone, match=words) as refusal:
        runs.report_for(RunFactory(state=state), by)
    assert refusal.value.facts == {"state": state}


def test_who_may_not_see_evaluations_sees_no_report():
    run = FindingsFactory(report='{"effects": []}').run
    lease = leases.Lease(run.pk, run.attempt)
    leases._end(lease, state="done", design_hash="d", input_hash="i", engine="1")
    run.refresh_from_db()
    assert runs.report_for(run, UserFactory(admin=True)) == {"effects": []}
    with pytest.raises(Run.DoesNotExist):
        runs.report_for(run, UserFactory())
