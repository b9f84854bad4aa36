import json

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from enrollment.access import POLICIES
from enrollment.services import accounts
from enrollment.services.refusal import Refused


class Command(BaseCommand):
    help = "Make a log-in for a role, and show its password and a bearer token once."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--role", required=True, help=", ".join(POLICIES))
        parser.add_argument("--school", metavar="CODE")
        parser.add_argument("--program", metavar="CODE")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *, name, role, school, program, **options):
        try:
            account = accounts.create_role_user(
                name=name, role=role, school=school, program=program
            )
        except Refused as refusal:
            raise CommandError(refusal) from refusal
        shown = as_shown(account)
        if options["format"] == "json":
            self.stdout.write(json.dumps(shown, indent=2))
        else:
            self.print_table(shown)
        self.stderr.write("Keep the password and the token: they are not shown again.")

    def print_table(self, shown):
        table = Table(show_header=False, box=None)
        for name, value in shown.items():
            table.add_row(name, value or "-")
        Console(file=self.stdout, soft_wrap=True).print(table)


def as_shown(account: accounts.Account) -> dict[str, str | None]:
    grant = account.grant
    return {
        "username": account.user.username,
        "role": grant.role,
        "school": grant.school and grant.school.code,
        "program": grant.program and grant.program.code,
        "password": account.password or "(as before)",
        "token": account.token,
        "expiry": account.expiry and f"{account.expiry:%Y-%m-%dT%H:%M:%SZ}",
    }
