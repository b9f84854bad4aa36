"""Plans are drafted, amended and locked; after that, a changed plan is a new one."""

import json
from hashlib import sha256

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from enrollment.models import SchoolYear, User
from enrollment.services.refusal import Refused, StaleVersion
from outcomes import plans
from outcomes.models import Evaluation, EvaluationState, Purpose, RunState, Step
from outcomes.placebos import placebos_of
from outcomes.services import history


class Locked(Refused):
    code = "locked"


class NotLocked(Refused):
    code = "not_locked"


class BadWindow(Refused):
    code = "bad_window"


class NoOutcomeYear(Refused):
    code = "no_outcome_year"


class OwnRival(Refused):
    code = "own_rival"


@transaction.atomic
def draft(*, by: User, rivals=(), outcome_year=None, **values) -> Evaluation:
    """Write down a question and its design, every default spelled out.

    Without an outcome year it is the one the window begins in, or the next. A parent is
    locked: a draft may still become another question, and its line with it.
    """
    _refuse_open_parent(values.get("parent"))
    evaluation = Evaluation(
        **values,
        rivals=_codes(rivals),
        outcome_year=outcome_year or _year_of(values["first_day"]),
        written=values["design"],
        created_by=by,
    )
    _fill(evaluation)
    evaluation.save(force_insert=True)
    return _remembered(evaluation, Step.DRAFTED, by)


@transaction.atomic
def amend(evaluation: Evaluation, *, by: User, version: int, **values) -> Evaluation:
    """Change a draft that is still as its editor saw it; what its author left open is
    chosen anew."""
    _refuse_when_locked(evaluation)
    if "rivals" in values:
        values["rivals"] = _codes(values["rivals"])
    if "design" in values:
        values["written"] = _said(values["design"], evaluation)
    for name, value in values.items():
        setattr(evaluation, name, value)
    _fill(evaluation)
    values["design"] = evaluation.design
    amended = _swap(evaluation, version, **values)
    return _remembered(amended, Step.AMENDED, by)


@transaction.atomic
def refill(evaluation: Evaluation, *, by: User) -> Evaluation:
    """Choose anew what a draft leaves open: scores may have come since."""
    before = evaluation.design
    if evaluation.state == EvaluationState.LOCKED or evaluation.written is None:
        return evaluation
    _fill(evaluation)
    if evaluation.design == before:
        return evaluation
    refilled = _swap(evaluation, evaluation.version, design=evaluation.design)
    return _remembered(refilled, Step.AMENDED, by)


@transaction.atomic
def lock(evaluation: Evaluation, *, by: User, version: int) -> Evaluation:
    """Fix the plan for good; only from now on may an outcome be looked at by arm."""
    _refuse_when_locked(evaluation)
    _check(evaluation)
    design_hash = hash_of(evaluation)
    baseline_hash, engine = _diagnosed(evaluation, design_hash)
    locked = _swap(
        evaluation,
        version,
        design=evaluation.design,
        state=EvaluationState.LOCKED,
        locked_by=by,
        locked_at=timezone.now(),
        design_hash=design_hash,
        baseline_hash=baseline_hash,
        engine=engine,
    )
    return _remembered(locked, Step.LOCKED, by)


def _diagnosed(evaluation: Evaluation, design_hash: str):
    """What the latest diagnostics of this very plan had read, and by which engine."""
    done = evaluation.runs.filter(
        purpose=Purpose.DIAGNOSTICS, state=RunState.DONE, design_hash=design_hash
    )
    latest = done.order_by("-finished_at", "-pk").values_list("baseline_hash", "engine")
    return latest.first() or (None, None)


def plan_of(evaluation: Evaluation) -> plans.Plan:
    is_open = evaluation.state == EvaluationState.DRAFT
    return plans.read(
        evaluation.design,
        program=evaluation.program,
        outcome_year=evaluation.outcome_year,
        first_day=evaluation.first_day if is_open else None,
    )


def hash_of(evaluation: Evaluation) -> str:
    """sha256 of all that decides who is compared with whom, and in what.

    Two evaluations with the same question have the same hash; the engine's version is
    no part of it, and stands beside it in every report.
    """
    question = {
        "design": evaluation.design,
        "program": evaluation.program.code,
        "rivals": evaluation.rivals,
        "first_day": evaluation.first_day.isoformat(),
        "last_day": evaluation.last_day.isoformat(),
        "outcome_year": evaluation.outcome_year.year,
    }
    canonical = json.dumps(question, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def _codes(rivals) -> list[str]:
    return sorted({program.code for program in rivals})


def _year_of(first_day) -> SchoolYear:
    years = SchoolYear.objects.filter(last_day__gte=first_day)
    if year := years.order_by("year").first():
        return year
    raise NoOutcomeYear(
        f"No school year reaches {first_day}: add it, or name the outcome year."
    )


def _check(evaluation: Evaluation) -> None:
    """Refuse a plan that cannot be carried out, and spell out what it leaves open."""
    if evaluation.first_day > evaluation.last_day:
        raise BadWindow(
            f"The window begins on {evaluation.first_day} and ends before, on "
            f"{evaluation.last_day}: swap the days."
        )
    if evaluation.program.code in evaluation.rivals:
        raise OwnRival(
            f"{evaluation.program.code} is the program itself: name only programs that "
            "could blur the comparison as rivals."
        )
    plan = plan_of(evaluation)
    plans.refuse_late_baselines(plan, evaluation.first_day)
    evaluation.design = plan.design.to_dict()


def _fill(evaluation: Evaluation) -> None:
    """Spell out the design as its author wrote it, with all that he left open."""
    if evaluation.written is not None:
        evaluation.design = evaluation.written
    has_placebos = "placebo" in evaluation.design
    _check(evaluation)
    if not has_placebos:
        found = placebos_of(plan_of(evaluation), evaluation.first_day)
        evaluation.design["placebo"] = found
        _check(evaluation)


def _said(design, evaluation: Evaluation):
    """What its author says by a design: one that comes back with every key, as it was
    shown, says only what is new in it."""
    shown, written = evaluation.design, evaluation.written
    if written is None or not isinstance(design, dict) or not shown.keys() <= {*design}:
        return design
    return {
        key: written[key] if key in written and value == shown[key] else value
        for key, value in design.items()
        if key in written or value != shown.get(key)
    }


def _refuse_open_parent(parent: Evaluation | None) -> None:
    if parent is not None and parent.state != EvaluationState.LOCKED:
        raise NotLocked(
            f"Evaluation {parent.pk} is a draft, and only a locked plan can be a "
            "parent: amend the draft itself, or lock it first."
        )


def _refuse_when_locked(evaluation: Evaluation) -> None:
    if evaluation.state == EvaluationState.LOCKED:
        day = timezone.localdate(evaluation.locked_at)
        raise Locked(
            f"This plan was locked on {day} and never changes: draft a new "
            "evaluation that names it as parent."
        )


def _swap(evaluation: Evaluation, version: int, **values) -> Evaluation:
    """Write only over the version that was seen."""
    seen = Evaluation.objects.filter(
        pk=evaluation.pk, version=version, state=EvaluationState.DRAFT
    )
    is_written = seen.update(version=F("version") + 1, **values)
    evaluation.refresh_from_db()
    if not is_written:
        _refuse_when_locked(evaluation)  # by somebody who was faster
        raise StaleVersion(
            "Somebody changed this evaluation meanwhile: read it again, then repeat "
            "the change."
        )
    return evaluation


def _remembered(evaluation: Evaluation, step: Step, by: User) -> Evaluation:
    """The plan as it is now, once what it says is in its history."""
    history.record_version(evaluation, hash_of(evaluation), step=step, by=by)
    return evaluation
