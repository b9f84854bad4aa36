from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings

programs = import_module("enrollment.migrations.0002_programs")


def pytest_configure(config):
    """The same random examples each time, so that a change answers for itself alone;
    `-m nightly` looks for new ones."""
    settings.register_profile("same", derandomize=True)
    if "nightly" not in config.getoption("markexpr"):
        settings.load_profile("same")


def pytest_collection_modifyitems(config, items):
    reasons = {}
    if not config.getoption("--postgres"):
        reasons["postgres_only"] = "SQLite has one writer at a time"
    if "nightly" not in config.getoption("markexpr"):
        reasons["nightly"] = "takes minutes: pytest -m nightly"
    for item in items:
        for mark in reasons:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reasons[mark]))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, tmp_path_factory
):
    """A file, as in life: a database in memory knows neither WAL nor waiting."""
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session", autouse=True)
def emptied_as_migrated():
    """A test with real transactions ends by emptying the tables. On SQLite that deletes
    row by row, which the guards refuse; and what the migrations wrote goes with it."""
    empty = TransactionTestCase._fixture_teardown

    def empty_and_restore(case):
        triggers = lift_triggers() if connection.vendor == "sqlite" else []
        try:
            empty(case)
        finally:
            run(triggers)
        programs.create_programs(apps)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_and_restore)
        yield


def lift_triggers() -> list[str]:
    """Take every trigger away; what comes back makes them again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = cursor.fetchall()
    run([f"DROP TRIGGER {name}" for name, _ in found])
    return [sql for _, sql in found]


def run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
