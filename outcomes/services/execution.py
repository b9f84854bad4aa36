"""One run from rows to report. Only workers load this: it brings the engine along."""

import json
import logging
import threading
from collections.abc import Callable
from contextlib import contextmanager
from itertools import compress
from time import monotonic
from typing import Any

import pandas as pd
from django.conf import settings
from django.db import connection
from django.utils import timezone

from enrollment.services.refusal import Refused
from outcomes.compute.chosen import computing
from outcomes.designs.errors import EngineError
from outcomes.disclosure.hiding import hidden_in
from outcomes.engine.evaluate import diagnose, evaluate
from outcomes.engine.fingerprint import input_hash
from outcomes.frames import frame_of
from outcomes.models import Purpose, Run
from outcomes.moment import one_moment
from outcomes.plans import Plan
from outcomes.services import leases
from outcomes.services.evaluations import hash_of, plan_of
from outcomes.services.leases import Lease, LeaseLost
from outcomes.services.matched_students import Columns

log = logging.getLogger("outcomes")
Progress = Callable[[str, float], None]
SECONDS_BETWEEN_WRITES = 0.5
KEPT_AS = {  # the fields that hold what the engine says of a member of a set
    "unit": "student_id",
    "set": "set_number",
    "treated": "is_participant",
    "weight": "weight",
    "entry": "entry",
    "tier": "tier",
}
INTERNAL_ERROR = "The software failed; the log of the worker says how."


class PlanChanged(Refused):
    code = "plan_changed"


def execute(run_id: int, *, watch: Progress | None = None) -> None:
    """Take the run if nobody has, and end it: done, or failed with the reason.

    A run that is lost on the way, to a cancellation or another worker, is let go.
    """
    lease = leases.take(run_id)
    if lease is None:
        return
    try:
        with _kept_alive(lease) as wanted, computing(wanted):
            _end(lease, watch)
    except LeaseLost:
        log.warning("Run %s was cancelled or went to another worker.", run_id)


def _end(lease: Lease, watch: Progress | None) -> None:
    try:
        leases.finish(lease, **_find(lease, _telling(lease, watch)))
    except (Refused, EngineError) as refusal:
        leases.fail(lease, code=refusal.code, sentence=str(refusal))
    except LeaseLost:
        raise
    except Exception:
        log.exception("Run %s failed", lease.run_id)
        leases.fail(lease, code="internal_error", sentence=INTERNAL_ERROR)


def _find(lease: Lease, tell: Progress) -> dict[str, Any]:
    """All that ends the run: its report, who was matched, and what it was made from."""
    run = Run.objects.select_related(
        "evaluation__program", "evaluation__outcome_year"
    ).get(pk=lease.run_id)
    if hash_of(run.evaluation) != run.design_hash:
        raise PlanChanged("The plan was changed after this run was queued: queue one.")
    is_impact = run.purpose == Purpose.IMPACT
    tell("reading", 0.0)
    with one_moment():
        plan = plan_of(run.evaluation)
        frame = frame_of(run.evaluation, plan, with_outcomes=is_impact)
    if is_impact:
        findings = evaluate(frame.table, plan.design, tell)
        report, members = findings.printed(), findings.members
    else:
        report, members = diagnose(frame.table, plan.design, tell), {}
    report |= {"design_hash": run.design_hash, "cohort": frame.cohort}
    report["warnings"] = [*frame.warnings, *report.get("warnings", [])]
    return {
        "report": canonical(report),
        "hidden": hidden_in(report).to_dict(),
        "matched": _matched(members),
        "input_hash": report["input_hash"],
        "baseline_hash": (
            _baseline_hash(frame.table, plan) if is_impact else report["input_hash"]
        ),
        "engine": report["engine"],
    }


def _baseline_hash(table: pd.DataFrame, plan: Plan) -> str:
    """Of all but the outcomes: what the diagnostics of the same data have read."""
    after = {column.name for column in plan.scores if column.is_outcome}
    return input_hash(table[[name for name in table if name not in after]])


def canonical(report: dict[str, Any]) -> str:
    """One text for one report: the same question and rows give the same bytes."""
    return json.dumps(report, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _matched(members: dict[str, list[Any]]) -> Columns:
    """Who stands in which set, with the weight the effects were computed with."""
    counts = [weight > 0 for weight in members.get("weight", ())]
    kept = {name: [*compress(column, counts)] for name, column in members.items()}
    return {KEPT_AS[name]: column for name, column in kept.items()}


def _telling(lease: Lease, watch: Progress | None) -> Progress:
    """Writes each new stage, and progress within it about twice a second."""
    last_stage, last_written = "", 0.0

    def tell(stage: str, share: float) -> None:
        nonlocal last_stage, last_written
        if watch:
            watch(stage, share)
        now = monotonic()
        if stage == last_stage and now - last_written < SECONDS_BETWEEN_WRITES:
            return
        last_stage, last_written = stage, now
        leases.renew(lease, stage=stage, progress=min(max(share, 0.0), 1.0))

    return tell


@contextmanager
def _kept_alive(lease: Lease):
    """Renews the lease while the engine computes, from a thread with a connection.

    What it gives raises LeaseLost once the lease is, without asking the database.
    """
    is_over, is_lost = threading.Event(), threading.Event()
    beat = settings.RUN_LEASE.total_seconds() / 3

    def renew() -> None:
        try:
            while not is_over.wait(beat):
                leases.renew(lease)
        except LeaseLost:
            is_lost.set()
            log.info("Run %s lost its lease at %s", lease.run_id, timezone.now())
        finally:
            connection.close()

    def wanted() -> None:
        if is_lost.is_set():
            raise LeaseLost

    heart = threading.Thread(target=renew, name=f"run-{lease.run_id}", daemon=True)
    heart.start()
    try:
        yield wanted
    finally:
        is_over.set()
        heart.join()
