"""What stands beside a report: which of how many designs this is, and who had looked.

One good number among many that were tried is worth less than one that was planned; so
the count comes with it, whoever reads.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone

from outcomes.models import (
    Evaluation,
    Look,
    PlanVersion,
    Purpose,
    Run,
    RunState,
    Step,
)
from outcomes.services.history import line_of, numbered

ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")
CARDINALS = ("one", "two", "three", "four", "five", "six", "seven")


def process_of(run: Run) -> dict[str, Any]:
    """A design is tried once a run of it is done, be it for diagnostics alone."""
    line = line_of(run.evaluation)
    designs = _tried(line)
    looks = _looks(line)
    place = next(d["number"] for d in designs if d["design_hash"] == run.design_hash)
    found = {
        "place": place,
        "designs_tried": len(designs),
        "designs_written": _written(line, designs),
        "designs": designs,
        "kept_from_start": _is_kept_from_start(line),
        "locked_at": run.evaluation.locked_at,
        "baseline_changed": _has_changed(run, "baseline_hash"),
        "engine_changed": _has_changed(run, "engine"),
        "viewers": len({(viewer, typist) for viewer, typist, *_ in looks}),
        "first_outcome_look_at": min(
            (at for *_, purpose, at in looks if purpose == Purpose.IMPACT),
            default=None,
        ),
        "other_plans": _elsewhere(run.evaluation, line),
    }
    return {**found, "text": in_words(found)}


def _has_changed(run: Run, name: str) -> bool | None:
    """Since the plan was locked; None where no diagnostics had fixed it."""
    frozen, used = getattr(run.evaluation, name), getattr(run, name)
    return None if frozen is None or used is None else frozen != used


def _tried(line: list[int]) -> list[dict[str, Any]]:
    """Each design with its runs, by the purpose they had."""
    done = Run.objects.filter(evaluation__in=line, state=RunState.DONE)
    runs = list(done.order_by("queued_at", "pk").values_list("design_hash", "purpose"))
    counts = Counter(runs)
    return [
        {
            "number": number,
            "design_hash": each,
            **{purpose.value: counts[each, purpose] for purpose in Purpose},
        }
        for each, number in numbered(each for each, _ in runs).items()
    ]


def _written(line: list[int], tried: list[dict[str, Any]]) -> int:
    """Those that were tried too: of plans from before versions were kept only runs
    tell."""
    versions = PlanVersion.objects.filter(evaluation__in=line)
    written = {design["design_hash"] for design in tried}
    return len(written.union(versions.values_list("design_hash", flat=True)))


def _is_kept_from_start(line: list[int]) -> bool:
    """Whether versions and looks were kept already when each plan was drafted."""
    drafted = PlanVersion.objects.filter(evaluation__in=line, step=Step.DRAFTED)
    return drafted.count() == len(line)


def _looks(line: list[int]):
    """viewer, who typed, purpose, first look of each."""
    return (
        Look.objects.filter(run__evaluation__in=line)
        .values_list("viewer", "at_terminal", "run__purpose")
        .annotate(first_at=Min("at"))
    )


def _elsewhere(evaluation: Evaluation, line: list[int]) -> int:
    """Plans on the same program and outcome year that are not of this line."""
    alike = Evaluation.objects.filter(
        program=evaluation.program_id, outcome_year=evaluation.outcome_year_id
    )
    return alike.exclude(pk__in=line).count()


def in_words(found: dict[str, Any]) -> str:
    """One line for the head of a page."""
    said = [f"{_place(found['place'], found['designs_tried'])}; {_locked(found)}."]
    if found["locked_at"] and found["baseline_changed"] is None:
        said.append("No diagnostics are on record from before the lock.")
    if found["baseline_changed"]:
        said.append("What was known before the outcomes has changed since the lock.")
    if found["engine_changed"]:
        said.append("The diagnostics before the lock were by another engine.")
    if count := found["other_plans"]:
        plans = "One other plan" if count == 1 else f"{count} other plans"
        asks = "asks" if count == 1 else "ask"
        said.append(f"{plans} {asks} about this program and year, outside this line.")
    return " ".join(said)


def _place(place: int, tried: int) -> str:
    if tried == 1:
        return "The only design tried"
    of = CARDINALS[tried - 1] if tried <= len(CARDINALS) else str(tried)
    if place <= len(ORDINALS):
        return f"{ORDINALS[place - 1]} of {of} designs tried"
    return f"Design {place} of {of} that were tried"


def _locked(found: dict[str, Any]) -> str:
    locked, seen = found["locked_at"], found["first_outcome_look_at"]
    if locked is None:
        return "not locked, and no outcome is shown before it is"
    if seen is not None and seen <= locked:
        return (
            f"locked on {_day(locked)}, after outcomes had been seen under an earlier "
            f"plan (from {_day(seen)})"
        )
    if found["kept_from_start"]:
        return f"locked on {_day(locked)}, before any outcome was seen here"
    return (
        f"locked on {_day(locked)}; whether outcomes had been seen before is not "
        "known, for looks were not kept from the start"
    )


def _day(at: datetime) -> str:
    day = timezone.localtime(at)
    return f"{day.day} {day:%B %Y}"
