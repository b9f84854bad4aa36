"""A question to ask of a district, and a worker that is always at hand."""

from outcomes.models import Run, RunState
from outcomes.services import execution
from tests.outcomes.conftest import GAP, PLAIN

EVALUATIONS = "/api/v1/evaluations/"
RUNS = "/api/v1/runs/"
DESIGN = {**PLAIN, "gaps": [GAP]}
QUESTION = {
    "name": "Did it help?",
    "program": "ten-boys",
    "rivals": ["ten-girls"],
    "first_day": "2025-10-15",
    "last_day": "2025-12-19",
    "design": DESIGN,
}


def work() -> None:
    """What a worker does, without its loop: every run in the queue."""
    for run in Run.objects.filter(state=RunState.QUEUED):
        execution.execute(run.pk)
