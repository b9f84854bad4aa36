"""Matched students are kept by column, and under the same guards as one by one."""

from datetime import date

import pytest
from django.db import IntegrityError, connection

from outcomes.models.findings import Findings, MatchedStudent
from outcomes.services import leases, matched_students
from tests.factories import RunFactory, StudentFactory

pytestmark = pytest.mark.django_db
NOT_UNIQUE = "UNIQUE constraint failed"  # SQLite does not name it


@pytest.fixture
def run():
    return RunFactory(state="running", attempt=1)


def columns(n: int, **said) -> dict[str, list]:
    """Of n students, in sets of two."""
    return {
        "student_id": [StudentFactory().pk for _ in range(n)],
        "set_number": [1 + i // 2 for i in range(n)],
        "is_participant": [i % 2 == 0 for i in range(n)],
        "weight": [1 / (1 + i) for i in range(n)],
    } | said


def kept(run, *names: str) -> list[tuple]:
    rows = MatchedStudent.objects.filter(run=run).order_by("pk")
    return list(rows.values_list(*names))


def test_every_value_is_kept_as_it_was_said(run):
    said = columns(4, entry=[*["2025-10-06"] * 2, *["2025-11-03"] * 2])
    said["tier"] = [None, 2, None, 1]
    matched_students.keep(run.pk, said)
    said["entry"] = [date.fromisoformat(day) for day in said["entry"]]
    assert kept(run, *said) == list(zip(*said.values(), strict=True))


def test_what_was_not_asked_stays_empty(run):
    matched_students.keep(run.pk, columns(2))
    assert kept(run, "entry", "tier") == [(None, None)] * 2


def test_nobody_is_kept_of_a_run_that_matched_nobody(run):
    matched_students.keep(run.pk, {})
    matched_students.keep(run.pk, columns(0))
    assert not kept(run)


@pytest.mark.parametrize(
    ("column", "values", "guard"),
    [
        ("weight", [1.0, 0.0], "a_weight_is_positive"),
        ("set_number", [None, None], f"weighted_once_without_a_set|{NOT_UNIQUE}"),
        ("set_number", [1, 1], f"once_in_a_matched_set|{NOT_UNIQUE}"),
        ("set_number", [1, -1], "set_number"),
    ],
)
def test_one_row_that_is_refused_refuses_the_end_of_the_run(run, column, values, guard):
    said = columns(2, **{column: values})
    if column == "set_number":
        said["student_id"] = [said["student_id"][0]] * 2
    lease = leases.Lease(run.pk, run.attempt)
    facts = {"report": "{}", "input_hash": "i", "engine": "1"}
    with pytest.raises(IntegrityError, match=guard):
        leases.finish(lease, matched=said, **facts)
    assert not kept(run)
    assert not Findings.objects.exists()
    run.refresh_from_db()
    assert run.state == "running"


def test_a_run_that_has_ended_takes_nothing_more():
    run = RunFactory(state="done")
    with pytest.raises(IntegrityError, match="only_a_running_run_matches"):
        matched_students.keep(run.pk, columns(2))


def test_one_index_finds_the_students_of_a_run():
    with connection.cursor() as cursor:
        table = MatchedStudent._meta.db_table
        found = connection.introspection.get_constraints(cursor, table)
    by_run = {
        name: about["columns"]
        for name, about in found.items()
        if about["index"] or about["unique"]
        if about["columns"][:1] == ["run_id"]
    }
    assert by_run == {
        "once_in_a_matched_set": ["run_id", "student_id", "set_number"],
        "weighted_once_without_a_set": ["run_id", "student_id"],
    }
