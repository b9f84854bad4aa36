"""A plan is drafted, amended while it is a draft, and locked for good."""

from datetime import UTC, datetime, timedelta

import pytest

from enrollment.services.refusal import StaleVersion
from outcomes.designs.errors import DesignError
from outcomes.models import Evaluation
from outcomes.services import evaluations
from tests.factories import SchoolYearFactory, UserFactory
from tests.outcomes.conftest import DESIGN, END, START


@pytest.fixture
def by(db):
    return UserFactory(evaluator=True)


@pytest.fixture
def draft(district, by):
    def draft(**more):
        plan = {
            "name": "Did it help?",
            "program": district.program,
            "rivals": [district.rival],
            "first_day": START,
            "last_day": END,
            "design": DESIGN,
        }
        return evaluations.draft(by=by, **plan | more)

    return draft


def test_a_draft_spells_out_every_default(draft, district, by):
    evaluation = draft()
    assert evaluation.design["method"] == "nearest"
    assert evaluation.design["exact"] == ["grade"]
    assert evaluation.design["pretests"] == [
        {"name": "ela_before", "domain": "ela", "same_as": "ela"}
    ]
    assert (evaluation.state, evaluation.design_hash) == ("draft", "")
    assert evaluation.rivals == ["ten-girls"]
    assert evaluation.created_by == by


def test_the_outcome_year_is_the_one_the_window_begins_in(draft, district):
    assert draft().outcome_year == district.year
    assert draft(outcome_year=district.last_year).outcome_year == district.last_year
    summer = district.last_year.last_day + timedelta(1)
    assert draft(first_day=summer).outcome_year == district.year


def test_a_window_after_every_school_year_is_refused(draft):
    late = {"first_day": START.replace(year=2030), "last_day": END.replace(year=2030)}
    with pytest.raises(evaluations.NoOutcomeYear, match="2030-10-15"):
        draft(**late)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"first_day": END, "last_day": START}, evaluations.BadWindow),
        ({"design": {"outcomes": ["elo"]}}, DesignError),
        ({"design": {}}, DesignError),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(draft, more, refusal):
    with pytest.raises(refusal):
        draft(**more)
    assert not Evaluation.objects.exists()


def test_a_program_is_not_its_own_rival(draft, district):
    with pytest.raises(evaluations.OwnRival, match="ten-boys"):
        draft(rivals=[district.program])


def test_a_draft_is_amended_from_the_version_that_was_seen(draft, by):
    evaluation = draft()
    amended = evaluations.amend(evaluation, by=by, version=1, name="Did it help boys?")
    assert (amended.name, amended.version) == ("Did it help boys?", 2)
    with pytest.raises(StaleVersion):
        evaluations.amend(evaluation, by=by, version=1, name="Did it harm?")
    evaluation.refresh_from_db()
    assert evaluation.name == "Did it help boys?"


def test_an_amended_design_is_read_like_a_new_one(draft, by):
    evaluation = draft()
    design = {"outcomes": ["ela"], "ratio": 3}
    amended = evaluations.amend(evaluation, by=by, version=1, design=design)
    assert (amended.design["ratio"], amended.design["pretests"]) == (3, [])
    with pytest.raises(DesignError, match="ratio"):
        evaluations.amend(amended, by=by, version=2, design=design | {"ratio": 0})


def test_a_lock_keeps_who_when_and_the_hash(draft, by):
    locked = evaluations.lock(draft(), by=by, version=1)
    assert (locked.state, locked.locked_by, locked.version) == ("locked", by, 2)
    assert locked.locked_at is not None
    assert locked.design_hash == evaluations.hash_of(locked)


def test_a_locked_plan_is_neither_amended_nor_locked_again(draft, by):
    locked = evaluations.lock(draft(), by=by, version=1)
    with pytest.raises(evaluations.Locked, match="draft a new evaluation"):
        evaluations.amend(locked, by=by, version=2, name="Other")
    with pytest.raises(evaluations.Locked):
        evaluations.lock(locked, by=by, version=2)


def test_the_day_of_the_lock_is_the_district_s(draft, by, monkeypatch):
    evening = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)  # in Boston it is the 2nd
    monkeypatch.setattr(evaluations.timezone, "now", lambda: evening)
    locked = evaluations.lock(draft(), by=by, version=1)
    with pytest.raises(evaluations.Locked, match="locked on 2026-03-02 and never"):
        evaluations.lock(locked, by=by, version=2)


def test_a_lock_needs_the_version_that_was_seen(draft, by):
    evaluation = draft()
    evaluations.amend(Evaluation.objects.get(), by=by, version=1, name="Other")
    with pytest.raises(StaleVersion):
        evaluations.lock(evaluation, by=by, version=1)


def test_of_two_who_lock_at_once_the_second_hears_that_it_is_locked(draft, by):
    seen_before = draft()
    evaluations.lock(Evaluation.objects.get(), by=by, version=1)
    assert seen_before.state == "draft"
    with pytest.raises(evaluations.Locked, match="draft a new evaluation"):
        evaluations.lock(seen_before, by=by, version=1)


def test_the_same_question_has_the_same_hash(draft):
    assert evaluations.hash_of(draft()) == evaluations.hash_of(draft(name="Again?"))


@pytest.mark.parametrize(
    "change",
    [
        {"first_day": START - timedelta(1)},
        {"last_day": END + timedelta(1)},
        {"rivals": []},
        {"design": {**DESIGN, "seed": 2}},
    ],
)
def test_another_question_has_another_hash(draft, change):
    assert evaluations.hash_of(draft()) != evaluations.hash_of(draft(**change))


def test_another_program_or_year_has_another_hash(draft, district):
    hashes = {
        evaluations.hash_of(draft(rivals=[], **change))
        for change in (
            {},
            {"program": district.rival},
            {"outcome_year": SchoolYearFactory(year=2027)},
        )
    }
    assert len(hashes) == 3
