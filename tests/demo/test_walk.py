import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from enrollment.models import Enrollment, Offering
from outcomes import plans
from outcomes.models import Evaluation
from outcomes.models.findings import Findings
from programs_tracker.demo.programs import SEATS
from tests.demo.walking import rows_of_every_table, walk
from tests.factories import StudentFactory

COHORTS = ("ten-boys", "ten-girls")


@dataclass
class Walked:
    """Two walks, one after the other, and how many rows each left."""

    first: dict
    second: dict
    paper: str
    rows_after_first: dict
    rows_after_second: dict
    folder: Path

    @property
    def answers(self):
        return {answer["program"]: answer for answer in self.first["answers"]}


@pytest.fixture(scope="module")
def walked(django_db_setup, django_db_blocker, tmp_path_factory):
    """One district for the module, taken back at its end: it takes seconds to make."""
    folder = tmp_path_factory.mktemp("var")
    with (
        django_db_blocker.unblock(),
        override_settings(VAR=folder),
        transaction.atomic(),
    ):
        first = json.loads(walk("--format", "json"))
        rows = rows_of_every_table()
        second = json.loads(walk("--format", "json"))
        again = rows_of_every_table()
        yield Walked(first, second, walk(), rows, again, folder)
        transaction.set_rollback(True)


@pytest.mark.parametrize("program", COHORTS)
def test_the_naive_comparison_has_the_wrong_sign(walked, program):
    for outcome in walked.answers[program]["outcomes"]:
        assert outcome["naive"] < -3 < 3 < outcome["truth"]
        assert outcome["estimate"] > 0


def test_the_naive_comparison_credits_schools_that_were_ahead(walked):
    for outcome in walked.answers["excellence-for-all"]["outcomes"]:
        assert outcome["naive"] > outcome["truth"] + 2


def test_matched_estimates_come_nearer_and_their_intervals_hold_the_truth(walked):
    outcomes = [row for it in walked.answers.values() for row in it["outcomes"]]
    for row in outcomes:
        naive, found = (abs(row[key] - row["truth"]) for key in ("naive", "estimate"))
        assert found < naive
        assert row["ci_low"] <= row["truth"] <= row["ci_high"]


def test_matching_makes_participants_and_the_others_more_alike(walked):
    for answer in walked.answers.values():
        balance = answer["balance"]
        assert abs(balance["after"]["smd"]) < abs(balance["before"]["smd"]) / 2


def test_whole_grades_are_compared_by_the_plan_that_the_product_would_fill_in(walked):
    evaluation = Evaluation.objects.get(program__code="excellence-for-all")
    said = evaluation.design
    asked = {key: said[key] for key in ("outcomes", "pretests", "covariates")}
    filled = plans.read(
        asked,
        program=evaluation.program,
        outcome_year=evaluation.outcome_year,
        first_day=evaluation.first_day,
    ).design.to_dict()
    assert filled["match_clusters"] == said["match_clusters"]
    assert filled["method"] == said["method"] == "full"


def test_cohorts_took_numbered_seats_and_left_them_when_the_year_was_over(walked):
    cohorts = Offering.objects.filter(capacity=SEATS, school_year=2026)
    assert cohorts.count() == 12
    for offering in cohorts:
        taken = Enrollment.history.filter(offering=offering, status="enrolled")
        seats = Counter(taken.values_list("seat", flat=True))
        assert seats == dict.fromkeys(range(1, SEATS + 1), 1)
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"exited"}


def test_a_second_walk_changes_nothing_but_that_somebody_looked_again(walked):
    after_first = dict(walked.rows_after_first)
    after_second = dict(walked.rows_after_second)
    assert walked.first["brought"]["students"] == 1_200
    assert walked.second["brought"] == {}
    assert walked.second["answers"] == walked.first["answers"]
    looks = [rows.pop("outcomes.Look") for rows in (after_first, after_second)]
    assert looks == [3, 6]
    assert after_second == after_first


def test_a_student_who_came_since_is_no_hindrance(walked):
    newcomer = StudentFactory()
    assert json.loads(walk("--format", "json"))["answers"] == walked.first["answers"]
    newcomer.delete()


def test_the_log_in_is_shown_once(walked):
    assert walked.first["login"]["password"]
    assert walked.second["login"] == {}


def test_the_truth_stands_in_a_file_and_in_no_report(walked):
    truth = json.loads((walked.folder / "demo_truth.json").read_text())
    effects = [e for it in truth["programs"].values() for e in it["effects"].values()]
    reports = " ".join(Findings.objects.values_list("report", flat=True))
    assert len(effects) == 6
    assert not [effect for effect in effects if f"{effect:.6f}" in reports]


def test_the_paper_is_plain_where_it_is_piped(walked):
    assert "\x1b" not in walked.paper
    for words in ("10 Boys", "naive", "planted truth", "gap closed", "make serve"):
        assert words in walked.paper
    assert "nothing was brought in" in walked.paper
