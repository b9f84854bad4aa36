"""What a school-grade was like before, and when whole grades are matched first."""

from datetime import date

import pandas as pd
import pytest

from outcomes import plans
from outcomes.designs.errors import DesignError
from outcomes.engine.evaluate import diagnose
from outcomes.plans import CovariateAfterStart, MeasureNotGiven
from outcomes.services import evaluations
from tests.factories import (
    ProgramFactory,
    SchoolFactory,
    SchoolYearFactory,
    StudentFactory,
    UserFactory,
)
from tests.outcomes.conftest import END, START

SPRING = date(2025, 5, 15)
ELA_BEFORE = "school_grade:ela@2025"


@pytest.fixture
def before_last(db):
    return SchoolYearFactory(year=2024)


@pytest.fixture
def whole(district):
    """A whole-grade program."""
    return ProgramFactory(code="whole", assignment_level="school_grade")


def sat(district, score=None, *, year=None, **facts):
    """Somebody who sat in a grade last year, with a score of that spring."""
    year = year or district.last_year
    student = StudentFactory()
    taken_on = SPRING.replace(year=year.year)
    facts = {"school_year": year, "collection": "eoy", "as_of": taken_on, **facts}
    district.snapshot(student, **facts)
    if score is not None:
        district.score(student, year, score, observed_on=taken_on)
    return student


@pytest.fixture
def told(district, frame):
    """What columns say of the one participant of today, in grade 05."""

    def told(*names):
        student = district.participant(snapshot={"grade": "05"})
        district.student(snapshot={"grade": "04"})
        table, _ = frame(design={"outcomes": ["ela"], "covariates": list(names)})
        row = table.loc[str(student.pk), list(names)]
        return [None if pd.isna(value) else value for value in row]

    return told


def test_the_mean_is_of_those_who_then_sat_in_the_grade(district, told):
    sat(district, 500, grade="04")  # and moved up with the participant
    for score in (480, 490):
        sat(district, score, grade="05")
    sat(district, 550, grade="05", school=SchoolFactory(code="00350002"))
    sat(district, None, grade="05")
    assert told(ELA_BEFORE, "school_grade:size@2025") == [485, 3]


def test_who_changed_school_in_the_year_counts_where_the_last_snapshot_is(
    district, told
):
    sat(district, 480, grade="05")
    left = sat(district, 520, grade="05", collection="oct", as_of=date(2024, 10, 1))
    elsewhere = SchoolFactory(code="00350002")
    june = {"collection": "eoy", "as_of": SPRING, "school_year": district.last_year}
    district.snapshot(left, grade="05", school=elsewhere, **june)
    assert told(ELA_BEFORE) == [480]


def test_a_share_is_among_those_of_whom_the_fact_is_known(district, told):
    for low_income in (True, False, False, None):
        sat(district, grade="05", low_income=low_income, race_ethnicity="black")
    names = ["low_income=yes", "race_ethnicity=black", "race_ethnicity=white"]
    found = told(*(f"school_grade:{name}@2025" for name in names))
    assert found == [pytest.approx(1 / 3), 1, 0]


def test_a_grade_in_which_nobody_sat_is_unknown_and_empty(told, district):
    assert told(ELA_BEFORE, "school_grade:swd=yes@2025", "school_grade:size@2025") == [
        None,
        None,
        0,
    ]


def test_a_period_narrows_the_scores(district, told):
    twice = sat(district, 480, grade="05")
    fall = {"period": "fall", "observed_on": date(2024, 10, 20)}
    district.score(twice, district.last_year, 440, **fall)
    assert told("school_grade:ela@2025.fall", ELA_BEFORE) == [440, 480]


@pytest.mark.parametrize("name", ["ela", "size", "low_income=yes"])
@pytest.mark.parametrize("year", [2026, 2019])
def test_a_year_that_is_not_over_before_the_start_is_refused(district, name, year):
    column = f"school_grade:{name}@{year}"
    with pytest.raises(
        CovariateAfterStart, match=f"{column}.*years that were are 2025"
    ):
        district.locked(design={"outcomes": ["ela"], "covariates": [column]})


@pytest.mark.parametrize(
    "name",
    [
        "ela",
        "size",
        "ela@",
        "age@2025",
        "low_income=poor@2025",
        "size.spring@2025",
        "high_needs=yes@2025",
        "size@2025.spring",
        "low_income@2025",
        "ela@2025.may",
        "ela@2025.",
    ],
)
def test_a_name_that_means_nothing_is_refused_with_three_that_do(district, name):
    given = {"outcomes": ["ela"], "covariates": [f"school_grade:{name}"]}
    with pytest.raises(DesignError, match=r"covariates\[0\]: .*school_grade:size@2025"):
        plans.read(given, program=district.program, outcome_year=district.year)


# --- Clusters first, unless the plan says otherwise.


def filled(district, program, **keys):
    given = {"outcomes": ["ela"], "pretests": ["ela"], **keys}
    return plans.read(
        given, program=program, outcome_year=district.year, first_day=START
    ).design


def test_whole_grades_are_matched_first_by_what_is_known_of_them(
    district, whole, before_last
):
    for year in (before_last, district.last_year):
        sat(district, 480, year=year)
    design = filled(district, whole)
    said = design.match_clusters
    assert (said.of, said.apart, said.ratio) == (("school", "grade"), ("school",), 2)
    assert said.on == (
        "ela_before",
        "school_grade:ela@2025",
        "school_grade:ela@2024",
        "race_ethnicity",
        "low_income",
        "el_status",
        "swd",
    )
    assert said.trend == (
        ("school_grade:ela@2025", "school_grade:ela@2024"),
        ("school_grade:size@2025", "school_grade:size@2024"),
    )
    assert (said.size, design.method) == (True, "full")


@pytest.mark.usefixtures("before_last")
def test_a_year_without_scores_is_not_asked_for(district, whole):
    sat(district, 480)
    said = filled(district, whole).match_clusters
    assert [name for name in said.on if "@" in name] == [ELA_BEFORE]
    assert said.trend == (("school_grade:size@2025", "school_grade:size@2024"),)


@pytest.mark.parametrize("keys", [{"ratio": 3}, {"method": "optimal"}])
def test_whoever_says_how_students_are_matched_is_heard(district, whole, keys):
    design = filled(district, whole, **keys)
    assert design.match_clusters
    assert design.method == keys.get("method", "nearest")


def test_a_plan_may_leave_clusters_out(district, whole):
    assert filled(district, whole, match_clusters=None).match_clusters is None
    for other in ({"cluster": None}, {"estimand": "ATE", "method": "full"}):
        assert filled(district, whole, **other).match_clusters is None
    assert filled(district, district.program).match_clusters is None


def test_a_measure_that_is_also_an_outcome_is_told_apart_among_clusters_too(
    district, whole
):
    said = filled(
        district, whole, match_clusters={"of": ["school"], "on": ["ela", "swd"]}
    ).match_clusters
    assert said.on == ("ela_before", "swd")


def test_a_draft_that_changes_its_program_is_filled_in_for_the_new_one(district, whole):
    by = UserFactory(evaluator=True)
    plan = evaluations.draft(
        by=by,
        name="Did it help?",
        program=whole,
        first_day=START,
        last_day=END,
        design={"outcomes": ["ela"], "ratio": 2},
    )
    assert plan.design["match_clusters"]
    other = evaluations.amend(plan, by=by, version=1, program=district.program)
    assert other.design["match_clusters"] is None
    assert (other.design["assignment"], other.design["ratio"]) == ("student", 2)
    assert other.design["entry"] == "entry"


@pytest.mark.parametrize("year", ["25", "20255", "99999999999999999999", "2025.summer"])
def test_a_year_that_is_none_is_refused_where_it_stands(district, year):
    with pytest.raises(DesignError, match="is not of a school-grade") as refusal:
        filled(district, district.program, covariates=[f"school_grade:ela@{year}"])
    assert refusal.value.path == "covariates[0]"


def test_a_grade_is_not_told_by_a_measure_of_years_it_was_not_given_in(district):
    district.ela.last_year = 2024
    district.ela.save()
    with pytest.raises(MeasureNotGiven, match="asks for ela of 2025") as refusal:
        filled(
            district,
            district.program,
            outcomes=["ela@2024"],
            exact=["school_grade:ela@2025"],
        )
    assert refusal.value.path == "exact[0]"


def test_a_locked_plan_is_not_filled_in_afterwards(district, whole):
    locked = district.locked(program=whole, design={"outcomes": ["ela"]})
    assert evaluations.plan_of(locked).design.match_clusters
    older = {k: v for k, v in locked.design.items() if k != "match_clusters"}
    locked.design = older
    assert evaluations.plan_of(locked).design.match_clusters is None


def test_from_the_records_to_sets_of_school_grades(district, whole, frame):
    schools = [SchoolFactory(code=f"0035010{i}") for i in range(4)]
    for i, school in enumerate(schools):
        for j in range(6):
            sat(district, 470 + 10 * (i // 2) + j, grade="04", school=school)
            snapshot = {"grade": "04", "school": school, "low_income": j % 2 == 0}
            student = district.student(snapshot=snapshot, before=480 + j)
            if i in (0, 2):
                district.joins(student)
    said = {"of": ["school", "grade"], "on": [ELA_BEFORE], "size": False}
    design = {"outcomes": ["ela"], "pretests": ["ela"], "match_clusters": said}
    table, made = frame(design=design, with_outcomes=False)
    assert ELA_BEFORE in table
    evaluation = district.evaluation(design=design)
    found = diagnose(made.table, evaluations.plan_of(evaluation).design)["clusters"]
    codes = [
        (s["treated"]["cluster"]["school"], s["comparison"][0]["cluster"]["school"])
        for s in found["sets"]
    ]
    assert codes == [("00350100", "00350101"), ("00350102", "00350103")]
