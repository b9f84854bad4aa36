from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from enrollment.access import Permission
from enrollment.models import User
from enrollment.services.refusal import Refused
from outcomes.designs.errors import EngineError
from outcomes.exchange.report_text import printed
from outcomes.management.standard_output import kept_for_data
from outcomes.models import Evaluation, EvaluationState, Run, RunState
from outcomes.services import evaluations, execution, leases, runs
from outcomes.services.history import who_types


class Command(BaseCommand):
    help = "Run one evaluation here and now, and print what it found."

    def add_arguments(self, parser):
        parser.add_argument("id", type=int, help="of the evaluation")
        parser.add_argument("--lock", action="store_true", help="lock a draft first")
        parser.add_argument(
            "--by", metavar="USERNAME", help="in whose name; else who drafted it"
        )
        parser.add_argument(
            "--format",
            choices=["table", "json", "csv"],
            default="table",
            help="csv: the effects alone",
        )

    def handle(self, *, id, lock, by, **options):  # noqa: A002 - the argument's name
        evaluation = found(id)
        person = evaluator(by or evaluation.created_by.username)
        try:
            with kept_for_data():
                run = self.run_here(ready(evaluation, person, lock=lock), person)
            report = runs.report_for(run, person, at_terminal=who_types())
        except (Refused, EngineError) as refusal:
            raise CommandError(f"{refusal} [{refusal.code}]") from refusal
        self.stdout.write(printed(report, options["format"]))

    def run_here(self, evaluation: Evaluation, person: User) -> Run:
        leases.reap()  # one that was killed here before, where no worker looks
        run, _ = runs.make(evaluation=evaluation, by=person)
        try:
            watched(run)
        except KeyboardInterrupt:
            runs.cancel(run)
            raise CommandError(f"Stopped: run {run.pk} is cancelled.") from None
        run.refresh_from_db()
        if run.state == RunState.RUNNING:
            raise CommandError(
                f"A worker holds run {run.pk} already: watch it there. If it was "
                "killed, ask again in a minute."
            )
        return run


def watched(run: Run) -> None:
    """Execute it, with a bar where there is a terminal for one."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("waiting", total=1.0)
        execution.execute(
            run.pk,
            watch=lambda stage, share: progress.update(
                task, description=stage, completed=share
            ),
        )


def found(pk: int) -> Evaluation:
    evaluation = Evaluation.objects.filter(pk=pk).first()
    if evaluation is None:
        known = Evaluation.objects.order_by("-pk").values_list("pk", flat=True)[:10]
        there = f"the latest are {', '.join(map(str, known))}" if known else "none yet"
        raise CommandError(f"There is no evaluation {pk}: {there}.")
    return evaluation


def evaluator(name: str) -> User:
    person = User.objects.filter(username=name).first()
    if person is None or not person.may(Permission.EVALUATE):
        raise CommandError(
            f"There is no user {name} who may evaluate: name one with --by, or make "
            f"one with `manage.py create_role_user {name} --role evaluator`."
        )
    return person


def ready(evaluation: Evaluation, person: User, *, lock: bool) -> Evaluation:
    """Locked already, or locked now because that was asked for."""
    if evaluation.state == EvaluationState.LOCKED:
        return evaluation
    if not lock:
        raise CommandError(
            f"Evaluation {evaluation.pk} is a draft, and no outcome is looked at "
            "before it is locked: add --lock when the plan is final. [not_locked]"
        )
    return evaluations.lock(evaluation, by=person, version=evaluation.version)
