"""The whole analysis, from a table to a report: admission, score, match, balance,
effect with its standard errors, verdict."""

from benchmarks.contest import Lap, best_of, peak_above
from benchmarks.districts import district
from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate

COVARIATES = tuple(f"x{j}" for j in range(8))
TRUTH, TOLERANCE = 0.25, 0.1


def design(**more: object) -> Design:
    keys = {
        "unit": "student",
        "treatment": "treated",
        "outcomes": ["outcome"],
        "covariates": COVARIATES,
        "distance": "logit",
        "caliper": {"distance": {"width": 0.2}},
        "cluster": "school",
    }
    return Design.from_dict(keys | more)


def _lap(n: int, **more: object) -> Lap:
    frame, plan = district(n).frame(), design(**more)
    seconds, findings = best_of(lambda: evaluate(frame, plan), repeats=2)
    return Lap(seconds, wrong=_wrong(findings.report()))


def on_score(n: int) -> Lap:
    return _lap(n)


def in_cells(n: int) -> Lap:
    return _lap(n, exact=["school", "grade"])


def mahalanobis(n: int) -> Lap:
    return _lap(n, distance="mahalanobis", caliper={})


def memory(n: int) -> Lap:
    """The peak above what is resident once the table is there."""
    frame, plan = district(n).frame(), design()
    warm = district(1000).frame()
    evaluate(warm, plan)  # imports and caches are no part of the analysis
    return Lap(1.0, peak_mb=peak_above(lambda: evaluate(frame, plan)))


def table(n: int) -> Lap:
    """The table itself."""
    return Lap(1.0, peak_mb=district(n).frame().memory_usage(deep=False).sum() / 2**20)


def _wrong(report: dict) -> str:
    estimate = report["effects"][0]["estimate"]
    partners = [entry["unit"] for entry in report["pairs"]]
    if len(set(partners)) < len(partners):
        return "a student stands in two pairs"
    if abs(estimate - TRUTH) > TOLERANCE:
        return f"the effect is {TRUTH}, found {estimate}"
    return ""
