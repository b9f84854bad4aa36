"""The database itself refuses to change what was locked or found."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from outcomes.models import Evaluation, Measure, Run, Score
from outcomes.models.findings import Findings, MatchedStudent
from tests.factories import (
    EvaluationFactory,
    FindingsFactory,
    MatchedStudentFactory,
    MeasureFactory,
    RunFactory,
    ScoreFactory,
    StudentFactory,
    UserFactory,
)
from tests.factories.days import FIRST_DAY, LAST_DAY, NOON

pytestmark = pytest.mark.django_db
FINISHED = ["done", "failed", "cancelled"]


@contextmanager
def refused(name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        yield


def unique(name):
    """SQLite names the columns of a unique constraint, PostgreSQL its name."""
    return rf"{name}|UNIQUE constraint failed"


def rows(instance):
    return type(instance)._default_manager.filter(pk=instance.pk)


def delete(instance):
    rows(instance)._raw_delete("default")


# --- What never changes.


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Did it help more?"},
        {"last_day": LAST_DAY + timedelta(1)},
        {"design": {}},
        {"state": "draft", "locked_by": None, "locked_at": None, "design_hash": ""},
    ],
)
def test_a_locked_evaluation_never_changes(change):
    evaluation = EvaluationFactory(locked=True)
    with refused("a_locked_evaluation_never_changes"):
        rows(evaluation).update(**change)


def test_a_locked_evaluation_is_never_deleted():
    with refused("a_locked_evaluation_never_changes"):
        delete(EvaluationFactory(locked=True))


def test_a_draft_changes_and_may_be_deleted():
    evaluation = EvaluationFactory()
    assert rows(evaluation).update(name="Did it help more?") == 1
    delete(evaluation)
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("state", FINISHED)
def test_a_finished_run_never_changes(state):
    run = RunFactory(state=state)
    with refused("a_finished_run_never_changes"):
        rows(run).update(stage="matching")
    with refused("a_finished_run_never_changes"):
        delete(run)


@pytest.mark.parametrize("state", ["queued", "running"])
def test_an_unfinished_run_changes(state):
    assert rows(RunFactory(state=state)).update(stage="matching") == 1


def test_findings_never_change():
    findings = FindingsFactory()
    with refused("findings_never_change"):
        rows(findings).update(report='{"effects": []}')
    with refused("findings_never_change"):
        delete(findings)


def test_matched_students_never_change():
    matched = MatchedStudentFactory()
    with refused("matched_students_never_change"):
        rows(matched).update(weight=2)
    with refused("matched_students_never_change"):
        delete(matched)


@pytest.mark.parametrize("state", ["queued", *FINISHED])
def test_only_a_running_run_takes_findings(state):
    run = RunFactory(state=state)
    with refused("only_a_running_run_finds"):
        FindingsFactory(run=run)
    with refused("only_a_running_run_matches"):
        MatchedStudentFactory(run=run)


def test_one_run_that_has_ended_refuses_the_rows_of_all():
    students = [StudentFactory(), StudentFactory()]
    of = [RunFactory(state="running"), RunFactory(state="done")]
    both = [
        MatchedStudentFactory.build(run=run, student=student)
        for run, student in zip(of, students, strict=True)
    ]
    with refused("only_a_running_run_matches"):
        MatchedStudent.objects.bulk_create(both)
    assert not MatchedStudent.objects.exists()


def test_a_draft_has_no_impact_run():
    draft = EvaluationFactory()
    diagnostics = RunFactory(evaluation=draft, purpose="diagnostics")
    with refused("a_draft_has_no_impact_run"):
        RunFactory(evaluation=draft)
    with refused("a_draft_has_no_impact_run"):
        rows(diagnostics).update(purpose="impact")


# --- What each row must be.


def test_a_window_ends_after_it_begins():
    EvaluationFactory(first_day=FIRST_DAY, last_day=FIRST_DAY)
    with refused("a_window_ends_after_it_begins"):
        EvaluationFactory(first_day=LAST_DAY, last_day=FIRST_DAY)


@pytest.mark.parametrize("missing", ["locked_by", "locked_at", "design_hash"])
def test_locked_by_someone_at_some_time(missing):
    with refused("locked_by_someone_at_some_time"):
        EvaluationFactory(
            locked=True, **{missing: "" if missing == "design_hash" else None}
        )


@pytest.mark.parametrize("trace", [{"locked_at": NOON}, {"design_hash": "d" * 64}])
def test_a_draft_carries_no_trace_of_a_lock(trace):
    with refused("locked_by_someone_at_some_time"):
        EvaluationFactory(**trace)


@pytest.mark.parametrize("progress", [-0.01, 1.01])
def test_progress_is_a_share(progress):
    with refused("progress_is_a_share"):
        RunFactory(progress=progress)


@pytest.mark.parametrize(
    "row",
    [
        {"state": "queued", "lease_until": NOON},
        {"state": "queued", "finished_at": NOON},
        {"state": "running", "lease_until": None},
        {"state": "running", "started_at": None},
        {"state": "running", "finished_at": NOON},
        {"state": "done", "lease_until": NOON},
        {"state": "done", "finished_at": None},
        {"state": "asleep"},
    ],
)
def test_a_run_is_held_while_it_runs(row):
    with refused("a_run_is_held_while_it_runs"):
        RunFactory(**row)


@pytest.mark.parametrize("missing", ["design_hash", "input_hash", "engine"])
def test_a_done_run_names_its_hashes(missing):
    with refused("a_done_run_names_its_hashes"):
        RunFactory(state="done", **{missing: ""})


def test_a_failed_run_says_why():
    with refused("a_failed_run_says_why"):
        RunFactory(state="failed", error_code="")


def test_one_unfinished_run_of_a_plan():
    first = RunFactory(state="done", design_hash="d" * 64)
    again = {"evaluation": first.evaluation, "design_hash": "d" * 64}
    RunFactory(**again)
    with refused(unique("one_unfinished_run_of_a_plan")):
        RunFactory(state="running", **again)


def test_once_in_a_matched_set():
    matched = MatchedStudentFactory(set_number=1)
    again = {"run": matched.run, "student": matched.student}
    MatchedStudentFactory(set_number=2, **again)
    with refused(unique("once_in_a_matched_set")):
        MatchedStudentFactory(set_number=1, **again)


def test_weighted_once_without_a_set():
    weighted = MatchedStudentFactory(set_number=None)
    with refused(unique("weighted_once_without_a_set")):
        MatchedStudentFactory(
            run=weighted.run, student=weighted.student, set_number=None
        )


@pytest.mark.parametrize("weight", [0, -1])
def test_a_weight_is_positive(weight):
    with refused("a_weight_is_positive"):
        MatchedStudentFactory(weight=weight)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("a_measure_has_a_code", {"code": ""}),
        ("known_kind_of_measure", {"kind": "ordinal"}),
        ("known_direction", {"direction": "up"}),
        ("a_scale_has_a_length", {"minimum": 560, "maximum": 440}),
        ("a_scale_has_a_length", {"minimum": 500, "maximum": 500}),
        ("valid_years_in_order", {"first_year": 2026, "last_year": 2025}),
    ],
)
def test_a_measure_is_well_formed(name, row):
    with refused(name):
        MeasureFactory(**row)


def test_a_scale_may_be_open_at_either_end():
    MeasureFactory(minimum=None)
    MeasureFactory(maximum=None, first_year=2026, last_year=None)
    assert Measure.objects.count() == 2


def test_one_score_a_period():
    score = ScoreFactory()
    again = {
        "student": score.student,
        "measure": score.measure,
        "school_year": score.school_year,
    }
    ScoreFactory(period="fall", **again)
    with refused(unique("one_score_a_period")):
        ScoreFactory(period=score.period, **again)


def test_score_of_a_known_period():
    with refused("score_of_a_known_period"):
        ScoreFactory(period="summer", observed_on=FIRST_DAY)


@pytest.mark.parametrize(
    "row",
    [
        {"status": "valid", "value": None},
        {"status": "absent", "value": 490.0},
        {"status": "lost", "value": None},
    ],
)
def test_only_a_valid_score_has_a_value(row):
    with refused("only_a_valid_score_has_a_value"):
        ScoreFactory(**row)


def test_every_guard_stands_where_it_should():
    """A refused write above leaves its row; here, that no row was lost on the way."""
    run = RunFactory(state="running")
    FindingsFactory(run=run)
    MatchedStudentFactory(run=run)
    UserFactory()
    rows(run).update(
        state="done",
        lease_until=None,
        finished_at=NOON,
        design_hash="d",
        input_hash="i",
        engine="1",
    )
    assert Run.objects.get().state == "done"
    assert (Findings.objects.count(), MatchedStudent.objects.count()) == (1, 1)
    assert not Score.objects.exists()
