from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from enrollment.models import User
from enrollment.services.refusal import Refused
from outcomes.designs.errors import EngineError
from outcomes.models import Run
from outcomes.services import bundles
from outcomes.services.history import who_types


class Command(BaseCommand):
    help = (
        "Export a run so that a sceptic can redo it in R: rows under pseudonyms, the "
        "plan, the report and a script."
    )

    def add_arguments(self, parser):
        parser.add_argument("id", type=int, help="of the run")
        parser.add_argument("file", type=Path, help="the zip file to write")
        parser.add_argument(
            "--by",
            metavar="USERNAME",
            required=True,
            help="in whose name: somebody who may see students and scores",
        )

    def handle(self, *, id, file, by, **options):  # noqa: A002 - the argument's name
        try:
            names = bundles.write(run_of(id), person(by), file, at_terminal=who_types())
        except (Refused, EngineError) as refusal:
            raise CommandError(f"{refusal} [{refusal.code}]") from refusal
        except OSError as error:
            raise CommandError(
                f"{file} cannot be written: {error.strerror}; choose another file."
            ) from error
        self.stdout.write(f"{file}: {', '.join(names)}")
        self.stdout.write(
            "It holds a row a student. The codes cannot be traced back, but who knows "
            "a child may recognise its row: keep it as you keep records of students."
        )


def run_of(pk: int) -> Run:
    run = Run.objects.filter(pk=pk).first()
    if run is None:
        raise CommandError(f"There is no run {pk}: `GET runs/` lists them.")
    return run


def person(name: str) -> User:
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise CommandError(f"There is no user {name} who may sign in.")
    return found
