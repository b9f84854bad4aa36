"""The one place where rows become arrays: one row a student, dated before the start.

Who is treated, who may be compared and what may be known of them is decided here, by
the rules of docs/decisions/0007.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pandas as pd
from django.db.models import Q

from enrollment.models import Enrollment, School, Student, StudentYear
from enrollment.models.participation import SPELLS
from outcomes.designs.errors import InputError
from outcomes.models import Evaluation
from outcomes.plans import Plan, ScoreColumn, refuse_late_baselines
from outcomes.rows import fetch, last_by_student, latest_scores
from outcomes.school_grade_facts import PLACE, facts_of_school_grades

SNAPSHOT_DAYS = 400  # an older snapshot no longer says who a student is
YES_NO = {True: "yes", False: "no"}
DAYS = ("days_attended", "days_member")
READ_FROM = {  # the columns of a snapshot behind a fact; any other fact is one itself
    "school_level": ("school",),
    "high_needs": ("low_income", "swd", "el_status"),
    "attendance_rate": DAYS,
    "birth_year": (),
    "age": (),
}


@dataclass(frozen=True)
class Frame:
    """The cohort of an evaluation: its table, how it came to be, what to know of it."""

    table: pd.DataFrame
    cohort: dict[str, Any]
    warnings: list[dict[str, str]] = field(default_factory=list)


def frame_of(evaluation: Evaluation, plan: Plan, *, with_outcomes: bool) -> Frame:
    """The students of an evaluation with the columns its plan names.

    Without outcomes no score of an outcome is fetched, and its column is not there.
    """
    refuse_late_baselines(plan, evaluation.first_day)
    snapshots = _snapshots(evaluation, plan)
    taking_part = _TakingPart.of(evaluation)
    known = snapshots.index
    treated = known.isin(taking_part.began)
    already = known.isin(taking_part.already)
    in_rival = known.isin(taking_part.in_rival) & ~treated
    kept = ~already & ~in_rival
    excluded = {
        "no_baseline": len(taking_part.began - taking_part.already - set(known)),
        "already_in_program": int(already.sum()),
        "in_rival_program": int((in_rival & ~already).sum()),
    }
    treated, students = treated[kept], known[kept]
    _require_participants(evaluation, treated)
    table = pd.DataFrame(index=students)
    table[plan.design.unit] = students.astype(str)
    table[plan.design.treatment] = treated.astype(int)
    for fact in plan.facts:
        table[fact] = snapshots[fact].reindex(students)
    if plan.school_grades:
        where, start = table[PLACE], evaluation.first_day
        before = facts_of_school_grades(plan.school_grades, where, start)
        table = table.join(before)
    for column in plan.scores:
        if with_outcomes or not column.is_outcome:
            table[column.name] = _latest_scores(column, evaluation).reindex(students)
    return Frame(
        table.reset_index(drop=True),
        _cohort(evaluation, treated, excluded),
        _warnings(taking_part, students[treated]),
    )


# --- Who takes part.


@dataclass(frozen=True)
class _TakingPart:
    began: set[int]  # a spell of the program began in the window
    already: set[int]  # one had begun before, and reached into it
    in_rival: set[int]  # a rival program's spell shares a day with it

    @classmethod
    def of(cls, evaluation: Evaluation) -> "_TakingPart":
        first_day, last_day = evaluation.first_day, evaluation.last_day
        ours = Enrollment.objects.filter(program=evaluation.program)
        began = ours.filter(status__in=SPELLS, first_day__range=(first_day, last_day))
        touching = ours.touching(first_day, last_day)
        rivals = Enrollment.objects.filter(program__code__in=evaluation.rivals)
        return cls(
            *(
                set(spells.values_list("student", flat=True))
                for spells in (
                    began,
                    touching.filter(first_day__lt=first_day),
                    rivals.touching(first_day, last_day),
                )
            )
        )


def _require_participants(evaluation: Evaluation, treated) -> None:
    if not treated.any():
        raise InputError(
            f"no student with a snapshot before {evaluation.first_day} began "
            f"{evaluation.program.code} between {evaluation.first_day} and "
            f"{evaluation.last_day}; check the window and the rosters",
            "no_treated",
        )


def _cohort(evaluation: Evaluation, treated, excluded: dict[str, int]):
    return {
        "first_day": evaluation.first_day.isoformat(),
        "last_day": evaluation.last_day.isoformat(),
        "participants": int(treated.sum()),
        "comparison_pool": int((~treated).sum()),
        "excluded": [{"reason": r, "n": n} for r, n in excluded.items() if n],
    }


def _warnings(taking_part: _TakingPart, participants) -> list[dict[str, str]]:
    both = int(participants.isin(taking_part.in_rival).sum())
    if not both:
        return []
    return [
        {
            "code": "participants_in_rival_program",
            "text": f"{both} participants were also in a rival program, which may have "
            "moved their outcomes; they stay treated.",
        }
    ]


# --- What is known of them.


def _snapshots(evaluation: Evaluation, plan: Plan) -> pd.DataFrame:
    """The latest snapshot before the first day, by student, with the facts named."""
    first_day = evaluation.first_day
    dated = StudentYear.objects.filter(
        as_of__lt=first_day, as_of__gte=first_day - timedelta(SNAPSHOT_DAYS)
    ).order_by("as_of", "school_year", "collection")
    named = [fact.partition("=")[0] for fact in plan.facts]
    wanted = {name for fact in named for name in READ_FROM.get(fact, (fact,))}
    rows = fetch(dated, student="student", **{name: name for name in sorted(wanted)})
    latest = last_by_student(rows)
    if "attendance_rate" in named:
        latest["attendance_rate"] = _attendance_rate(rows)
    _derive(latest, named, evaluation)
    for fact in plan.facts:
        name, equals, label = fact.partition("=")
        if equals:
            has_it = latest[name].eq(label).astype(float)
            latest[fact] = has_it.where(latest[name].notna())
    return latest


def _attendance_rate(rows: pd.DataFrame) -> pd.Series:
    """Of the latest snapshot that counted a day in membership."""
    days = rows[["student", *DAYS]].dropna()
    last = last_by_student(days[days["days_member"] > 0])
    return last["days_attended"].astype(float) / last["days_member"].astype(float)


def _derive(latest: pd.DataFrame, facts: list[str], evaluation: Evaluation):
    """Facts that are read from others, and all of them in the words of the district."""
    if "high_needs" in facts:
        latest["high_needs"] = _high_needs(latest).map(YES_NO)
    for flag in {"swd", "low_income"} & set(latest):
        latest[flag] = latest[flag].map(YES_NO)
    if {"school", "school_level"} & set(facts):
        schools = fetch(School.objects.all(), pk="pk", code="code", level="level")
        schools = schools.set_index("pk").replace("", None)
        latest["school_level"] = latest["school"].map(schools["level"])
        latest["school"] = latest["school"].map(schools["code"])
    if {"birth_year", "age"} & set(facts):
        births = fetch(Student.objects.all(), student="pk", born="birth_date")
        born = pd.to_datetime(births.set_index("student")["born"])
        born = born.reindex(latest.index)
        latest["birth_year"] = born.dt.year
        lived = pd.Timestamp(evaluation.first_day) - born
        latest["age"] = lived.dt.days / 365.25


def _high_needs(latest: pd.DataFrame) -> pd.Series:
    """Yes when any of the three is, no when none is, unknown otherwise."""
    english_learner = latest["el_status"].map(
        {"current": True, "former": True, "never": False}
    )
    flags = [latest["low_income"], latest["swd"], english_learner]
    any_yes = pd.concat([flag.eq(True) for flag in flags], axis=1).any(axis=1)
    all_no = pd.concat([flag.eq(False) for flag in flags], axis=1).all(axis=1)
    return pd.Series(None, latest.index, object).mask(any_yes, True).mask(all_no, False)


def _latest_scores(column: ScoreColumn, evaluation: Evaluation) -> pd.Series:
    """The latest score of each student that the column lets through, by student."""
    first_day = evaluation.first_day
    if column.is_outcome:
        # A year that was over before the window is asked for on purpose: a placebo.
        placebo = Q(school_year__last_day__lt=first_day)
        rows = column.rows().filter(placebo | Q(observed_on__gte=first_day))
    else:
        rows = column.rows().filter(observed_on__lt=first_day)
    return latest_scores(rows, column.measure)
