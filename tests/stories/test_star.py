"""The whole path on real children: docs/star.md, typed, and its numbers looked up."""

import json

import pytest

from outcomes.models import Run
from tests.docs.player import Reader
from tests.house.source import ROOT

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
SD = 31.2212220217  # of reading in regular and regular+aide classes: star_oracles.json
close = pytest.approx


@pytest.fixture(scope="module")
def oracle():
    return json.loads((ROOT / "tests/reference/star_oracles.json").read_text())


def named(played, part):
    """The last thing that was said to a command with this part."""
    return next(step.said for step in reversed(played) if part in step.command)


def test_from_files_to_the_figures_that_r_gives(tmp_path, oracle):
    played = Reader(tmp_path).play("docs/star.md")
    assert [step for step in played if step.status >= 400] == []
    assert "6325 created" in named(played, "import_data students")
    assert "1900 created" in named(played, "import_data enrollments")
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}
    _the_match_is_rs(json.loads(named(played, "runs/2/report")), oracle)
    _the_gaps_are_rs(json.loads(named(played, "runs/3/gaps")), oracle)
    _nothing_was_seen_too_early(named(played, "diagnostics"))
    assert named(played, "love-plot").startswith("<svg")


def _the_match_is_rs(report, oracle):
    expected = oracle["matched"]["within_exact"]
    sample = report["sample"]
    assert sample["matched_treated"] == expected["n_treated"] == 1695
    assert sample["matched_comparison"] == expected["n_control"] == 3834
    assert sample["ess_comparison"] == close(expected["ess_control"], rel=1e-8)
    effect = next(e for e in report["effects"] if e["outcome"] == "readk")
    assert effect["estimate_sd"] == close(expected["readk_z"]["att"], rel=1e-6)
    errors = {each["se_kind"]: each["std_error"] for each in effect["alternatives"]}
    by_school = expected["readk_z"]["se_cluster_school"]
    assert errors["CR1 by school"] / SD == close(by_school, rel=1e-6)
    assert effect["std_error"] / SD == close(by_school, rel=0.02)  # CR2
    assert report["verdict"]["code"] == "no_pretest"
    assert "pairs" not in report


def _the_gaps_are_rs(gaps, oracle):
    means = {g["dimension"]: g for g in gaps if g["metric"] == "mean_sd"}
    for dimension, expected in (
        ("race_ethnicity", oracle["gaps"]["readk_race"]),
        ("low_income", oracle["gaps"]["readk_lunch"]),
    ):
        gap = means[dimension]
        assert gap["without_program"] == close(expected["regular"]["gap_z"], rel=1e-6)
        assert gap["as_delivered"] == close(expected["small"]["gap_z"], rel=1e-6)
        assert gap["closed"] == close(expected["did_gap_closing_raw"], rel=1e-6)
        errors = {each["se_kind"]: each["std_error"] for each in gap["alternatives"]}
        se = expected["did_gap_closing_raw_se_school"]
        assert errors["CR1 by school"] == close(se, rel=1e-6)


def _nothing_was_seen_too_early(diagnostics):
    found = json.loads(diagnostics)
    assert found["balance"]
    assert not {"effects", "gaps", "naive"} & set(found)
