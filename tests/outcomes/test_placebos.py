"""A plan gets its placebo by itself where there are two years of scores before it."""

import pytest

from outcomes.designs.errors import DesignError
from outcomes.models import Purpose
from outcomes.plans import CovariateAfterStart
from outcomes.services import evaluations, execution, runs
from tests.factories import MeasureFactory, SchoolYearFactory, UserFactory
from tests.outcomes.conftest import DESIGN, END, START

pytestmark = pytest.mark.django_db
PLAIN = {**DESIGN, "exact": [], "cluster": None}


@pytest.fixture
def by(db):
    return UserFactory(evaluator=True)


@pytest.fixture
def two_years(district):
    """Everyone of the small district, with a score of 2024 beside that of 2025."""
    district.populate()
    before = SchoolYearFactory(year=2024)
    for i, score in enumerate([*district.ela.scores.filter(school_year=2025)]):
        district.score(score.student, before, score.value - i * i % 11)
    return district


@pytest.fixture
def draft(district, by):
    def draft(**design):
        return evaluations.draft(
            name="Did it help?",
            program=district.program,
            first_day=START,
            last_day=END,
            design={**PLAIN, **design},
            by=by,
        )

    return draft


def test_last_years_score_is_asked_by_the_score_of_the_year_before(two_years, draft):
    assert draft().design["placebo"] == [
        {
            "name": "ela@2025",
            "kind": "continuous",
            "pretests": ["ela@2024"],
            "without": ["ela_before"],
        }
    ]


def test_one_year_of_scores_is_not_enough(district, draft):
    district.populate()
    assert draft().design["placebo"] == []


def test_scores_of_the_window_make_no_year_before_it(district, draft):
    district.populate()
    district.score(district.student(before=480), district.year, 500, period="fall")
    assert draft().design["placebo"] == []


def test_a_plan_that_says_so_itself_is_left_as_it_is(two_years, draft):
    assert draft(placebo=[]).design["placebo"] == []
    said = draft(placebo=[{"name": "ela", "without": ["low_income"]}])
    assert said.design["placebo"] == [
        {
            "name": "ela_before",
            "kind": "continuous",
            "pretests": [],
            "without": ["low_income"],
        }
    ]


def test_an_outcome_that_is_the_placebo_is_asked_once(two_years, draft):
    assert draft(outcomes=["ela", "ela@2025"]).design["placebo"] == []


def test_what_a_later_day_tells_otherwise_is_left_out(two_years, draft):
    math = MeasureFactory(code="math", domain="math")
    for year in (2024, 2025):
        two_years.score(two_years.student(), year_of(year), 480, measure=math)
    design = draft(
        covariates=["low_income", "attendance_rate", "math", "math@2024", "math@2025"]
    ).design
    (placebo,) = design["placebo"]
    assert placebo["without"] == ["math", "math@2025", "ela_before", "attendance_rate"]
    assert placebo["pretests"] == ["ela@2024", "math@2024"]


def year_of(year):
    return SchoolYearFactory._meta.model.objects.get(pk=year)


def test_an_amended_design_gets_its_placebo_and_an_amended_name_keeps_it(
    two_years, draft, by
):
    plan = draft(placebo=[])
    plan = evaluations.amend(plan, by=by, version=1, name="Did it?")
    assert plan.design["placebo"] == []
    plan = evaluations.amend(plan, by=by, version=2, design=PLAIN)
    assert [p["name"] for p in plan.design["placebo"]] == ["ela@2025"]


def names_of(plan) -> list[str]:
    return [placebo["name"] for placebo in plan.design["placebo"]]


def with_scores_of(year: int, district) -> None:
    before = SchoolYearFactory(year=year)
    for score in [*district.ela.scores.filter(school_year=2025)]:
        district.score(score.student, before, score.value)


def test_scores_that_come_after_the_draft_bring_its_placebo(district, draft, by):
    district.populate()
    plan = draft()
    assert names_of(plan) == []
    with_scores_of(2024, district)
    renamed = evaluations.amend(plan, by=by, version=1, name="Did it?")
    assert names_of(renamed) == ["ela@2025"]


def test_diagnostics_choose_placebos_anew_and_write_it_down(district, draft, by):
    district.populate()
    plan = draft()
    with_scores_of(2024, district)
    viewer = UserFactory()
    runs.queue(evaluation=plan, by=viewer, purpose=Purpose.DIAGNOSTICS)
    plan.refresh_from_db()
    assert (names_of(plan), plan.version) == (
        [],
        1,
    )  # who may only look changes nothing
    run = runs.queue(evaluation=plan, by=by, purpose=Purpose.DIAGNOSTICS)
    plan.refresh_from_db()
    assert (names_of(plan), plan.version) == (["ela@2025"], 2)
    assert run.evaluation_version == 2
    runs.queue(evaluation=plan, by=by, purpose=Purpose.DIAGNOSTICS)
    assert plan.versions.count() == 2


def test_a_lock_holds_what_was_seen(district, draft, by):
    district.populate()
    plan = draft()
    with_scores_of(2024, district)
    locked = evaluations.lock(plan, by=by, version=1)
    assert names_of(locked) == []
    assert evaluations.refill(locked, by=by).version == locked.version


def test_a_placebo_that_nobody_wrote_gives_way_to_another_window(two_years, draft, by):
    plan = draft()
    late = two_years.score(
        two_years.student(), two_years.last_year, 480, observed_on=START
    )
    renamed = evaluations.amend(plan, by=by, version=1, name="Did it?")
    assert names_of(renamed) == []
    own = {**PLAIN, "placebo": ["ela@2025"]}
    with pytest.raises(CovariateAfterStart, match=r"placebo\[0\].name: .*ela@2025"):
        evaluations.amend(renamed, by=by, version=2, design=own)
    late.delete()
    said = evaluations.amend(renamed, by=by, version=2, design=own)
    assert names_of(said) == ["ela@2025"]


def test_a_design_that_comes_back_as_shown_says_nothing_new(two_years, draft, by):
    plan = draft()
    back = {**plan.design, "ratio": 2}
    amended = evaluations.amend(plan, by=by, version=1, design=back)
    assert amended.written == {**PLAIN, "ratio": 2}
    assert (amended.design["ratio"], names_of(amended)) == (2, ["ela@2025"])
    fewer = {**PLAIN, "placebo": amended.design["placebo"]}
    said = evaluations.amend(amended, by=by, version=2, design=fewer)
    assert said.written == fewer


def test_a_placebo_may_not_hold_a_score_of_after_the_start(two_years, draft):
    with pytest.raises(CovariateAfterStart, match="ela@2026"):
        draft(placebo=["ela@2026"])
    with pytest.raises(DesignError, match=r"placebo\[0\].name"):
        draft(placebo=["elo@2025"])


@pytest.mark.parametrize("purpose", Purpose)
def test_a_run_reports_what_the_program_moved_before_it_began(
    two_years, draft, by, purpose
):
    plan = evaluations.lock(draft(), by=by, version=1)
    run = runs.queue(evaluation=plan, by=by, purpose=purpose)
    execution.execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == ("done", "")
    report = runs.report_for(run, by)
    (row,) = report["placebo"]
    assert (row["outcome"], row["pretests"]) == ("ela@2025", ["ela@2024"])
    assert row["n_treated"] == 8
    assert row["moved"] in {True, False}
    warned = {warning["code"] for warning in report["warnings"]}
    assert ("placebo_moved" in warned) is row["moved"]


def test_what_students_are_grouped_by_is_no_placebo_of_its_own(two_years, draft):
    two_years.ela.kind = "levels"
    two_years.ela.save()
    assert draft(subgroups=["ela@2025"]).design["placebo"] == []


@pytest.mark.parametrize("years", [["ela@2024"], ["ela@2025"], ["ela", "ela@2024"]])
def test_an_outcome_of_before_the_window_is_itself_the_placebo(two_years, draft, years):
    assert draft(outcomes=years, covariates=["gender"]).design["placebo"] == []
