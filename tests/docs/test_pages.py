"""Each page works as printed: its commands are typed, and its promises looked up."""

import json
import re

import pytest
from rest_framework.test import APIClient

from api.resources.reports import ReportOut
from tests.docs.player import Reader
from tests.factories import (
    MeasureFactory,
    SchoolYearFactory,
    ScoreFactory,
    UserFactory,
)
from tests.house.source import ROOT

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture
def reader(tmp_path):
    return Reader(tmp_path)


def statuses(played):
    return [step.status for step in played if step.status]


def test_the_coordinators_page(reader):
    played = reader.play("docs/coordinator.md")
    refused = [step for step in played if step.status >= 400]
    assert [json.loads(step.said)["code"] for step in refused] == ["offering_full"]
    roster = next(step for step in played if "roster" in step.command)
    assert json.loads(roster.said)["count"] == 10, roster.said


def test_every_link_of_a_page_leads_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", ["evaluator", "developer", "operator"])
def test_a_page_whose_every_command_is_answered(reader, page):
    played = reader.play(f"docs/{page}.md")
    assert [step for step in played if step.status >= 400] == []


def test_the_evaluators_page_names_every_part_of_a_report():
    page = (ROOT / "docs/evaluator.md").read_text()
    assert [name for name in ReportOut().fields if f"`{name}`" not in page] == []


def test_the_evaluators_plan_is_taken_as_printed():
    page = (ROOT / "docs/evaluator.md").read_text()
    plan = json.loads(re.search(r"^```json\n(.*?)^```", page, re.DOTALL | re.M)[1])
    ela = MeasureFactory(code="mcas-ela", domain="ela")
    for year in (2024, 2025, 2026):
        ScoreFactory(measure=ela, school_year=SchoolYearFactory(year=year))
    client = APIClient()
    client.force_authenticate(UserFactory(evaluator=True))
    made = client.post("/api/v1/evaluations/", plan)
    assert made.status_code == 201, made.content
    assert made.data["warnings"] == []
    assert made.data["design"]["pretests"][1]["name"] == "mcas-ela@2024"


def test_the_commands_of_the_readme_exist(reader):
    reader.play("README.md")
