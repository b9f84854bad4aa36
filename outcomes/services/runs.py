"""Runs are queued, watched, cancelled and read. Findings get out only here."""

import json

from django.db import transaction
from django.utils import timezone

from enrollment.access import Permission
from enrollment.models import User
from enrollment.services.refusal import Refused
from outcomes.disclosure.masked import Hidden, all_of, masked
from outcomes.models import (
    FINISHED,
    Evaluation,
    EvaluationState,
    Purpose,
    Run,
    RunState,
)
from outcomes.models.findings import Findings
from outcomes.services import history
from outcomes.services.evaluations import NotLocked, hash_of, refill
from outcomes.tasks import execute_run

OF_STUDENTS = (Permission.SEE_STUDENTS, Permission.SEE_SCORES)


class NotDone(Refused):
    code = "not_done"


class RunFinished(Refused):
    code = "run_finished"


class ShowsNoOutcome(Refused):
    code = "shows_no_outcome"


def queue(*, evaluation: Evaluation, by: User, purpose=Purpose.IMPACT) -> Run:
    """A run for a worker to take; the one that already waits, if there is one.

    Diagnostics are of the plan with what it leaves open chosen as the rows are now, if
    whoever asks may change it.
    """
    with transaction.atomic():
        if purpose == Purpose.DIAGNOSTICS and by.may(Permission.EVALUATE):
            evaluation = refill(evaluation, by=by)
        run, is_new = make(evaluation=evaluation, by=by, purpose=purpose)
        if is_new:
            execute_run.enqueue(run.pk)
    return run


def make(*, evaluation: Evaluation, by: User, purpose=Purpose.IMPACT):
    """A queued run that no task stands for yet, and whether it is new."""
    if purpose == Purpose.IMPACT and evaluation.state != EvaluationState.LOCKED:
        raise NotLocked(
            "This plan is a draft, and no outcome is looked at before it is locked: "
            "read the diagnostics, then lock it."
        )
    return Run.objects.unfinished().get_or_create(
        evaluation=evaluation,
        purpose=purpose,
        design_hash=hash_of(evaluation),
        defaults={"evaluation_version": evaluation.version, "requested_by": by},
    )


def diagnostics_of(evaluation: Evaluation, *, by: User) -> Run:
    """The latest diagnostics of the plan as it stands, queued when nobody asked yet."""
    of_this_plan = evaluation.runs.filter(
        purpose=Purpose.DIAGNOSTICS, design_hash=hash_of(evaluation)
    ).exclude(state=RunState.CANCELLED)
    latest = of_this_plan.order_by("-queued_at", "-pk").first()
    return latest or queue(evaluation=evaluation, by=by, purpose=Purpose.DIAGNOSTICS)


def cancel(run: Run) -> Run:
    """Take a run out of the queue, or out of the hands of its worker."""
    cancelled = Run.objects.unfinished().filter(pk=run.pk)
    if not cancelled.update(
        state=RunState.CANCELLED, lease_until=None, finished_at=timezone.now()
    ):
        raise RunFinished(f"The run is {run.state} already and stays as it is.")
    run.refresh_from_db()
    return run


def report_for(
    run: Run,
    viewer: User,
    *,
    part: str = "report",
    needs: str | None = None,
    at_terminal: str = "",
) -> dict:
    """What the viewer may see of what the run found: never who stands in which set, and
    no small group unless he may see every student.

    That it was seen, and which part, is written down before it is shown: a report
    whose reading cannot be recorded is not read. A run that never looked at what the
    part needs is refused.
    """
    report = _report(run, viewer)
    if needs:
        _part_of(report, needs)
    history.record_look(run, viewer, part, at_terminal=at_terminal)
    return report


def section(run: Run, name: str, viewer: User):
    """One part of the report."""
    found = _part_of(_report(run, viewer), name)
    history.record_look(run, viewer, name)
    return found


def _part_of(report: dict, name: str):
    """The part of a report by its name; refused when the run never looked at one."""
    if name not in report:
        raise ShowsNoOutcome(
            f"A run for diagnostics has no {name}: lock the evaluation and run it."
        )
    return report[name]


def _report(run: Run, viewer: User) -> dict:
    if not Run.objects.visible_to(viewer, on=None).filter(pk=run.pk).exists():
        raise Run.DoesNotExist
    if run.state != RunState.DONE:
        raise NotDone(_why_not(run), state=run.state)
    findings = Findings.objects.get(run=run)
    report = json.loads(findings.report)
    report.pop("pairs", None)  # which reports of long ago held
    if sees_every_student(viewer):
        return report
    kept = findings.hidden
    return masked(report, all_of(report) if kept is None else Hidden.from_dict(kept))


def sees_every_student(viewer: User) -> bool:
    """With scores, so that no count and no average could tell more."""
    return all(map(viewer.may_everywhere, OF_STUDENTS))


def _why_not(run: Run) -> str:
    if run.state == RunState.FAILED:
        why = run.error.rstrip(".")
        return f"The run failed: {why}. When that is put right, queue another."
    if run.state in FINISHED:
        return "The run was cancelled: queue another."
    return f"The run is {run.state}: come back when it is done."
