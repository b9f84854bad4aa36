import argparse
import json
from dataclasses import asdict

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from enrollment.services.refusal import Refused
from programs_tracker.demo import walk
from programs_tracker.demo.show import print_walk

FEWEST, MOST, USUAL = 1_000, 60_000, 6_000
SEED = 6  # one in which every baseline passes; which intervals cover is luck


def number_of_students(text: str) -> int:
    if text.isdecimal() and FEWEST <= int(text) <= MOST:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"{text} students: the demo makes up {FEWEST:,} to {MOST:,}"
    )


def seed(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no seed: give a whole number from 0")


class Command(BaseCommand):
    help = (
        "Make up a district with a planted truth, enrol its students in the three "
        "programs, and see which comparison finds the truth. Safe to run twice."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--students",
            type=number_of_students,
            default=USUAL,
            help=f"{FEWEST} to {MOST}, {USUAL} unless said",
        )
        parser.add_argument(
            "--seed", type=seed, default=SEED, help=f"{SEED} unless said"
        )
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *, students, seed, **options):
        call_command("migrate", verbosity=0, interactive=False)
        try:
            taken = self.walk(students, seed)
        except Refused as refusal:
            raise CommandError(refusal) from refusal
        if options["format"] == "json":
            self.stdout.write(json.dumps(asdict(taken), indent=2))
        else:
            print_walk(taken, self.stdout)

    def walk(self, students, seed) -> walk.Walk:
        console = Console(stderr=True)
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task("Begin", total=1.0)

            def tell(what: str, share: float) -> None:
                progress.update(task, description=what, completed=min(share, 0.999))

            return walk.take(students, seed, folder=settings.VAR, tell=tell)
