"""A question to ask of a district, and a worker that is always at hand."""

from outcomes.models import Run, RunState
from outcomes.services import execution

EVALUATIONS = "/api/v1/evaluations/"
RUNS = "/api/v1/runs/"
DESIGN = {
    "outcomes": ["ela"],
    "covariates": ["low_income"],
    "pretests": ["ela"],
    "exact": [],
    "cluster": None,
    "gaps": [{"dimension": "race_ethnicity", "focal": "black", "reference": "white"}],
}
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
