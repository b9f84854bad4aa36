"""Placebos that a plan gets by itself: last year's score, asked as if it were this
year's, for each measure that was taken in two school years before the window."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Max

from outcomes.models import Score, ScoreStatus
from outcomes.plans import Plan, ScoreColumn

MOVING = ("attendance_rate",)  # facts that a later day tells otherwise than an earlier


def placebos_of(plan: Plan, first_day: date) -> list[dict[str, Any]]:
    """One an outcome whose measure has valid scores of two such years: the later is
    the placebo, and scores of the earlier are what it is matched on."""
    years = _years_before(plan, first_day)
    found: dict[str, dict[str, Any]] = {}
    for outcome in (column for column in plan.scores if column.is_outcome):
        latest = years.get(outcome.measure.pk, [])[:2]
        is_placebo = outcome.year in years.get(outcome.measure.pk, [])
        if len(latest) == 2 and not is_placebo:
            placebo = _placebo(plan, outcome, *latest, years)
            found[placebo["name"]] = placebo
    taken = {outcome.name for outcome in plan.design.outcomes}
    taken |= plan.design.not_measures.keys()
    return [
        placebo
        for name, placebo in found.items()
        if taken.isdisjoint({name, *placebo["pretests"]})
    ]


def _placebo(
    plan: Plan, outcome: ScoreColumn, later: int, earlier: int, years
) -> dict[str, Any]:
    dated_after = [*_scores_since(plan, later)]
    measures = [outcome.measure, *(column.measure for column in dated_after)]
    name = _pinned(outcome, later)
    names = [column.name for column in dated_after]
    names += [fact for fact in MOVING if fact in plan.facts]
    return {
        "name": name,
        "kind": outcome.measure.kind,
        "pretests": list(
            dict.fromkeys(
                f"{measure.code}@{earlier}"
                for measure in measures
                if earlier in years.get(measure.pk, [])
            )
        ),
        "without": [n for n in names if n in plan.design.explaining and n != name],
    }


def _scores_since(plan: Plan, year: int) -> Iterator[ScoreColumn]:
    """Baselines that may hold a score of that year: all that no earlier pin stops."""
    for column in plan.scores:
        if not column.is_outcome and not (column.year and column.year < year):
            yield column


def _pinned(column: ScoreColumn, year: int) -> str:
    return f"{column.measure.code}@{year}"


def _years_before(plan: Plan, first_day: date) -> dict[int, list[int]]:
    """By measure, school years over before the first day whose valid scores are all of
    before it too, latest first."""
    rows = Score.objects.filter(
        measure__in={column.measure.pk for column in plan.scores},
        status=ScoreStatus.VALID,
        school_year__last_day__lt=first_day,
    )
    found: dict[int, list[int]] = {}
    taken = rows.values("measure", "school_year__year").annotate(
        last=Max("observed_on")
    )
    before = taken.filter(last__lt=first_day).order_by("-school_year__year", "measure")
    for measure, year in before.values_list("measure", "school_year__year"):
        found.setdefault(measure, []).append(year)
    return found
