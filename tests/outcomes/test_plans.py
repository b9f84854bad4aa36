"""A design is read at once: what it names is known, or refused with its place."""

from datetime import date

import pytest

from outcomes import plans
from outcomes.designs.errors import DesignError
from tests.factories import MeasureFactory, ProgramFactory
from tests.outcomes.conftest import START


@pytest.fixture
def read(district):
    def read(**design):
        given = {"outcomes": ["ela"], **design}
        return plans.read(given, program=district.program, outcome_year=district.year)

    return read


def test_the_product_fills_in_what_it_knows(read):
    design = read().design
    assert (design.unit, design.treatment) == ("student", "participant")
    assert (design.exact, design.cluster) == (("grade",), "school")
    assert (design.assignment, design.folds) == ("student", 5)


def test_what_is_written_wins_over_a_default(read):
    keys = {"exact": ["gender"], "cluster": None, "assignment": "school", "folds": 1}
    design = read(**keys).design
    assert (design.exact, design.cluster) == (("gender",), None)
    assert (design.assignment, design.folds) == ("school", 1)


def test_the_grade_is_no_default_where_it_must_differ(read):
    assert read(anti_exact=["grade"]).design.exact == ()


def test_errors_follow_the_level_at_which_the_program_is_assigned(district):
    program = ProgramFactory(code="whole", assignment_level="school_grade")
    plan = plans.read(
        {"outcomes": ["ela"]}, program=program, outcome_year=district.year
    )
    assert plan.design.assignment == "school_grade"


def test_a_measure_says_its_kind_domain_and_line_of_its_own(read):
    gap = {"dimension": "race_ethnicity", "focal": "black", "reference": "white"}
    design = read(pretests=["ela"], gaps=[gap]).design
    assert (design.outcomes[0].kind, design.outcomes[0].domain) == ("continuous", "ela")
    assert design.pretests[0].domain == "ela"
    assert design.gaps[0].meets == 500


@pytest.mark.parametrize(
    ("outcomes", "pretest", "same_as"),
    [
        (["ela"], "ela", "ela"),
        (["ela"], "ela@2025", "ela"),
        (["ela@2026.spring", "ela"], "ela@2025", "ela@2026.spring"),
        (["days-absent"], "ela", ""),
        (
            ["ela", "days-absent"],
            {"name": "ela", "same_as": "days-absent"},
            "days-absent",
        ),
    ],
)
def test_a_pretest_of_an_outcomes_own_measure_is_told_to_be(
    read, outcomes, pretest, same_as
):
    MeasureFactory(code="days-absent", domain="attendance")
    design = read(outcomes=outcomes, pretests=[pretest]).design
    assert design.pretests[0].same_as == same_as


def test_what_a_design_says_of_a_measure_wins(read):
    gap = {
        "dimension": "gender",
        "focal": "M",
        "reference": "F",
        "outcome": "ela",
        "meets": None,
    }
    design = read(outcomes=[{"name": "ela", "domain": "reading"}], gaps=[gap]).design
    assert design.outcomes[0].domain == "reading"
    assert design.gaps[0].meets is None


def test_the_baseline_of_an_outcome_has_a_name_of_its_own(read):
    plan = read(
        pretests=["ela"],
        covariates=["ela", "age"],
        caliper={"ela": {"width": 10, "unit": "raw"}},
        cutpoints={"ela": [470, 500]},
        prefer=[["school", "ela"], ["school"]],
        equivalent_on=["ela"],
    )
    assert plan.design.equivalent_on == ("ela_before",)
    assert plan.design.prefer == (("school", "ela_before"), ("school",))
    assert plan.design.pretests[0].name == "ela_before"
    assert plan.design.covariates == ("ela_before", "age")
    assert set(plan.design.caliper) == set(plan.design.cutpoints) == {"ela_before"}
    assert {(c.name, c.is_outcome, c.year) for c in plan.scores} == {
        ("ela_before", False, None),
        ("ela", True, 2026),
    }


def test_a_plan_that_is_read_again_is_the_same_plan(read, district):
    gap = {"dimension": "swd", "focal": "yes", "reference": "no"}
    plan = read(pretests=["ela"], covariates=["ela@2025.fall"], gaps=[gap])
    again = plans.read(
        plan.design.to_dict(), program=district.program, outcome_year=district.year
    )
    assert again == plan


def test_a_measure_is_pinned_to_a_year_and_a_period(read):
    plan = read(covariates=["ela@2024", "ela@2025.fall"], outcomes=["ela@2027.spring"])
    assert [(c.name, c.year, c.period) for c in plan.scores] == [
        ("ela@2024", 2024, ""),
        ("ela@2025.fall", 2025, "fall"),
        ("ela@2027.spring", 2027, "spring"),
    ]


def test_a_measure_whose_code_ends_in_before_is_itself(read):
    MeasureFactory(code="ela_before")
    (baseline, _) = read(covariates=["ela_before"]).scores
    assert baseline.measure.code == "ela_before"


CROSS = {"dimension": "swd*gender", "focal": "yes*M", "reference": "no*M"}


def test_groups_may_be_crossed(read):
    plan = read(subgroups=["race_ethnicity*gender"], gaps=[CROSS])
    assert {"race_ethnicity", "gender", "swd"} <= set(plan.facts)
    assert plan.design.dimensions == ("race_ethnicity*gender", "swd*gender")


@pytest.mark.parametrize(
    ("design", "path", "words"),
    [
        ({"ratioo": 2}, "ratioo", 'did you mean "ratio"'),
        ({"covariates": ["genderr"]}, "covariates[0]", 'did you mean "gender"'),
        ({"outcomes": ["elo"]}, "outcomes[0].name", 'did you mean "ela"'),
        ({"outcomes": ["ela_before"]}, "outcomes[0].name", "known are ela"),
        ({"outcomes": ["gender"]}, "outcomes[0].name", "is no measure"),
        ({"pretests": ["ela@25"]}, "pretests[0]", "pinned to a year"),
        ({"pretests": ["ela@2025.summer"]}, "pretests[0]", "pinned to a year"),
        ({"exact": ["gender=Q"]}, "exact[0]", "neither a fact nor a measure"),
        ({"require": ["birth_yaer"]}, "require[0]", 'did you mean "birth_year"'),
        ({"exact": ["schol"]}, "exact[0]", 'did you mean "school"'),
        ({"caliper": {"agee": {"width": 1}}}, "caliper.agee", 'did you mean "age"'),
        ({"cluster": "scool"}, "cluster", 'did you mean "school"'),
        ({"treatment": "age"}, "treatment", "already names"),
        ({"outcomes": "ela"}, "outcomes", "a list"),
        (
            {"gaps": [{"dimension": "race", "focal": "a", "reference": "b"}]},
            "gaps[0].dimension",
            'did you mean "grade"',
        ),
        (
            {"gaps": [{"dimension": "gender", "focal": "Male", "reference": "F"}]},
            "gaps[0].focal",
            "one of F, M, N",
        ),
        ({"subgroups": ["swd*gendr"]}, "subgroups[0]", 'did you mean "gender"'),
        ({"gaps": [CROSS | {"focal": "yes*X"}]}, "gaps[0].focal", "one of F, M, N"),
        ({"subgroups": ["swd", "age*swd"]}, "subgroups[1]", "each value would be"),
        ({"subgroups": ["attendance_rate"]}, "subgroups[0]", "is a number"),
        ({"subgroups": ["ela@2025"]}, "subgroups[0]", "a measure in levels"),
        ({"subgroups": ["school_grade:size@2025"]}, "subgroups[0]", "is a number"),
        (
            {"gaps": [{"dimension": "age", "focal": "9", "reference": "10"}]},
            "gaps[0].dimension",
            "is a number",
        ),
        (
            {"gaps": [{"dimension": "ela", "focal": "1", "reference": "2"}]},
            "gaps",
            '"ela" is already an outcome',
        ),
        ({"gaps": [CROSS | {"focal": "M"}]}, "gaps[0].focal", '"<swd>*<gender>"'),
    ],
)
def test_a_wrong_name_is_refused_where_it_stands(read, design, path, words):
    with pytest.raises(DesignError) as refusal:
        read(**design)
    assert refusal.value.path == path
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("outcome", "path"),
    [
        ({"kind": "binary"}, "outcomes[0].kind"),
        ({"kind": "levels", "levels": ["450", "low"]}, "outcomes[0].levels[1]"),
        ({"kind": "levels", "levels": ["450", "700"]}, "outcomes[0].levels[1]"),
    ],
)
def test_an_outcome_is_nothing_that_its_measure_cannot_be(read, outcome, path):
    with pytest.raises(DesignError) as refusal:
        read(outcomes=[{"name": "ela"} | outcome])
    assert refusal.value.path == path


@pytest.mark.parametrize(
    ("measure", "asked"),
    [
        ({"kind": "binary"}, {"kind": "binary"}),
        ({"minimum": 0, "maximum": 1}, {"kind": "binary"}),
        ({"kind": "levels"}, {"kind": "levels", "levels": ["450", "500.5"]}),
    ],
)
def test_a_measure_may_be_asked_as_what_it_is(read, measure, asked):
    MeasureFactory(code="passed", **measure)
    plan = read(outcomes=[{"name": "passed"} | asked])
    assert plan.design.outcomes[0].kind == asked["kind"]


@pytest.mark.parametrize("kind", ["levels", "binary"])
def test_a_measure_in_levels_groups_students(read, kind):
    MeasureFactory(code="band", kind=kind)
    assert read(subgroups=["band"]).design.subgroups == ("band",)


@pytest.mark.parametrize("given", [None, [], "design", 3])
def test_a_design_that_is_no_object_is_refused(district, given):
    with pytest.raises(DesignError, match="an object in braces"):
        plans.read(given, program=district.program, outcome_year=district.year)


def test_a_gap_needs_more_to_be_better(read):
    MeasureFactory(code="days-absent", direction="lower_is_better")
    gap = {"dimension": "swd", "focal": "yes", "reference": "no"}
    with pytest.raises(DesignError, match="lower is better") as refusal:
        read(outcomes=["days-absent"], gaps=[gap])
    assert refusal.value.path == "gaps[0].outcome"


def test_a_pinned_baseline_may_not_reach_into_the_window(read, district):
    student = district.student(before=480, after=490)
    late = district.score(student, district.year, 470, period="fall", observed_on=START)
    plans.refuse_late_baselines(read(covariates=["ela", "ela@2025"]), START)
    with pytest.raises(plans.CovariateAfterStart, match="ela@2026"):
        plans.refuse_late_baselines(read(covariates=["ela@2026.fall"]), START)
    late.delete()
    district.score(
        student, district.year, 470, period="fall", observed_on=date(2025, 10, 14)
    )
    plans.refuse_late_baselines(read(covariates=["ela@2026.fall"]), START)
