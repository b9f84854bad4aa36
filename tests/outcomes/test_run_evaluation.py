"""One evaluation in the foreground: its tables, or one line that says why not."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from outcomes.models import Evaluation, Run
from outcomes.services import execution
from tests.factories import RunFactory, UserFactory
from tests.house.source import ROOT
from tests.outcomes.test_execution import DESIGN


@pytest.fixture
def draft(district):
    district.populate()
    return planned(district)


def planned(district):
    by = UserFactory(evaluator=True)
    return district.evaluation(design=DESIGN, created_by=by)


def printed(*arguments, **options) -> str:
    out = io.StringIO()
    call_command("run_evaluation", *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_draft_is_not_run_before_it_is_locked(draft):
    with pytest.raises(CommandError, match="add --lock"):
        printed(draft.pk)
    assert not Run.objects.exists()


def test_it_locks_when_asked_and_prints_effects_and_gaps(draft):
    text = printed(draft.pk, lock=True)
    assert "8 of 8 participants" in text
    assert "race_ethnicity" in text
    draft.refresh_from_db()
    assert (draft.state, draft.locked_by) == ("locked", draft.created_by)


def test_the_report_comes_as_json(draft):
    report = json.loads(printed(draft.pk, lock=True, format="json"))
    assert report["effects"][0]["outcome"] == "ela"
    assert "pairs" not in report


def test_the_effects_come_as_csv(draft):
    rows = list(csv.DictReader(io.StringIO(printed(draft.pk, lock=True, format="csv"))))
    assert [row["outcome"] for row in rows] == ["ela"]
    assert float(rows[0]["std_error"]) > 0


def test_it_runs_in_the_name_of_whoever_is_named(draft):
    eva = UserFactory(username="eva", evaluator=True)
    printed(draft.pk, lock=True, by="eva")
    assert Run.objects.get().requested_by == eva
    assert Evaluation.objects.get().locked_by == eva


def test_an_unknown_evaluation_or_user_is_named(draft):
    with pytest.raises(CommandError, match=f"the latest are {draft.pk}"):
        printed(draft.pk + 1)
    UserFactory(username="nobody")
    for name in ("eve", "nobody"):
        with pytest.raises(CommandError, match=f"There is no user {name} who may"):
            printed(draft.pk, lock=True, by=name)


def test_a_run_that_fails_says_why_in_one_line(district):
    district.student(before=480, after=490)
    with pytest.raises(CommandError, match="no student with a snapshot"):
        printed(planned(district).pk, lock=True)


def test_one_that_is_stopped_is_cancelled_and_can_be_run_again(draft, monkeypatch):
    def stopped(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(execution, "evaluate", stopped)
        with pytest.raises(CommandError, match=r"Stopped: run \d+ is cancelled\.$"):
            printed(draft.pk, lock=True)
    assert Run.objects.get().state == "cancelled"
    assert "8 of 8 participants" in printed(draft.pk)


def test_one_that_was_killed_is_taken_up_again_once_its_minute_is_over(draft):
    printed(draft.pk, lock=True)
    now = timezone.now()
    held = RunFactory(
        evaluation=Evaluation.objects.get(),
        design_hash=Run.objects.get().design_hash,
        state="running",
        attempt=1,
        started_at=now,
        lease_until=now + timedelta(seconds=30),
    )
    with pytest.raises(CommandError, match="ask again in a minute"):
        printed(draft.pk)
    Run.objects.filter(pk=held.pk).update(lease_until=now - timedelta(seconds=1))
    assert "8 of 8 participants" in printed(draft.pk)
    held.refresh_from_db()
    assert (held.state, held.attempt) == ("done", 2)


def test_a_command_that_is_stopped_says_so_in_one_line():
    process = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", "raise KeyboardInterrupt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stderr) == (1, "Stopped.\n")


def test_a_database_without_its_tables_is_refused_in_one_line(tmp_path):
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    process = subprocess.run(
        [sys.executable, "manage.py", "run_evaluation", "1"],
        cwd=ROOT,
        env={**kept, "VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert process.stderr.startswith("error: the database cannot be used: no such")
    assert process.stderr.count("\n") == 1
    assert "manage.py migrate" in process.stderr
