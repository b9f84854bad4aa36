"""Each page works as printed: its commands are typed, and its promises looked up."""

import json
import re

import pytest

from tests.docs.player import Reader
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
    assert "0100001" in roster.said or '"count": 10' in roster.said or roster.said


def test_every_link_of_a_page_leads_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", ["evaluator", "developer", "operator"])
def test_a_page_whose_every_command_is_answered(reader, page):
    played = reader.play(f"docs/{page}.md")
    assert [step for step in played if step.status >= 400] == []


def test_the_commands_of_the_readme_exist(reader):
    reader.play("README.md")
