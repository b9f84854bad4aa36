"""Plan, lock, run: the three questions, by the services that everyone uses."""

from collections.abc import Callable

from enrollment.models import Program, SchoolYear, User
from enrollment.services.refusal import Refused
from outcomes.models import Evaluation, EvaluationState, Purpose, Run, RunState
from outcomes.services import evaluations, execution, runs
from programs_tracker.demo.questions import (
    FIRST_DAY,
    LAST_DAY,
    OUTCOME_YEAR,
    Question,
    design_of,
)


class RunFailed(Refused):
    code = "run_failed"


def ask(question: Question, *, by: User, tell: Callable[[str, float], None]) -> Run:
    """The run that answers the question; the one of last time, if there is one."""
    evaluation = _locked(question, by=by)
    done = evaluation.runs.filter(purpose=Purpose.IMPACT, state=RunState.DONE)
    return done.order_by("-pk").first() or _run(evaluation, by=by, tell=tell)


def _locked(question: Question, *, by: User) -> Evaluation:
    program = Program.objects.get(code=question.program)
    planned = Evaluation.objects.filter(name=question.name, program=program)
    evaluation = planned.order_by("-pk").first() or evaluations.draft(
        by=by,
        name=question.name,
        program=program,
        rivals=Program.objects.exclude(pk=program.pk),
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        outcome_year=SchoolYear.objects.get(year=OUTCOME_YEAR),
        design=design_of(question),
    )
    if evaluation.state == EvaluationState.LOCKED:
        return evaluation
    return evaluations.lock(evaluation, by=by, version=evaluation.version)


def _run(evaluation: Evaluation, *, by: User, tell) -> Run:
    run, _ = runs.make(evaluation=evaluation, by=by)
    execution.execute(run.pk, watch=tell)
    run.refresh_from_db()
    if run.state != RunState.DONE:
        raise RunFailed(f"Run {run.pk} of {evaluation.name}: {run.error or run.state}")
    return run
