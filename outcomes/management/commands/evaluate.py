from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from outcomes.designs.errors import EngineError
from outcomes.exchange.report_text import printed
from outcomes.management.standard_output import kept_for_data
from outcomes.services.tables import evaluate_table


class Refused(CommandError):
    """Printed as one line by its name; the exit code is 1."""


class Command(BaseCommand):
    help = "Evaluate a program on any table: no database is needed."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("data", type=Path, help="CSV, one row a student")
        parser.add_argument("design", type=Path, help="JSON, see the report's design")
        parser.add_argument("--out", type=Path, help="write the report here")
        parser.add_argument(
            "--format",
            choices=["json", "table", "csv"],
            default="json",
            help="csv: the effects alone",
        )

    def handle(self, *, data, design, out, **options):
        try:
            with kept_for_data():
                report = evaluate_table(data, design, self.tell)
        except EngineError as refusal:
            raise Refused(f"{refusal} [{refusal.code}]") from refusal
        text = printed(report, options["format"])
        if out is None:
            self.stdout.write(text)
        else:
            self.write(out, text)

    def tell(self, stage, share):
        self.stderr.write(f"{share:4.0%} {stage}", style_func=str)

    def write(self, out, text):
        try:
            out.write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise Refused(
                f"{out} cannot be written: {error.strerror}; choose another --out "
                "[unwritable]"
            ) from error
        self.stderr.write(f"the report is in {out}", style_func=str)
