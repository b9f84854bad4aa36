import csv
import json
from dataclasses import asdict, fields
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from enrollment.exchange.decoding import LARGEST
from enrollment.exchange.formula import marked
from enrollment.exchange.nearest import among
from enrollment.exchange.problems import Problem
from enrollment.models import School, User
from enrollment.services import accounts, imports
from enrollment.services.imports import Report
from outcomes.services import scores

IMPORTERS = imports.IMPORTERS | scores.IMPORTERS
SHOWN = 50  # problems in the table; --format csv or json has them all
STEP = 500  # rows between two movements of the bar
LONG_STEP = 10_000  # and between two lines where there is no terminal for a bar
PIPED_WIDTH = 250
COLUMNS = [field.name for field in fields(Problem)]


class Command(BaseCommand):
    help = "Bring a CSV file in: what changed is written, what is wrong is reported."

    def add_arguments(self, parser):
        parser.add_argument("kind", metavar="KIND", help=", ".join(IMPORTERS))
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="do everything, then take it back"
        )
        parser.add_argument(
            "--atomic",
            choices=["all", "row"],
            default="all",
            help="all: nothing when a row is wrong; row: the rows that are right",
        )
        parser.add_argument(
            "--scope", metavar="school=CODE", help="refuse the rows of other schools"
        )
        parser.add_argument(
            "--by", metavar="USERNAME", help="in whose name; else the importer's"
        )
        parser.add_argument(
            "--format", choices=["table", "json", "csv"], default="table"
        )

    def handle(self, *, kind, file, **options):
        if kind not in IMPORTERS:
            raise misused(
                f"There is no kind {kind}: choose one of {', '.join(IMPORTERS)}."
            )
        report = self.bring(
            IMPORTERS[kind],
            contents_of(file),
            by=person(options["by"]),
            scope=school(options["scope"]),
            dry_run=options["dry_run"],
            atomic=options["atomic"],
        )
        PRINTERS[options["format"]](report, self.stdout)
        if report.problems:
            raise CommandError(summary(report))
        if options["format"] == "table":
            self.stdout.write(summary(report))

    def bring(self, importer, data, **options) -> Report:
        console = Console(stderr=True)
        total = data.count(b"\n")
        with Progress(
            console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task(importer.kind.name, total=total)

            def at_each(done):
                if done % STEP == 0:
                    progress.update(task, completed=done)
                if not console.is_terminal and done % LONG_STEP == 0:
                    self.stderr.write(f"{done:,} of {total:,} rows")

            try:
                return imports.bring(importer, data, **options, at_each=at_each)
            except KeyboardInterrupt:
                raise CommandError("Stopped: nothing was written.") from None


def misused(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)


def contents_of(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST + 1)  # one too many is told, not read
    except OSError as unreadable:
        raise CommandError(f"{file}: {unreadable.strerror}.") from unreadable


def person(username: str | None) -> User:
    if username is None:
        return accounts.importer()
    found = User.objects.filter(username=username).first()
    if found is None:
        names = User.objects.values_list("username", flat=True)
        raise CommandError(f"There is no user {username}: {among(username, names)}.")
    return found


def school(scope: str | None) -> School | None:
    if scope is None:
        return None
    name, _, code = scope.partition("=")
    if name != "school" or not code:
        raise misused(f"--scope {scope} is no scope: write school=CODE.")
    found = School.objects.filter(code=code).first()
    if found is None:
        codes = School.objects.values_list("code", flat=True)
        raise CommandError(f"There is no school {code}: {among(code, codes)}.")
    return found


def summary(report: Report) -> str:
    counts = f"{report.created} created, {report.updated} updated"
    counts += f", {report.unchanged} unchanged"
    refused = f", {report.refused} refused" if report.problems else ""
    if report.written:
        return f"{report.kind}: {counts}{refused}"
    why = " (dry run)" if report.dry_run else ""
    return f"{report.kind}: nothing written{why}; would be {counts}{refused}"


def print_table(report: Report, out) -> None:
    wide = None if out.isatty() else PIPED_WIDTH
    console = Console(file=out, width=wide, highlight=False, markup=False)
    for note in report.notes:
        console.print(note)
    if not report.problems:
        return
    table = Table(*COLUMNS, box=None)
    for problem in report.problems[:SHOWN]:
        table.add_row(*(str(it) for it in asdict(problem).values()))
    console.print(table)
    if len(report.problems) > SHOWN:
        more = len(report.problems) - SHOWN
        console.print(f"and {more} more: --format csv prints all of them")


def print_json(report: Report, out) -> None:
    out.write(json.dumps(asdict(report) | {"refused": report.refused}, indent=2))


def print_csv(report: Report, out) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for problem in report.problems:
        writer.writerow([marked(str(it)) for it in asdict(problem).values()])


PRINTERS = {"table": print_table, "json": print_json, "csv": print_csv}
