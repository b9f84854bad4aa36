"""Every design written and every look is kept, and told over the line of plans."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from outcomes.models import Look, PlanVersion, Purpose, Step
from outcomes.models.findings import Findings
from outcomes.services import documents, evaluations, execution, history, process, runs
from tests.factories import (
    EvaluationFactory,
    LookFactory,
    PlanVersionFactory,
    RunFactory,
    UserFactory,
)
from tests.outcomes.conftest import END, PLAIN, START
from tests.outcomes.test_guards import delete, refused, rows, unique

pytestmark = pytest.mark.django_db
NOTHING_CHANGED = {"baseline_changed": False, "engine_changed": False}


@pytest.fixture
def by(db):
    return UserFactory(username="eva", evaluator=True)


@pytest.fixture
def draft(district, by):
    def draft(**more):
        question = {
            "name": "Did it help?",
            "program": district.program,
            "first_day": START,
            "last_day": END,
            "design": PLAIN,
        }
        return evaluations.draft(by=by, **question | more)

    return draft


@pytest.fixture
def run(district, by):
    """A run of the evaluation, executed here and now."""
    district.populate()

    def run(evaluation, purpose=Purpose.IMPACT):
        made = runs.queue(evaluation=evaluation, by=by, purpose=purpose)
        execution.execute(made.pk)
        made.refresh_from_db()
        assert (made.state, made.error) == ("done", "")
        return made

    return run


# --- What is written down.


def test_each_state_of_a_plan_is_kept_with_who_made_it_so(draft, by):
    other = UserFactory(username="olga", admin=True)
    plan = draft()
    plan = evaluations.amend(plan, by=other, version=1, design={**PLAIN, "ratio": 2})
    locked = evaluations.lock(plan, by=by, version=2)
    kept = PlanVersion.objects.order_by("version")
    assert [(v.version, v.step, v.by.username) for v in kept] == [
        (1, "drafted", "eva"), (2, "amended", "olga"), (3, "locked", "eva")
    ]  # fmt: skip
    assert [v.design["ratio"] for v in kept] == [1, 2, 2]
    assert kept[0].design_hash != kept[1].design_hash == kept[2].design_hash
    assert kept[2].design_hash == locked.design_hash


def test_a_plan_that_is_refused_leaves_no_version(draft, by):
    plan = draft()
    with pytest.raises(evaluations.BadWindow):
        evaluations.amend(plan, by=by, version=1, first_day=END, last_day=START)
    assert PlanVersion.objects.count() == 1


def test_each_way_to_see_a_run_is_a_look(draft, by, run):
    done = run(evaluations.lock(draft(), by=by, version=1))
    runs.report_for(done, by)
    runs.section(done, "effects", by)
    documents.page(done, by)
    documents.method(done, by)
    documents.plot(done, by, "love")
    runs.report_for(done, by, at_terminal="root")
    looks = Look.objects.order_by("pk").values_list("part", "at_terminal")
    assert [*looks] == [
        ("report", ""),
        ("effects", ""),
        ("page", ""),
        ("methods", ""),
        ("love plot", ""),
        ("report", "root"),
    ]


def test_what_is_refused_is_no_look(draft, by, run):
    shown = run(draft(), Purpose.DIAGNOSTICS)
    with pytest.raises(runs.ShowsNoOutcome):
        runs.section(shown, "effects", by)
    with pytest.raises(runs.ShowsNoOutcome):
        documents.page(shown, by)
    with pytest.raises(type(shown).DoesNotExist):
        runs.report_for(shown, UserFactory())
    assert not Look.objects.exists()


def test_a_report_whose_reading_cannot_be_recorded_is_not_read(
    draft, by, run, monkeypatch
):
    done = run(draft(), Purpose.DIAGNOSTICS)

    def full_disk(**row):
        raise DatabaseError("no space left")

    monkeypatch.setattr(Look.objects, "create", full_disk)
    with pytest.raises(DatabaseError):
        runs.report_for(done, by)


def test_looking_leaves_the_findings_as_they_were(draft, by, run):
    done = run(evaluations.lock(draft(), by=by, version=1))
    before = Findings.objects.get(run=done).report
    shown = runs.report_for(done, by)
    assert Findings.objects.get(run=done).report == before
    assert json.loads(before) == shown
    assert "process" not in shown


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_who_typed_is_the_operating_systems_word_or_nothing(monkeypatch, error):
    monkeypatch.setattr(history.getpass, "getuser", lambda: "x" * 200)
    assert history.who_types() == "x" * 64

    def nobody():
        raise error("uid not found")

    monkeypatch.setattr(history.getpass, "getuser", nobody)
    assert history.who_types() == ""


# --- What stands beside a report.


def test_the_only_design_is_said_to_be_the_only_one(draft, by, run):
    done = run(evaluations.lock(draft(), by=by, version=1))
    found = process.process_of(done)
    assert (found["place"], found["designs_tried"], found["viewers"]) == (1, 1, 0)
    assert found["first_outcome_look_at"] is None
    assert found["text"].startswith("The only design tried; locked on ")
    assert found["text"].endswith(
        "before any outcome was seen here. No diagnostics are on record from before "
        "the lock."
    )
    runs.report_for(done, by)
    again = process.process_of(done)
    assert again["viewers"] == 1
    assert again["first_outcome_look_at"] > found["locked_at"]
    assert again["text"] == found["text"]


def test_designs_are_counted_when_they_were_run_not_when_they_were_typed(
    draft, by, run
):
    plan = draft()
    for version, ratio in enumerate((2, 3), start=1):
        change = {**PLAIN, "ratio": ratio}
        plan = evaluations.amend(plan, by=by, version=version, design=change)
        run(plan, Purpose.DIAGNOSTICS)
    done = run(evaluations.lock(plan, by=by, version=3))
    found = process.process_of(done)
    assert (found["designs_written"], found["designs_tried"]) == (3, 2)
    assert found["place"] == 2
    counts = [(d["diagnostics"], d["impact"]) for d in found["designs"]]
    assert counts == [(1, 0), (1, 1)]
    assert found["text"].startswith("Second of two designs tried; locked on ")
    assert "No diagnostics" not in found["text"]


def test_a_child_plan_owns_up_to_what_was_seen_under_its_parent(draft, by, run):
    first = evaluations.lock(draft(), by=by, version=1)
    done = run(first)
    runs.report_for(done, by)
    child = draft(parent=first, design={**PLAIN, "ratio": 2})
    child = evaluations.lock(child, by=by, version=1)
    found = process.process_of(run(child))
    assert (found["place"], found["designs_tried"]) == (2, 2)
    assert "after outcomes had been seen under an earlier plan" in found["text"]
    early = process.process_of(done)
    assert early["text"].startswith("First of two designs tried; locked on ")
    assert "before any outcome was seen here." in early["text"]


def test_a_cousin_is_of_the_same_line_and_a_stranger_is_not(draft, by, run):
    root = evaluations.lock(draft(), by=by, version=1)
    aunt, mother = (
        evaluations.lock(draft(parent=root), by=by, version=1) for _ in range(2)
    )
    cousin, stranger = draft(parent=aunt), draft()
    line = [plan.pk for plan in (root, aunt, mother, cousin)]
    assert history.line_of(mother) == history.line_of(root) == line
    assert history.line_of(stranger) == [stranger.pk]
    shown = run(stranger, Purpose.DIAGNOSTICS)
    found = process.process_of(shown)
    assert found["other_plans"] == 4
    assert "4 other plans ask about this program and year" in found["text"]
    assert "not locked" in found["text"]


@pytest.mark.parametrize(
    ("place", "tried", "words"),
    [
        (1, 1, "The only design tried"),
        (3, 7, "Third of seven designs tried"),
        (2, 8, "Second of 8 designs tried"),
        (8, 12, "Design 8 of 12 that were tried"),
    ],
)
def test_a_place_is_said_in_words_as_long_as_words_are_short(place, tried, words):
    found = {"place": place, "designs_tried": tried, "locked_at": None}
    found |= {"first_outcome_look_at": None, "other_plans": 0} | NOTHING_CHANGED
    assert process.in_words(found).startswith(f"{words}; not locked")


def test_an_earlier_look_counts_by_the_moment_not_by_the_plan():
    locked = timezone.now()
    found = {"place": 1, "designs_tried": 1, "locked_at": locked, "other_plans": 1}
    found |= {"kept_from_start": True} | NOTHING_CHANGED
    early = {**found, "first_outcome_look_at": locked - timedelta(days=1)}
    late = {**found, "first_outcome_look_at": locked + timedelta(days=1)}
    at_once = {**found, "first_outcome_look_at": locked}
    assert "after outcomes had been seen" in process.in_words(early)
    assert "after outcomes had been seen" in process.in_words(at_once)
    assert "before any outcome was seen here" in process.in_words(late)
    assert "One other plan asks" in process.in_words(late)


def test_a_plan_older_than_the_record_claims_nothing_of_who_had_seen(draft, by, run):
    old = EvaluationFactory(locked=True)
    RunFactory(evaluation=old, state="done", design_hash="e" * 64)
    child = evaluations.lock(draft(parent=old), by=by, version=1)
    found = process.process_of(run(child))
    assert not found["kept_from_start"]
    assert (found["designs_written"], found["designs_tried"]) == (2, 2)
    assert "whether outcomes had been seen before is not known" in found["text"]


# --- What the database refuses.


def test_plan_versions_never_change():
    kept = PlanVersionFactory()
    with refused("plan_versions_never_change"):
        rows(kept).update(design={})
    with refused("plan_versions_never_change"):
        delete(kept)


def test_looks_never_change():
    look = LookFactory()
    with refused("looks_never_change"):
        rows(look).update(viewer=UserFactory())
    with refused("looks_never_change"):
        delete(look)


def test_one_record_of_a_plan_version():
    kept = PlanVersionFactory()
    with refused(unique("one_record_of_a_plan_version")):
        PlanVersionFactory(evaluation=kept.evaluation)
    PlanVersionFactory(evaluation=kept.evaluation, version=2, step=Step.AMENDED)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("known_plan_step", {"step": "lost"}),
        ("a_plan_version_has_a_hash", {"design_hash": ""}),
    ],
)
def test_a_plan_version_says_what_happened(name, row):
    with refused(name):
        PlanVersionFactory(evaluation=EvaluationFactory(), **row)


def test_a_look_is_at_some_part():
    with refused("a_look_is_at_some_part"):
        LookFactory(run=RunFactory(state="done"), part="")
