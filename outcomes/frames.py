"""The one place where rows become arrays: a student at an entry, dated before it.

Who stands there is decided in `cohorts`, by docs/decisions/0007; here, what may be
known of them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import QuerySet

from outcomes.cells import NEVER
from outcomes.cluster_starts import ClusterStarts
from outcomes.cohorts import Cohort, cohort_of
from outcomes.dated import NOBODY, Dated
from outcomes.leavers import joiners, leavers
from outcomes.models import Evaluation
from outcomes.moment import one_moment
from outcomes.plans import Plan, ScoreColumn, refuse_late_baselines, refuse_other_years
from outcomes.rows import fetch, require_on_the_scale
from outcomes.school_grade_facts import PLACE, facts_of_school_grades
from outcomes.school_years import SchoolYears
from outcomes.snapshots import Snapshots


@dataclass(frozen=True)
class Frame:
    """The cohort of an evaluation: its table, how it came to be, what to know of it."""

    table: pd.DataFrame
    cohort: dict[str, Any]
    warnings: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Outcome:
    """scores : (n,) of each row, NaN where none; seen_on : (n,) the first day on which
    anybody's was observed, NEVER for a placebo; is_cut : (n,) the own was, but only
    once the student took part himself."""

    scores: np.ndarray
    seen_on: np.ndarray
    is_cut: np.ndarray


@one_moment()
def frame_of(evaluation: Evaluation, plan: Plan, *, with_outcomes: bool) -> Frame:
    """The rows of an evaluation with the columns its plan names.

    Without outcomes no score of an outcome is fetched, and its column is not there.
    """
    refuse_late_baselines(plan, evaluation.first_day)
    snapshots = Snapshots.of(evaluation, plan.facts)
    cohort = cohort_of(
        evaluation,
        snapshots.dated,
        snapshots.as_of,
        has_entries=plan.design.entry is not None,
        starts=_cluster_starts(evaluation, plan, snapshots),
    )
    table = pd.DataFrame(_before(evaluation, plan, cohort, snapshots))
    told = _cohort(evaluation, cohort)
    if with_outcomes:
        years = SchoolYears.of(evaluation)
        outcomes = [column for column in plan.scores if column.is_outcome]
        found = {each.name: _outcome(each, cohort, years) for each in outcomes}
        table = table.assign(**{name: each.scores for name, each in found.items()})
        told |= _outcomes_lost(found, cohort, table, plan)
    return Frame(table, told, _warnings(cohort))


def _cluster_starts(
    evaluation: Evaluation, plan: Plan, snapshots: Snapshots
) -> ClusterStarts | None:
    """Where whole clusters are matched as of their own first days."""
    said, entry = plan.design.match_clusters, plan.design.entry
    if said is None or entry is None:
        return None
    return ClusterStarts.of(snapshots.table, said.of, SchoolYears.of(evaluation))


def _before(
    evaluation: Evaluation, plan: Plan, cohort: Cohort, snapshots: Snapshots
) -> dict[str, Any]:
    """Every column but the outcomes, by name."""
    design = plan.design
    columns: dict[str, Any] = {
        design.unit: cohort.student,
        design.treatment: cohort.is_participant.astype(int),
    }
    if design.entry is not None:
        columns[design.entry] = _words(cohort)
    columns |= {fact: snapshots.fact(fact, cohort) for fact in plan.facts}
    if plan.school_grades:
        places = pd.DataFrame({name: columns[name] for name in PLACE})
        start = evaluation.first_day
        grades = facts_of_school_grades(plan.school_grades, places, start)
        columns |= {name: grades[name].to_numpy() for name in grades}
    columns |= {
        column.name: _baseline(column, cohort)
        for column in plan.scores
        if not column.is_outcome
    }
    return columns


def _outcomes_lost(
    found: dict[str, _Outcome], cohort: Cohort, table: pd.DataFrame, plan: Plan
) -> dict[str, Any]:
    """Whose outcome came after the own start, and who had left before it."""
    seen_on = {name: outcome.seen_on for name, outcome in found.items()}
    return {
        "outcome_after_own_start": [
            {"outcome": name, "n": cohort.count(outcome.is_cut)}
            for name, outcome in found.items()
            if outcome.is_cut.any()
        ],
        "leavers": leavers(table, cohort, plan.design, seen_on),
    }


def _words(cohort: Cohort) -> pd.Categorical:
    """The entry of each row as a day, written once for all who share it."""
    days = [date.fromordinal(day).isoformat() for day in cohort.days]
    return pd.Categorical.from_codes(cohort.entry, days)


def _cohort(evaluation: Evaluation, cohort: Cohort) -> dict[str, Any]:
    others = ~cohort.is_participant
    participants = cohort.student[cohort.is_participant]
    mine = np.isin(cohort.student, participants)
    return {
        "first_day": evaluation.first_day.isoformat(),
        "last_day": evaluation.last_day.isoformat(),
        "entries": len(cohort.days),
        "participants": len(participants),
        "comparison_pool": cohort.count(others & ~mine),
        "later_participation": cohort.later_participation,
        "not_yet_treated": cohort.count(others & (cohort.until < NEVER)),
        "excluded": [
            {"reason": reason, "n": n} for reason, n in cohort.set_aside.items() if n
        ],
        "outcome_after_own_start": [],
        "leavers": [],
        "joiners": joiners(evaluation, cohort),
    }


def _warnings(cohort: Cohort) -> list[dict[str, str]]:
    if not cohort.in_rival:
        return []
    return [
        {
            "code": "participants_in_rival_program",
            "text": f"{cohort.in_rival} participants were also in a rival program, "
            "which may have moved their outcomes; they stay treated.",
        }
    ]


# --- Scores, before and after.


def _baseline(column: ScoreColumn, cohort: Cohort) -> np.ndarray:
    """(n,) the latest score before each row's own index date."""
    last = date.fromordinal(int(cohort.days[-1]))
    rows = column.rows().filter(observed_on__lt=last)
    values, _, dated = _scores(rows)
    place = dated.last_before(cohort.student, cohort.index_date)
    found = _taken(values, place)
    require_on_the_scale(found, column.measure)
    return found


def _outcome(column: ScoreColumn, cohort: Cohort, years: SchoolYears) -> _Outcome:
    """The latest score of each row's outcome year on or after its index date and, where
    the student takes part later, before that."""
    n = len(cohort.student)
    values, seen_on = np.full(n, np.nan), np.full(n, NEVER)
    is_cut = np.zeros(n, dtype=bool)
    asked = years.asked(column, cohort.days)
    refuse_other_years(column, asked)
    for year in np.unique(asked):
        rows = np.flatnonzero(asked[cohort.entry] == year)
        part = cohort.where(rows)
        # A year that was over before the entry is asked for on purpose: a placebo.
        is_over = years.is_over(year, part.index_date)
        since = np.where(is_over, 0, part.index_date)
        value, day, dated = _scores(column.rows(int(year)))
        ever = _since(dated, day, part.student, since, NEVER)
        own = _since(dated, day, part.student, since, part.until)
        values[rows] = _taken(value, own)
        is_cut[rows] = (ever != NOBODY) & (own == NOBODY)
        known = np.append(np.unique(day), NEVER)
        first = known[np.searchsorted(known, part.index_date)]
        seen_on[rows] = np.where(is_over, NEVER, first)
    require_on_the_scale(values, column.measure)
    return _Outcome(values, seen_on, is_cut)


def _scores(rows: QuerySet) -> tuple[np.ndarray, np.ndarray, Dated]:
    """Values and days (s,), the last that counts last, and what finds them."""
    order = {"day": "observed_on", "year": "school_year", "period": "period"}
    found = fetch(rows, student="student", value="value", **order)
    found = found.sort_values(list(order))
    day = found["day"].to_numpy()
    return found["value"].to_numpy(), day, Dated.of(found["student"], day)


def _since(dated: Dated, day: np.ndarray, student, since, until) -> np.ndarray:
    """The last row of each student before `until`, unless it is before `since`."""
    place = dated.last_before(student, until)
    if not len(day):
        return place
    return np.where((place != NOBODY) & (day[place] >= since), place, NOBODY)


def _taken(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    """(n,) the values at those places, NaN at NOBODY."""
    if not len(values):
        return np.full(len(place), np.nan)
    return np.where(place == NOBODY, np.nan, values[place])
