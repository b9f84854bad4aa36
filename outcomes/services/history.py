"""What is kept of how a number came to be: every design tried, and every look.

Plans that name each other as parent answer one question: their line is told as one, for
a design that failed under the first plan was still tried.
"""

import getpass
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min

from enrollment.models import User
from outcomes.models import Evaluation, Look, PlanVersion, Run, Step

# Up to the plan that has no parent, then down to all that come of it.
LINE = """
WITH RECURSIVE up (id, parent_id) AS (
    SELECT id, parent_id FROM outcomes_evaluation WHERE id = %s
    UNION
    SELECT one.id, one.parent_id
    FROM outcomes_evaluation one JOIN up ON one.id = up.parent_id
), line (id) AS (
    SELECT id FROM up
    UNION
    SELECT one.id FROM outcomes_evaluation one JOIN line ON one.parent_id = line.id
)
SELECT id FROM line ORDER BY id
"""


def record_version(
    evaluation: Evaluation, design_hash: str, *, step: Step, by: User
) -> None:
    """What the plan says from now on, who made it so, and when."""
    PlanVersion.objects.create(
        evaluation=evaluation,
        version=evaluation.version,
        step=step,
        design=evaluation.design,
        design_hash=design_hash,
        by=by,
    )


def record_look(run: Run, viewer: User, part: str, *, at_terminal: str = "") -> None:
    """That somebody was shown a part of what the run found."""
    Look.objects.create(run=run, viewer=viewer, part=part, at_terminal=at_terminal)


def who_types() -> str:
    """The operating system's name for whoever typed the command, if it has one."""
    longest = Look._meta.get_field("at_terminal").max_length
    try:
        return getpass.getuser()[:longest]
    except (KeyError, OSError):
        return ""


def line_of(evaluation: Evaluation) -> list[int]:
    """The plan, those it descends from, and all that descend from these."""
    with connection.cursor() as cursor:
        cursor.execute(LINE, [evaluation.pk])
        return [pk for (pk,) in cursor.fetchall()]


def told(evaluation: Evaluation) -> dict[str, list[dict[str, Any]]]:
    """Every version, run and look of the plan's line, the earliest first."""
    line = line_of(evaluation)
    versions = [*_versions(line)]
    runs = [*_runs(line)]
    number = numbered(row["design_hash"] for row in [*versions, *runs])
    for row in (*versions, *runs):
        row["number"] = number[row["design_hash"]]
    return {"designs": versions, "runs": runs, "looks": [*_looks(line)]}


def numbered(hashes: Iterable[str]) -> dict[str, int]:
    """Each design by its hash, counted from 1 in the order of its first appearance."""
    return {each: i + 1 for i, each in enumerate(dict.fromkeys(hashes))}


def _versions(line: list[int]):
    return (
        PlanVersion.objects.filter(evaluation__in=line)
        .order_by("at", "pk")
        .values(
            "evaluation",
            "version",
            "step",
            "design_hash",
            "design",
            "by__username",
            "at",
        )
    )


def _runs(line: list[int]):
    return (
        Run.objects.filter(evaluation__in=line)
        .order_by("queued_at", "pk")
        .values(
            "id",
            "evaluation",
            "evaluation_version",
            "purpose",
            "state",
            "design_hash",
            "requested_by__username",
            "queued_at",
            "finished_at",
        )
    )


def _looks(line: list[int]):
    """One row a person, a run and a part: how often, from when to when."""
    return (
        Look.objects.filter(run__evaluation__in=line)
        .values(
            "run",
            "run__evaluation",
            "run__purpose",
            "part",
            "viewer__username",
            "at_terminal",
        )
        .annotate(times=Count("pk"), first_at=Min("at"), last_at=Max("at"))
        .order_by("first_at", "run", "part", "viewer__username", "at_terminal")
    )
