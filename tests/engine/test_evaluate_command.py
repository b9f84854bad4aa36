"""`manage.py evaluate` as a person at a terminal meets it."""

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.engine.lalonde import REFERENCE

ROOT = Path(__file__).parents[2]
LALONDE = REFERENCE / "lalonde.csv"
DESIGN = {
    "unit": "unit_id",
    "treatment": "treat",
    "outcomes": [{"name": "re78"}],
    "covariates": ["age", "educ", "race", "married", "nodegree", "re74", "re75"],
    "caliper": {"distance": {"width": 0.2, "unit": "sd"}},
}


@pytest.fixture
def write(tmp_path):
    def written(name, content):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")
        return path

    return written


def evaluate(data, design, *options):
    out, err = StringIO(), StringIO()
    call_command("evaluate", data, design, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_report_is_json_on_stdout_and_progress_on_stderr(write):
    out, err = evaluate(LALONDE, write("design.json", DESIGN))
    report = json.loads(out)
    assert report["sample"]["matched_treated"] == 113
    assert report["sample"]["total_distance"] == pytest.approx(3.775139, abs=1e-6)
    assert report["effects"][0]["estimate"] == pytest.approx(1571.74445442, rel=1e-9)
    assert "100% done" in err


def test_the_report_goes_to_a_file_on_request(write, tmp_path):
    path = tmp_path / "report.json"
    out, err = evaluate(LALONDE, write("design.json", DESIGN), "--out", str(path))
    assert out == ""
    assert str(path) in err
    assert json.loads(path.read_text())["sample"]["sets"] == 113


def test_the_same_question_gets_the_same_bytes(write):
    design = write("design.json", DESIGN)
    lines = LALONDE.read_text().splitlines()
    turned = write("turned.csv", "\n".join([lines[0], *lines[:0:-1]]) + "\n")
    assert evaluate(LALONDE, design)[0] == evaluate(turned, design)[0]


def test_a_person_can_read_the_table(write):
    gap = {"dimension": "race", "focal": "black", "reference": "white"}
    design = write("design.json", DESIGN | {"gaps": [gap]})
    out, _ = evaluate(LALONDE, design, "--format", "table")
    assert "113 of 185 participants" in out
    assert "needs_adjustment" in out or "no_pretest" in out
    lines = out.splitlines()
    for title, first in (
        ("Balance of all matched; the verdict is on who has the outcome", "covariate"),
        ("Effects, with 95% intervals", "outcome"),
        (
            "Gaps: reference minus focal; closed is what the program took off",
            "dimension",
        ),
    ):
        under = lines[lines.index(title) + 1]
        assert (lines[lines.index(title) - 1], under.split()[0]) == ("", first)
    gaps = [line.split() for line in lines if line.startswith("race  ")]
    assert {(row[1], row[2]) for row in gaps} == {("black", "white")}
    assert "without_program" in out
    assert "few_kept" in out


def test_the_effects_are_rows_for_a_spreadsheet(write):
    table = LALONDE.read_text().replace("re78", "=re78", 1)
    named = {"outcomes": [{"name": "=re78", "kind": "continuous"}]}
    files = write("data.csv", table), write("design.json", DESIGN | named)
    report = json.loads(evaluate(*files)[0])
    rows = list(csv.DictReader(StringIO(evaluate(*files, "--format", "csv")[0])))
    assert [row["outcome"] for row in rows] == ["'=re78"]
    assert float(rows[0]["estimate"]) == report["effects"][0]["estimate"]
    assert rows[0]["group"] == ""


TABLE = """id,t,x,school,y
1,1,0.5,007,1
2,1,1.5,7,2
3,0,0.6,007,3
4,0,1.4,7,4
"""
PLAIN = {"unit": "id", "treatment": "t", "outcomes": ["y"], "covariates": ["x"]}


def test_identifiers_keep_their_zeros(write):
    design = write("design.json", PLAIN | {"exact": ["school"]})
    report = json.loads(evaluate(write("data.csv", TABLE), design)[0])
    sets = {}
    for pair in report["pairs"]:
        sets.setdefault(pair["set"], []).append(pair["unit"])
    assert sorted(sets.values()) == [["1", "3"], ["2", "4"]]


def test_a_byte_order_mark_and_windows_lines_are_accepted(write):
    data = write("data.csv", b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())
    report = json.loads(evaluate(data, write("design.json", PLAIN))[0])
    assert report["sample"]["treated"] == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("id,t,x,y\n", "no rows"),
        ("id;t;x;y\n1;1;1;1\n", "put commas between"),
        ('"pupil ""id""";"t";x, y\n1;1;1\n', "put commas between"),
        ('"id"\tt\n1\t1\n', "has '\\t' between the names of its heading"),
        ("id,t,x,x\n1,1,1,1\n", 'two columns "x"'),
        ("id,t,x,y\n1,1,1,1\n2,0,1\n", "3 cells in line 3 and 4 in its heading"),
        ("id,t,x,y\n1,1,1,1\n2,0,1,1,9\n", "5 cells in line 3"),
        ('id,t,x,y\n1,1,"1"1,1\n', "is not a table"),
        (b"id,t,x,y\n1,1,\xe9,1\n", "not UTF-8"),
        (
            "id,t,x,y\n1,1,inf,1\n2,0,1,1\n",
            "column \"x\" must hold finite numbers, found 'inf' in line 2; correct",
        ),
        (
            "id,t,x,y\n2,1,5,low\n\n1,0,6,high\n3,0,7,\n",
            "column \"y\" must hold numbers, found 'low' in line 2, 'high' in line 4;",
        ),
        (
            "id,t,x,y\n5,1,5,a\n4,0,6,b\n3,0,7,1\n2,0,7,c\n1,0,7,d\n0,0,7,e\n",
            "found 'a' in line 2, 'b' in line 3, 'c' in line 5, 2 more; correct",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(write, content, says):
    with pytest.raises(CommandError) as refusal:
        evaluate(write("data.csv", content), write("design.json", PLAIN))
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.returncode == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "one object in braces"),
        ("[" * 5000, "nests too deep"),
        ('{"seed": ' + "1" * 5000 + "}", "a number too long"),
        ('{"unit": "id", "unit": "t"}', "unit: stands twice"),
        ({**PLAIN, "covarates": []}, 'did you mean "covariates"'),
        ({**PLAIN, "covariates": ["z"]}, 'no column "z"'),
    ],
)
def test_a_wrong_design_is_refused_in_one_line(write, content, says):
    with pytest.raises(CommandError) as refusal:
        evaluate(write("data.csv", TABLE), write("design.json", content))
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(write, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        evaluate(tmp_path / "nothing.csv", write("design.json", PLAIN))
    with pytest.raises(CommandError, match="cannot be written"):
        evaluate(
            write("data.csv", TABLE),
            write("design.json", PLAIN),
            "--out",
            str(tmp_path / "no" / "where.json"),
        )


def run(*arguments):
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "evaluate", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_exit_codes_and_no_traceback(write):
    design = write("design.json", PLAIN)
    refused = run(write("data.csv", "id,t,x,y\n1,0,1,1\n"), design)
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines()[-1].startswith("Refused: no student")
    assert "Traceback" not in refused.stderr
    assert run("only-one-argument").returncode == 2
    done = run(write("data.csv", TABLE), design)
    assert done.returncode == 0
    assert json.loads(done.stdout)["sample"]["sets"] == 2
