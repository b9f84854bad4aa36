import re

import pytest
from django.core.management import call_command

from tests.house.source import ROOT

MIGRATIONS = sorted(
    path
    for room in ("enrollment", "outcomes", "api")
    for path in (ROOT / room / "migrations").glob("0*.py")
)


@pytest.mark.django_db
def test_no_model_change_is_without_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_a_migration_is_named_by_hand(path):
    assert not re.search(r"_auto_|_alter_|_and_more$|_remove_", path.stem)
