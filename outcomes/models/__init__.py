from outcomes.models import findings  # noqa: F401 - registered; none of its names leave
from outcomes.models.evaluations import Evaluation, EvaluationState
from outcomes.models.history import Look, PlanVersion, Step
from outcomes.models.measures import (
    Direction,
    Kind,
    Measure,
    Period,
    Score,
    ScoreStatus,
)
from outcomes.models.runs import FINISHED, Purpose, Run, RunState

__all__ = [
    "FINISHED",
    "Direction",
    "Evaluation",
    "EvaluationState",
    "Kind",
    "Look",
    "Measure",
    "Period",
    "PlanVersion",
    "Purpose",
    "Run",
    "RunState",
    "Score",
    "ScoreStatus",
    "Step",
]
