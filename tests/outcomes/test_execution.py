"""A run goes from rows to a report that is stored whole, or fails with the reason."""

import json
from datetime import timedelta

import pytest

from outcomes.models import Purpose, Run, RunState
from outcomes.models.findings import Findings, MatchedStudent
from outcomes.services import evaluations, execution, leases, runs
from tests.factories import UserFactory
from tests.outcomes.conftest import END, GAP, PLAIN, START

DESIGN = {**PLAIN, "gaps": [GAP]}


@pytest.fixture
def by(db):
    return UserFactory(evaluator=True)


@pytest.fixture
def answered(district, by):
    """A run of the purpose, executed here and now."""

    def answered(purpose=Purpose.IMPACT, evaluation=None, **more):
        evaluation = evaluation or district.locked(**{"design": DESIGN} | more)
        run = runs.queue(evaluation=evaluation, by=by, purpose=purpose)
        execution.execute(run.pk)
        run.refresh_from_db()
        return run

    return answered


def test_a_run_ends_with_its_report_and_its_hashes(district, answered, by):
    district.populate()
    run = answered()
    assert (run.state, run.error, run.progress, run.attempt) == ("done", "", 1.0, 1)
    report = runs.report_for(run, by)
    assert report["design_hash"] == run.design_hash == run.evaluation.design_hash
    assert (report["input_hash"], report["engine"]) == (run.input_hash, run.engine)
    assert report["sample"]["matched_treated"] == 8
    assert report["effects"][0]["outcome"] == "ela"
    assert report["gaps"][0]["dimension"] == "race_ethnicity"
    assert report["design"]["pretests"] == [
        {"name": "ela_before", "domain": "ela", "same_as": "ela"}
    ]
    assert report["cohort"]["participants"] == 8


def test_a_matched_student_is_kept_with_the_entry_and_once(district, answered):
    later = START + timedelta(30)
    for i in range(8):
        student = district.student(before=470 + i, after=480 + i)
        district.joins(student, START if i % 2 else later)
    for i in range(24):
        district.student(before=465 + i, after=470 + i)
    kept = MatchedStudent.objects.filter(run=answered())
    students = kept.values_list("student", flat=True)
    assert len(students) == len(set(students)) == 16
    entries = set(kept.values_list("set_number", "entry").distinct())
    assert len(entries) == 8
    assert {day for _, day in entries} == {START, later}


def test_the_report_never_says_who_stands_in_which_set(district, answered, by):
    district.populate()
    run = answered()
    assert "pairs" not in runs.report_for(run, by)
    assert "pairs" not in json.loads(Findings.objects.get(run=run).report)


def test_matched_students_are_kept_with_their_weights(district, answered):
    district.populate()
    run = answered()
    matched = MatchedStudent.objects.filter(run=run)
    assert matched.filter(is_participant=True).count() == 8
    assert matched.filter(is_participant=False, weight__gt=0).count() == 8
    assert set(matched.values_list("set_number", flat=True)) == set(range(1, 9))


def test_a_tier_is_kept_with_each_pair_when_tiers_are_asked(district, answered):
    district.populate()
    run = answered(design={**DESIGN, "prefer": [["low_income"]]})
    matched = MatchedStudent.objects.filter(run=run)
    assert set(matched.filter(is_participant=True).values_list("tier", flat=True)) == {
        None
    }
    others = matched.filter(is_participant=False).values_list("tier", flat=True)
    assert len(others) == 8
    assert set(others) == {1}
    plain = MatchedStudent.objects.filter(run=answered())
    assert set(plain.values_list("tier", flat=True)) == {None}


def test_the_same_question_and_rows_give_the_same_bytes(district, answered):
    district.populate()
    first, second = answered(), answered()
    texts = {Findings.objects.get(run=run).report for run in (first, second)}
    assert first.pk != second.pk
    assert first.evaluation != second.evaluation
    assert len(texts) == 1


def test_another_row_gives_another_input_hash(district, answered):
    district.populate()
    evaluation = district.locked(design=DESIGN)
    first = answered(evaluation=evaluation)
    district.student(before=480, after=480)
    second = answered(evaluation=evaluation)
    assert first.input_hash != second.input_hash
    assert first.design_hash == second.design_hash


def test_diagnostics_run_on_a_draft_and_show_no_outcome(district, answered, by):
    district.populate()
    draft = evaluations.draft(
        name="Did it help?",
        program=district.program,
        first_day=START,
        last_day=END,
        design=DESIGN,
        by=by,
    )
    run = answered(Purpose.DIAGNOSTICS, evaluation=draft)
    assert (run.state, run.error) == ("done", "")
    report = runs.report_for(run, by)
    assert {"balance", "verdict", "power", "sample"} <= set(report)
    assert not {"effects", "naive", "gaps", "pairs"} & set(report)
    assert not MatchedStudent.objects.exists()
    with pytest.raises(runs.ShowsNoOutcome):
        runs.section(run, "effects", by)


def test_diagnostics_do_not_move_with_the_outcomes(district, answered, by):
    district.populate()
    first = answered(Purpose.DIAGNOSTICS)
    district.ela.scores.filter(school_year=district.year).update(value=440)
    second = answered(Purpose.DIAGNOSTICS, evaluation=first.evaluation)
    assert runs.report_for(first, by) == runs.report_for(second, by)


def test_what_the_frame_noticed_stands_in_the_report(district, answered, by):
    district.populate()
    both = district.participant(before=480, after=490)
    district.joins(both, program=district.rival)
    report = runs.report_for(answered(), by)
    assert "participants_in_rival_program" in [w["code"] for w in report["warnings"]]


# --- What cannot be done is said.


def test_data_that_cannot_carry_the_plan_fail_the_run_in_words(district, answered, by):
    district.student(before=480, after=490)
    run = answered()
    assert (run.state, run.error_code) == ("failed", "no_treated")
    assert "began ten-boys" in run.error
    with pytest.raises(runs.NotDone, match="The run failed: no student"):
        runs.report_for(run, by)


def test_a_draft_that_changed_after_it_was_queued_is_not_run(district, by):
    district.populate()
    draft = district.evaluation(design=DESIGN)
    run = runs.queue(evaluation=draft, by=by, purpose=Purpose.DIAGNOSTICS)
    evaluations.amend(draft, by=by, version=1, design={**DESIGN, "seed": 2})
    execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == ("failed", "plan_changed")


def test_a_fault_of_the_software_is_logged_and_not_shown(
    district, answered, monkeypatch, caplog
):
    district.populate()

    def broken(*_):
        raise ZeroDivisionError("canary")

    monkeypatch.setattr(execution, "evaluate", broken)
    run = answered()
    assert (run.state, run.error_code) == ("failed", "internal_error")
    assert "canary" not in run.error
    assert "canary" in caplog.text


def test_a_run_that_another_worker_took_is_let_go(district, answered, monkeypatch):
    """The report of a worker that lost its lease is dropped, not stored twice."""
    district.populate()

    def slow(*arguments):
        Run.objects.update(attempt=2)  # another worker took it meanwhile
        return evaluate(*arguments)

    evaluate = execution.evaluate
    monkeypatch.setattr(execution, "evaluate", slow)
    run = answered()
    assert (run.state, run.attempt) == ("running", 2)
    assert not Findings.objects.exists()


def test_a_run_that_was_cancelled_on_the_way_stays_cancelled(
    district, answered, monkeypatch
):
    district.populate()
    evaluate = execution.evaluate

    def cancelled(*arguments):
        runs.cancel(Run.objects.get())
        return evaluate(*arguments)

    monkeypatch.setattr(execution, "evaluate", cancelled)
    run = answered()
    assert run.state == RunState.CANCELLED
    assert not Findings.objects.exists()


def test_a_run_is_executed_once(district, answered):
    district.populate()
    run = answered()
    execution.execute(run.pk)
    assert leases.take(run.pk) is None
    run.refresh_from_db()
    assert run.attempt == 1


def test_whoever_watches_is_told_each_stage(district, by):
    district.populate()
    run = runs.queue(evaluation=district.locked(design=DESIGN), by=by)
    seen = []
    execution.execute(run.pk, watch=lambda stage, share: seen.append((stage, share)))
    shares = [share for _, share in seen]
    assert seen[0] == ("reading", 0.0)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
