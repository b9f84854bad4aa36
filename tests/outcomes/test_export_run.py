"""A bundle is for who may see rows, and of the rows that the run saw."""

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from enrollment.models import Student
from outcomes.models import Look, Run
from outcomes.models.findings import MatchedStudent
from outcomes.services import execution, runs
from tests.factories import RunFactory, UserFactory
from tests.outcomes.conftest import PLAIN


@pytest.fixture
def done(district):
    district.populate()
    evaluation = district.locked(design=PLAIN)
    UserFactory(username="olga", admin=True)
    run = runs.queue(evaluation=evaluation, by=UserFactory(evaluator=True))
    execution.execute(run.pk)
    run.refresh_from_db()
    return run


def export(run_id, path, by="olga") -> str:
    out = io.StringIO()
    call_command("export_run", run_id, path, by=by, stdout=out)
    return out.getvalue()


def test_the_office_exports_a_run(done, tmp_path):
    said = export(done.pk, tmp_path / "run.zip")
    assert Look.objects.get().part == "bundle"
    assert "matched.csv" in said
    assert "keep it as you keep records" in said
    with zipfile.ZipFile(tmp_path / "run.zip") as bundle:
        names = set(bundle.namelist())
        matched = bundle.read("matched.csv").decode().splitlines()
        report = json.loads(bundle.read("report.json"))
        everything = "".join(bundle.read(name).decode() for name in names)
    files = {"matched.csv", "all.csv", "design.json", "report.json", "redo.R"}
    assert names == files | {"tables.csv"}
    assert len(matched) - 1 == MatchedStudent.objects.filter(run=done).count()
    assert report["input_hash"] == done.input_hash
    for lasid in Student.objects.values_list("lasid", flat=True):
        assert f'"{lasid}"' not in everything
        assert f",{lasid}," not in everything


def test_who_may_not_see_every_student_gets_no_rows(done, district, tmp_path):
    school = district.school  # of whose students a coordinator sees all, and no others
    UserFactory(username="eva", evaluator=True, coordinator_of=school)
    with pytest.raises(CommandError, match=r"may not see students.*rows_not_yours"):
        export(done.pk, tmp_path / "run.zip", by="eva")
    assert not (tmp_path / "run.zip").exists()


def test_rows_that_changed_since_are_refused(done, district, tmp_path):
    district.participant(before=480, after=500)
    with pytest.raises(CommandError, match=r"have changed since.*input_changed"):
        export(done.pk, tmp_path / "run.zip")
    assert not (tmp_path / "run.zip").exists()
    assert not Look.objects.exists()


def test_a_run_that_is_not_done_has_no_bundle(done, tmp_path):
    with pytest.raises(CommandError, match="not_done"):
        export(RunFactory().pk, tmp_path / "run.zip")


def test_what_is_not_there_is_told_in_one_line(done, tmp_path):
    with pytest.raises(CommandError, match="There is no run 999"):
        export(999, tmp_path / "run.zip")
    with pytest.raises(CommandError, match="There is no user nobody"):
        export(done.pk, tmp_path / "run.zip", by="nobody")
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        export(done.pk, tmp_path / "nowhere" / "run.zip")
    assert Run.objects.get(pk=done.pk).state == "done"
