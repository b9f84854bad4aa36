"""A worker's hold on a run. Who lost it can write nothing any more: every write names
the attempt it was made under, and the run's row is the fence."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outcomes.models import Run, RunState
from outcomes.models.findings import Findings
from outcomes.services.matched_students import Columns, keep
from outcomes.tasks import execute_run


class LeaseLost(Exception):
    """The run was cancelled, or went to another worker: stop, and write nothing."""


@dataclass(frozen=True)
class Lease:
    run_id: int
    attempt: int

    def row(self):
        return Run.objects.filter(
            pk=self.run_id, attempt=self.attempt, state=RunState.RUNNING
        )


def take(run_id: int) -> Lease | None:
    """Hold a queued run; None when another worker was first."""
    now = timezone.now()
    with transaction.atomic():
        taken = Run.objects.filter(pk=run_id, state=RunState.QUEUED).update(
            state=RunState.RUNNING,
            attempt=F("attempt") + 1,
            started_at=Coalesce("started_at", now),
            lease_until=now + settings.RUN_LEASE,
            stage="",
            progress=0,
        )
        if not taken:
            return None
        attempt = Run.objects.values_list("attempt", flat=True).get(pk=run_id)
    return Lease(run_id, attempt)


def renew(lease: Lease, **seen) -> None:
    """Hold on, and tell whoever watches the stage and the progress."""
    until = timezone.now() + settings.RUN_LEASE
    if not lease.row().update(lease_until=until, **seen):
        raise LeaseLost


@transaction.atomic
def finish(
    lease: Lease,
    *,
    report: str,
    matched: Columns,
    hidden: dict[str, Any] | None = None,
    **facts,
) -> None:
    """All that was found and the end of the run, in one transaction or not at all."""
    if not lease.row().select_for_update().exists():
        raise LeaseLost
    Findings.objects.create(run_id=lease.run_id, report=report, hidden=hidden)
    keep(lease.run_id, matched)
    _end(lease, state=RunState.DONE, progress=1, **facts)


def fail(lease: Lease, *, code: str, sentence: str) -> None:
    longest = Run._meta.get_field("error").max_length
    _end(lease, state=RunState.FAILED, error_code=code, error=sentence[:longest])


def _end(lease: Lease, **facts) -> None:
    now = timezone.now()
    if not lease.row().update(lease_until=None, finished_at=now, stage="", **facts):
        raise LeaseLost


@transaction.atomic
def reap() -> list[int]:
    """Put back runs whose worker fell silent; fail those that lost too many workers.

    A worker calls this at each tick. Returns the runs that are queued again.
    """
    now = timezone.now()
    silent = Run.objects.filter(state=RunState.RUNNING, lease_until__lt=now)
    silent.filter(attempt__gte=settings.RUN_ATTEMPTS).update(
        state=RunState.FAILED,
        lease_until=None,
        finished_at=now,
        error_code="worker_lost",
        error=f"{settings.RUN_ATTEMPTS} workers were lost while they held this run. It "
        "may need more memory than they have; the log of the worker says more.",
    )
    back = list(silent.values_list("pk", flat=True))
    silent.update(state=RunState.QUEUED, lease_until=None, stage="", progress=0)
    # A worker may also die between taking a task and taking its run.
    forgotten = Q(queued_at__lt=now - settings.RUN_LEASE)
    return _enqueue(Run.objects.filter(Q(pk__in=back) | forgotten))


def _enqueue(runs) -> list[int]:
    """Give each queued run a task if it has none; one too many would do no harm."""
    tasks = DBTaskResult.objects.ready().filter(task_path=execute_run.module_path)
    waiting = {each["args"][0] for each in tasks.values_list("args_kwargs", flat=True)}
    queued = runs.filter(state=RunState.QUEUED).values_list("pk", flat=True)
    without_task = [pk for pk in queued if pk not in waiting]
    for pk in without_task:
        execute_run.enqueue(pk)
    return without_task
