"""The lalonde data, R's results on them, and our match under a design."""

import json
from functools import cache
from pathlib import Path

import pandas as pd

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from outcomes.engine.matching import Arrangement, arrange
from outcomes.engine.notices import Notices
from outcomes.engine.study import Study

REFERENCE = Path(__file__).parents[1] / "reference"
FRAME = pd.read_csv(REFERENCE / "lalonde.csv")
COVARIATES = ("age", "educ", "race", "married", "nodegree", "re74", "re75")
ORACLES = json.loads((REFERENCE / "lalonde_oracles.json").read_text())
SPECS, OTHER = ORACLES["specs"], ORACLES["other"]


def caliper(width: float, **raw: float) -> dict[str, dict[str, object]]:
    """A caliper in SDs of the score, and calipers in raw units of columns."""
    return {
        "distance": {"width": width, "unit": "sd"},
        **{name: {"width": w, "unit": "raw"} for name, w in raw.items()},
    }


def design(**keys: object) -> Design:
    plain = {"unit": "unit_id", "treatment": "treat", "outcomes": ["re78"]}
    return Design.from_dict({**plain, "covariates": COVARIATES, **keys})


def arranged(
    frame: pd.DataFrame = FRAME, warn: Notices | None = None, **keys: object
) -> tuple[Study, Arrangement]:
    wanted = design(**keys)
    notices = Notices() if warn is None else warn
    study = Study.from_frame(frame, wanted, notices)
    return study, arrange(study, wanted, notices)


def report(frame: pd.DataFrame = FRAME, **keys: object) -> dict:
    return evaluate(frame, design(**keys)).report()


@cache
def r_weights(spec: str) -> dict[str, float]:
    """R's matching weights by student."""
    table = pd.read_csv(REFERENCE / "lalonde_weights.csv", index_col="unit_id")
    return table[spec].to_dict()


def largest(rows: list[dict], name: str) -> float:
    return max(abs(row[name]) for row in rows if row[name] is not None)
