"""What the names in a design mean in the product: dated facts, and measures.

A design names a measure by its code. Where it explains, that is the latest valid score
before the first day of the window; as an outcome, the latest of the outcome year on or
after it. `math@2025` and `math@2025.spring` pin a school year and a period, and
`math_before` is the baseline of a measure that is also an outcome. A fact with a label,
such as `race_ethnicity=black`, is 1 for the students who have it and 0 for others. What
`school_grade:math@2025` and its like are is told in `school_grades`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from enrollment.models import (
    ElStatus,
    Gender,
    Grade,
    Program,
    RaceEthnicity,
    SchoolLevel,
    SchoolYear,
)
from outcomes import school_grades
from outcomes.completion import code_of, completed
from outcomes.designs import reading
from outcomes.designs.clauses import Outcome
from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.groups import check_gaps, grouping_names, refuse_numbers
from outcomes.models import Measure, Score
from outcomes.models.measures import Kind
from outcomes.school_grades import (
    SchoolGradeColumn,
    is_school_grade,
    pin_of,
    years_over,
)
from outcomes.terms import OutcomeKind

YES_NO = ("yes", "no")
# What is known of a student on a day, with the labels it takes; none: any value.
FACTS: dict[str, tuple[str, ...]] = {
    "school": (),
    "school_level": tuple(SchoolLevel.values),
    "grade": tuple(Grade.values),
    "race_ethnicity": tuple(RaceEthnicity.values),
    "gender": tuple(Gender.values),
    "el_status": tuple(ElStatus.values),
    "swd": YES_NO,
    "low_income": YES_NO,
    "high_needs": YES_NO,  # low income, with a disability, or ever an English learner
    "birth_year": (),
    "age": (),  # in years, on the first day of the window
    "attendance_rate": (),  # days attended of days in membership
}


class CovariateAfterStart(DesignError):
    code = "covariate_after_start"


class MeasureNotGiven(DesignError):
    code = "measure_not_given"


@dataclass(frozen=True)
class ScoreColumn:
    """A column of scores of one measure: the latest that its window lets through."""

    name: str
    measure: Measure
    year: int | None = None
    period: str = ""
    is_outcome: bool = False
    follows_entry: bool = False  # the year moves along with that of the index date

    def rows(self, year: int | None = None) -> QuerySet[Score]:
        """Every valid score of the measure in the year and period, on any day."""
        return Score.objects.valid(self.measure, year or self.year, self.period)


@dataclass(frozen=True)
class Plan:
    """A design whose every name is known, and where each column comes from."""

    design: Design
    facts: tuple[str, ...]
    scores: tuple[ScoreColumn, ...]
    school_grades: tuple[SchoolGradeColumn, ...] = ()


def read(
    given: Mapping[str, Any],
    *,
    program: Program,
    outcome_year: SchoolYear,
    first_day: date | None = None,
):
    """The plan of a design as somebody wrote it, or DesignError naming the key.

    first_day : of a window for which the plan may still be completed; without it a
    whole-grade program keeps the levels that its plan has.
    """
    measures = Measure.objects.in_bulk(field_name="code")
    if isinstance(given, Mapping):
        given = completed(given, program, measures, first_day)
    design = Design.from_dict(given)
    _refuse_a_name_taken_twice(design, measures)
    outcomes = tuple(_outcomes(design, measures, outcome_year))
    facts, scores, school_grades = _explaining_columns(design, measures)
    refuse_numbers(design, {column.name: column.measure for column in scores})
    check_gaps(design, {column.name: column.measure for column in outcomes}, FACTS)
    return Plan(design, facts, (*scores, *outcomes), school_grades)


def refuse_late_baselines(plan: Plan, first_day: date) -> None:
    """A pinned baseline may not hold a score of the first day or later.

    Without a pin the latest score before that day is taken, and nothing can be late.
    """
    # Where a column stands twice, the first place is told.
    paths = {name: path for path, name in reversed([*_explaining_names(plan.design)])}
    for column in plan.scores:
        late = column.rows().filter(observed_on__gte=first_day)
        if column.year and not column.is_outcome and late.exists():
            raise CovariateAfterStart(
                f'"{column.name}" holds scores of {first_day} or later, which the '
                f'program may have moved; write "{column.measure.code}" for the '
                "latest before, or pin an earlier year",
                paths.get(column.name, ""),
            )
    over = years_over(first_day) if plan.school_grades else []
    for grade in plan.school_grades:
        if grade.year not in over:
            raise CovariateAfterStart(
                f'"{grade.name}" is of a school year that was not over before '
                f"{first_day}, or is not on record; years that were are "
                f"{', '.join(map(str, over[:5])) or 'none'}",
                paths.get(grade.name, ""),
            )


def refuse_other_years(
    column: ScoreColumn | SchoolGradeColumn, years: Iterable[int], path: str = ""
) -> None:
    """A measure has one scale, and stands for nothing in years it was not given in."""
    measure = column.measure
    for year in years:
        if not measure.was_given_in(year):
            given = f"{measure.first_year or ''}-{measure.last_year or ''}"
            raise MeasureNotGiven(
                f'"{column.name}" asks for {measure.code} of {year}, which was given '
                f"in {given} only; values of two scales are never put together: name "
                "the measure of that year",
                path,
            )


# --- What each name stands for.


def _refuse_a_name_taken_twice(design: Design, measures) -> None:
    for key in ("unit", "treatment", "entry"):
        name = getattr(design, key)
        if name in FACTS or name in measures:
            raise DesignError(f'"{name}" already names a fact or a measure', key)


def _outcomes(design, measures, outcome_year) -> Iterator[ScoreColumn]:
    for i, outcome in enumerate(design.outcomes):
        path = f"outcomes[{i}].name"
        if outcome.name.partition("@")[0] not in measures:
            raise _unknown(path, outcome.name, "no measure", measures)
        measure, year, period = _pinned(outcome.name, measures, path)
        column = ScoreColumn(
            outcome.name,
            measure,
            year or outcome_year.year,
            period,
            is_outcome=True,
            follows_entry=year is None,
        )
        refuse_other_years(column, [column.year], path)
        _refuse_other_kind(outcome, measure, f"outcomes[{i}]")
        yield column


def _refuse_other_kind(outcome: Outcome, measure: Measure, path: str) -> None:
    """What scores of the measure cannot be: found before the plan is locked for good,
    and without a look at any."""
    is_from_0_to_1 = (measure.minimum, measure.maximum) == (0, 1)
    is_flag = measure.kind == Kind.BINARY or is_from_0_to_1
    if outcome.kind == OutcomeKind.BINARY and not is_flag:
        expected = f'"{measure.kind}", for {measure} is not 0 or 1'
        raise reading.refuse(f"{path}.kind", str(outcome.kind), expected)
    for i, level in enumerate(outcome.levels):
        if not _is_on_the_scale(level, measure):
            expected = f"a value on the scale of {measure}"
            raise reading.refuse(f"{path}.levels[{i}]", level, expected)


def _is_on_the_scale(level: str, measure: Measure) -> bool:
    try:
        return measure.spans(float(level))
    except ValueError:
        return False


def _explaining_columns(design: Design, measures):
    facts, scores, grades = {}, {}, {}
    for path, name in _explaining_names(design):
        if is_school_grade(name):
            grades[name] = school_grades.read(name, path, measures, FACTS)
            if grades[name].measure:
                refuse_other_years(grades[name], [grades[name].year], path)
            facts |= dict.fromkeys(("school", "grade"))  # where it is looked up
        elif _is_fact(name):
            facts[name] = None
        elif code_of(name, measures) in measures:
            column = ScoreColumn(name, *_pinned(name, measures, path))
            refuse_other_years(column, [column.year] if column.year else [], path)
            scores[name] = column
        else:
            raise _unknown(
                path, name, "neither a fact nor a measure", [*FACTS, *measures]
            )
    return tuple(facts), tuple(scores.values()), tuple(grades.values())


def _explaining_names(design: Design) -> Iterator[tuple[str, str]]:
    for key in ("covariates", "pretests", "exact", "anti_exact"):
        for i, item in enumerate(getattr(design, key)):
            yield f"{key}[{i}]", getattr(item, "name", item)
    after = {outcome.name for outcome in design.outcomes}
    for i, name in enumerate(design.require):
        if name not in after:
            yield f"require[{i}]", name
    yield from ((f"caliper.{name}", name) for name in design.caliper_columns)
    for i, alike in enumerate(design.prefer):
        yield from ((f"prefer[{i}][{j}]", name) for j, name in enumerate(alike))
    yield from ((f"cutpoints.{name}", name) for name in design.cutpoints)
    for i, placebo in enumerate(design.placebo):
        yield f"placebo[{i}].name", placebo.name
        named = enumerate(placebo.pretests)
        yield from ((f"placebo[{i}].pretests[{j}]", name) for j, name in named)
    yield from grouping_names(design)
    yield from (("match_clusters", name) for name in design.cluster_columns)
    if design.cluster:
        yield "cluster", design.cluster


def _is_fact(name: str) -> bool:
    """A fact, or whether it has one of its labels: `race_ethnicity=black`."""
    fact, equals, label = name.partition("=")
    if not equals:
        return fact in FACTS
    return label in FACTS.get(fact, ())


def _pinned(name: str, measures, path: str) -> tuple[Measure, int | None, str]:
    """`math@2025.spring` as its measure, year and period."""
    measure = measures[code_of(name, measures)]
    if "@" not in name:
        return measure, None, ""
    if found := pin_of(name):
        return measure, *found
    raise reading.refuse(
        path,
        name,
        'a measure pinned to a year, such as "math@2025" or "math@2025.spring"',
    )


def _unknown(path: str, name: str, what: str, known) -> DesignError:
    known = list(known)
    hint = reading.nearest(name, known) or f"; known are {', '.join(known[:40])}"
    return DesignError(f'"{name}" is {what}{hint}', path)
