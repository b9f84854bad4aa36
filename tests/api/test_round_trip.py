"""What the API exports, the importer reads back: the same file changes nothing."""

import io
import json

import pytest
from django.core.management import call_command

from enrollment.models import Enrollment, Student
from tests.factories import StudentFactory

pytestmark = pytest.mark.django_db
KINDS = ["schools", "school-years", "students", "student-years", "memberships"]
KINDS += ["offerings", "enrollments", "measures", "scores"]


@pytest.fixture
def exported(office, world, tmp_path):
    """Writes the CSV of a list to a file, as somebody would who keeps it."""

    def exported(kind: str):
        file = tmp_path / f"{kind}.csv"
        file.write_bytes(office.get(f"/api/v1/{kind}/?format=csv").getvalue())
        return file

    return exported


def brought(kind: str, file) -> dict:
    said = io.StringIO()
    call_command("import_data", kind, file, "--format", "json", stdout=said)
    return json.loads(said.getvalue())


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_exported_changes_nothing_when_it_comes_back(kind, exported):
    report = brought(kind, exported(kind))
    assert (report["created"], report["updated"], report["problems"]) == (0, 0, [])
    assert report["unchanged"] >= 1


def test_every_name_comes_back_to_the_letter(exported, world):
    names = ["=1+1", "'=1", "@x", "O'Brien", 'a "b", c', "'t Hooft", "Nguyễn", "NA"]
    for number, name in enumerate(names):
        StudentFactory(lasid=f"00{number}x", last_name=name)
    file = exported("students")
    Student.objects.update(last_name="lost")
    brought("students", file)
    kept = Student.objects.filter(lasid__endswith="x").order_by("lasid")
    assert list(kept.values_list("last_name", flat=True)) == names


def test_an_ended_spell_comes_back_ended(exported, world):
    Enrollment.objects.update(
        status="exited",
        seat=None,
        last_day=world.own["enrollments"].planned_last_day,
        exit_reason="completed",
    )
    report = brought("enrollments", exported("enrollments"))
    assert (report["updated"], report["unchanged"]) == (0, 2)
