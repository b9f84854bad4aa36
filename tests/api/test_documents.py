"""A report as a page, a paragraph, charts and tables, over HTTP."""

import base64
import csv
import io
import re
from hashlib import sha256

import pytest

from api.resources.runs import value_at
from outcomes.models import Measure
from outcomes.services import runs
from tests.api.contract import refuse_undocumented
from tests.api.evaluating import EVALUATIONS, work


def test_the_report_is_a_page_that_needs_no_other_file(answered, eva):
    page = eva.get(f"{answered}report/?format=html", headers={"Accept": "text/html"})
    refuse_undocumented(page)
    assert page["Content-Type"].startswith("text/html")
    assert "Did it help?" in page.text
    assert page.text.count('src="data:image/svg+xml;base64,') == 3
    assert not re.findall(r'(?:src|href)="(?!data:)', page.text)
    assert not re.findall(r"<script|\bstyle=|\bon[a-z]+=", page.text)


def test_a_browser_loads_nothing_but_the_page(answered, eva):
    page = eva.get(f"{answered}report/?format=html")
    policy = page["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert hashed(style) in policy


def hashed(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()


def test_what_a_user_wrote_cannot_run_in_the_page(district, drafted, eva):
    plan = drafted(name="<script>alert(1)</script>")
    eva.post(f"{EVALUATIONS}{plan['id']}/lock/", headers={"If-Match": '"v1"'})
    run = eva.post(f"{EVALUATIONS}{plan['id']}/runs/").headers["Location"]
    work()
    page = eva.get(f"{run}report/?format=html").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_page_names_measures_and_no_student(answered, eva, district):
    Measure.objects.filter(code="ela").update(name="English")
    page = eva.get(f"{answered}report/?format=html").text
    assert "English before" in page
    codes = r">[^<>]*(?<![\w-])ela(?![\w-])[^<>]*<"
    assert not re.search(codes, page)
    for student in district.ela.scores.values_list("student__lasid", flat=True):
        assert f">{student}<" not in page
    assert "English" in eva.get(f"{answered}effect-plot/").json()["title"]["text"]


def test_the_method_comes_in_words(answered, eva):
    said = eva.get(f"{answered}methods/")
    refuse_undocumented(said)
    assert said.json()["text"].startswith("8 of 8 participants were compared with 8 of")
    held = {"If-None-Match": said.headers["ETag"]}
    assert eva.get(f"{answered}methods/", headers=held).status_code == 304


@pytest.mark.parametrize("name", ["love", "effect", "gap"])
def test_a_plot_comes_in_three_forms(answered, eva, name):
    spec = eva.get(f"{answered}{name}-plot/")
    refuse_undocumented(spec)
    assert spec.json()["$schema"].endswith("/v6.json")
    svg = eva.get(f"{answered}{name}-plot/?format=svg")
    assert (svg["Content-Type"], svg.content[:4]) == ("image/svg+xml", b"<svg")
    png = eva.get(f"{answered}{name}-plot/?format=png")
    assert (png["Content-Type"], png.content[1:4]) == ("image/png", b"PNG")


@pytest.mark.parametrize("part", ["balance", "effects", "gaps"])
def test_a_table_comes_as_csv(answered, eva, part):
    table = eva.get(f"{answered}{part}/?format=csv", headers={"Accept": "text/csv"})
    refuse_undocumented(table)
    text = table.getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    shown = eva.get(f"{answered}{part}/").json()
    assert len(rows) == len(shown)
    for row, whole in zip(rows, shown, strict=True):
        for name, value in row.items():
            known = value_at(whole, tuple(name.split(".")))
            if isinstance(known, float):
                assert float(value) == known
            elif known is None:
                assert value == ""


@pytest.mark.parametrize(
    ("part", "form"), [("report", "pdf"), ("effects", "html"), ("gap-plot", "csv")]
)
def test_another_form_is_refused_by_name(answered, eva, part, form):
    refusal = eva.get(f"{answered}{part}/?format={form}")
    assert (refusal.status_code, refusal.json()["code"]) == (400, "unknown_format")


PARTS = ["methods", "effect-plot", "gap-plot", "report/?format=html"]


@pytest.mark.parametrize("part", PARTS)
def test_diagnostics_have_no_outcome_to_show(drafted, eva, part):
    where = f"{EVALUATIONS}{drafted()['id']}/diagnostics/"
    run = eva.get(where).headers["Location"]
    work()
    refusal = eva.get(f"{run}{part}" if "?" in part else f"{run}{part}/")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "shows_no_outcome")
    assert eva.get(f"{run}love-plot/").status_code == 200


def test_a_record_in_a_row_has_a_column_a_value(answered, eva, monkeypatch):
    gain = {"pretest": "ela@2025", "g": 0.25, "rests_on": True}
    effect = {"outcome": "ela", "exact_interval": [0.0, 0.25]}
    rows = [effect | {"difference_in_differences": gain}, effect]
    monkeypatch.setattr(runs, "section", lambda *_: rows)
    table = eva.get(f"{answered}effects/?format=csv").getvalue().decode()
    first, second = csv.DictReader(io.StringIO(table))
    assert first["difference_in_differences.g"] == "0.25"
    assert first["difference_in_differences.rests_on"] == "yes"
    assert second["difference_in_differences.g"] == ""
    assert second["exact_interval"] == "0.0 0.25"
