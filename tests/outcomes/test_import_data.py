"""The command: data on stdout, the rest on stderr, and an exit code that tells."""

import csv
import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from enrollment.models import School, Student, User
from enrollment.services import imports
from tests.factories import SchoolFactory, StudentFactory, UserFactory
from tests.house.source import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def students(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("lasid,first_name\n0007,Ada\n0008,Bo\n")
    return path


@pytest.fixture
def wrong(tmp_path):
    path = tmp_path / "wrong.csv"
    lines = [f"{n},=[red]{n}\u200b" for n in range(60)]
    path.write_text("\n".join(["lasid,first_name", "0007,Ada", *lines]))
    return path


def run(*arguments):
    out = StringIO()
    call_command("import_data", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def refused(*arguments):
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("import_data", *arguments, stdout=out, stderr=StringIO())
    return refusal.value.returncode, str(refusal.value), out.getvalue()


def test_a_second_time_it_says_that_nothing_changed(students):
    assert run("students", students) == "students: 2 created, 0 updated, 0 unchanged\n"
    assert run("students", students) == "students: 0 created, 0 updated, 2 unchanged\n"


def test_a_dry_run_says_so(students):
    said = run("students", students, "--dry-run")
    assert said == (
        "students: nothing written (dry run); would be 2 created, 0 updated, "
        "0 unchanged\n"
    )
    assert not Student.objects.exists()


def test_wrong_rows_end_with_1_a_summary_and_a_table(wrong):
    code, sentence, table = refused("students", wrong)
    assert code == 1
    assert sentence == (
        "students: nothing written; would be 1 created, 0 updated, 0 unchanged, "
        "60 refused"
    )
    assert "hidden_character" in table
    assert "=[red]0" in table
    assert "and 10 more: --format csv prints all of them" in table


def test_row_by_row_what_is_right_is_written_and_it_still_ends_with_1(wrong):
    code, sentence, _ = refused("students", wrong, "--atomic", "row")
    assert (code, sentence) == (
        1,
        "students: 1 created, 0 updated, 0 unchanged, 60 refused",
    )
    assert Student.objects.get().lasid == "0007"


def test_every_problem_is_in_the_csv_and_no_cell_is_a_formula(wrong):
    _, _, text = refused("students", wrong, "--format", "csv")
    rows = list(csv.DictReader(StringIO(text)))
    assert len(rows) == 60
    assert rows[0]["line"] == "3"
    assert rows[0]["found"] == r"'=[red]0\u200b"


def test_json_is_for_scripts(wrong, students):
    report = json.loads(run("students", students, "--format", "json"))
    assert (report["created"], report["written"], report["problems"]) == (2, True, [])
    _, _, text = refused("students", wrong, "--format", "json")
    report = json.loads(text)
    assert (report["refused"], report["written"]) == (60, False)
    assert report["problems"][0]["column"] == "first_name"


def test_csv_prints_no_row_where_nothing_is_wrong(students):
    text = run("students", students, "--format", "csv")
    assert text == "line,column,code,found,expected,advice\n"


@pytest.mark.parametrize(
    "kind", ["attendance", "oneroster", "sims", "ewis", "studnets"]
)
def test_a_kind_that_does_not_exist_is_wrong_usage(students, kind):
    code, sentence, _ = refused(kind, students)
    assert code == 2
    assert "choose one of schools, school-years, students," in sentence


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    code, sentence, _ = refused("students", tmp_path / "nowhere.csv")
    assert (code, "No such file" in sentence) == (1, True)
    code, sentence, _ = refused("students", tmp_path)
    assert (code, "Is a directory" in sentence) == (1, True)


def test_the_scope_is_a_school_that_exists(students):
    SchoolFactory(code="00350001")
    assert refused("students", students, "--scope", "program=x")[0] == 2
    code, sentence, _ = refused("students", students, "--scope", "school=00350002")
    assert (code, sentence) == (
        1,
        "There is no school 00350002: the nearest is 00350001.",
    )
    assert run("students", students, "--scope", "school=00350001")


def test_files_come_in_the_name_of_someone(students, tmp_path):
    UserFactory(username="cora")
    run("students", students, "--by", "cora")
    assert not User.objects.filter(username="importer").exists()
    run("students", students)
    assert not User.objects.get(username="importer").has_usable_password()
    code, sentence, _ = refused("students", students, "--by", "coraa")
    assert (code, "the nearest is cora" in sentence) == (1, True)


def test_notes_are_told(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("code,name\n1,A\n1,A\n")
    assert "folded into it: line 3" in run("schools", path)
    assert School.objects.get().name == "A"


def test_who_is_stopped_has_written_nothing(students, monkeypatch):
    def stop(done):
        raise KeyboardInterrupt

    bring = imports.bring
    monkeypatch.setattr(
        imports, "bring", lambda *a, **options: bring(*a, **options | {"at_each": stop})
    )
    code, sentence, _ = refused("students", students)
    assert (code, sentence) == (1, "Stopped: nothing was written.")
    assert not Student.objects.exists()


def test_no_bytes_make_a_traceback(tmp_path):
    path = tmp_path / "noise.csv"
    for noise in (b"\x00\xff\xfe", b"\xff\xfe\x00", b'"', b"lasid\n\x80", b",\n" * 9):
        path.write_bytes(noise)
        assert refused("students", path)[0] == 1


def test_from_the_shell_a_wrong_word_ends_with_2(students):
    StudentFactory()
    manage = [sys.executable, ROOT / "manage.py", "import_data", "students"]
    command = [*manage, students, "--atomic", "some"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert "Traceback" not in process.stderr
