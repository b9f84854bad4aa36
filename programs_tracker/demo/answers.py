"""What the product found beside the truth it never saw: plain values, for JSON."""

from outcomes.terms import FEW_STUDENTS
from programs_tracker.demo.achievement import SUBJECTS
from programs_tracker.demo.district import District
from programs_tracker.demo.questions import Question
from programs_tracker.demo.tables import measure_code
from programs_tracker.demo.truth import (
    true_effect,
    true_effect_by_group,
    true_gap,
)

YES_NO = {"yes": True, "no": False}
GAP_METRIC = "mean_sd"


def answer_of(question: Question, report: dict, district: District) -> dict:
    """All in points of the test, the gap as well."""
    outcomes = [_outcome(question, subject, report, district) for subject in SUBJECTS]
    return {
        "program": question.program,
        "title": question.title,
        "name": question.name,
        "who": question.who,
        "points_of_one_sd": _points_of_one_sd(report),
        "sample": report["sample"],
        "outcomes": outcomes,
        "truth_by_group": true_effect_by_group(
            district, question.program, SUBJECTS[0], fewest=FEW_STUDENTS
        ),
        "balance": _balance(report),
        "gap": _gap(question, report, district),
    }


def _outcome(question: Question, subject: str, report: dict, district: District):
    code = measure_code(subject)
    effect = _one(report["effects"], outcome=code, group=None)
    naive = _one(report["naive"], outcome=code)
    truth = true_effect(district, question.program, subject)
    return {
        "outcome": code,
        "naive": naive["estimate"],
        **_interval("estimate", effect),
        "truth": truth,
        "covered": _covers(effect, truth),
    }


def _balance(report: dict) -> dict:
    """The covariate that differed most, before and after matching."""
    rows = [row for row in report["balance"] if row["smd_before"] is not None]
    before = max(rows, key=lambda row: abs(row["smd_before"]))
    after = max(rows, key=lambda row: abs(row["smd_after"] or 0))
    return {
        "before": {"covariate": before["covariate"], "smd": before["smd_before"]},
        "after": {"covariate": after["covariate"], "smd": after["smd_after"]},
        "verdict": report["verdict"]["code"],
        "text": report["verdict"]["text"],
    }


def _gap(question: Question, report: dict, district: District) -> dict:
    dimension, focal, reference = question.groups
    groups = (dimension, YES_NO.get(focal, focal), YES_NO.get(reference, reference))
    truth = true_gap(district, question.program, SUBJECTS[0], groups).closed
    found = _gap_in_points(report)
    return {
        "dimension": dimension,
        "focal": focal,
        "reference": reference,
        "outcome": measure_code(SUBJECTS[0]),
        **found,
        "truth": truth,
        "covered": _covers(found, truth),
    }


def _gap_in_points(report: dict) -> dict:
    """Nothing where a group is so small that its own outcomes say little of it."""
    row = _one(report["gaps"], metric=GAP_METRIC)
    sizes = [row[f"n_{group}_treated"] for group in ("focal", "reference")]
    points = _points_of_one_sd(report) if min(sizes) >= FEW_STUDENTS else None
    return {
        name: None if points is None or row[name] is None else row[name] * points
        for name in ("without_program", "as_delivered", "closed", "ci_low", "ci_high")
    }


def _covers(found: dict, truth: float) -> bool | None:
    if found["ci_low"] is None:
        return None
    return found["ci_low"] <= truth <= found["ci_high"]


def _one(rows: list[dict], **values) -> dict:
    return next(
        row for row in rows if all(row.get(key) == it for key, it in values.items())
    )


def _interval(name: str, row: dict) -> dict:
    return {name: row[name], "ci_low": row["ci_low"], "ci_high": row["ci_high"]}


def _points_of_one_sd(report: dict) -> float:
    """Gaps come in SDs of the comparison pool; an effect tells how large one is."""
    effect = _one(report["effects"], outcome=measure_code(SUBJECTS[0]), group=None)
    return effect["estimate"] / effect["estimate_sd"]
