"""A walk through a small district, for tests of what it prints and leaves behind."""

from io import StringIO

from django.apps import apps
from django.core.management import call_command

SMALL = ["--students", "1200", "--seed", "10"]


def walk(*arguments) -> str:
    out = StringIO()
    call_command("demo", *SMALL, *arguments, stdout=out)
    return out.getvalue()


def rows_of_every_table() -> dict[str, int]:
    return {
        model._meta.label: model.objects.count()
        for app in ("enrollment", "outcomes")
        for model in apps.get_app_config(app).get_models()
    }
