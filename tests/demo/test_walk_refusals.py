import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from enrollment.models import Student
from tests.demo.walking import rows_of_every_table, walk
from tests.factories import StudentFactory


@pytest.fixture(autouse=True)
def a_folder_of_its_own(settings, tmp_path):
    settings.VAR = tmp_path


@pytest.mark.parametrize("number", ["999", "60001", "-5", "many", "1e4"])
def test_a_size_out_of_range_is_refused(db, number):
    with pytest.raises(CommandError, match="1,000 to 60,000"):
        call_command("demo", f"--students={number}")
    assert not Student.objects.exists()


def test_a_seed_that_is_no_number_is_refused(db):
    with pytest.raises(CommandError, match="lucky is no seed"):
        call_command("demo", "--seed=lucky")


def test_children_of_another_district_are_left_alone(db):
    StudentFactory()
    rows = rows_of_every_table()
    with pytest.raises(CommandError, match="DATABASE_URL"):
        walk()
    assert rows_of_every_table() == rows


def test_a_walk_that_was_cut_short_is_taken_up_again(db, monkeypatch):
    def cut(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("programs_tracker.demo.walk.ask", cut)
        with pytest.raises(KeyboardInterrupt):
            walk()
    rows = rows_of_every_table()
    assert rows["enrollment.Enrollment"] == 223
    assert rows["outcomes.Run"] == 0
    assert len(json.loads(walk("--format", "json"))["answers"]) == 3
    assert rows_of_every_table()["enrollment.Enrollment"] == 223
