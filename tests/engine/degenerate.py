"""Forty students of three schools, twelve of them participants, and their report."""

import json

import numpy as np
import pandas as pd

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate


def school_table(**columns):
    random = np.random.default_rng(0)
    plain = {
        "student": [f"S{i}" for i in range(40)],
        "treated": [1] * 12 + [0] * 28,
        "pre": random.normal(size=40),
        "school": random.choice(["a", "b", "c"], 40),
        "grade": ["4"] * 11 + ["5"] + ["4"] * 28,
        "read": random.normal(size=40),
    }
    return pd.DataFrame(plain | columns)


def run(frame, **more):
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    design = Design.from_dict({**plain, "covariates": ["pre"], **more})
    report = evaluate(frame, design).report()
    json.dumps(report, allow_nan=False)
    return report


def codes(report):
    return {row["code"] for row in report["warnings"]}


def gains(n_treated=30, n_comparison=90, lift=2.0, **columns):
    """Pairs alike before, of whom one gains `lift`: significant unless held back."""
    n = n_treated + n_comparison
    random = np.random.default_rng(1)
    pre = np.resize(np.arange(max(n_treated, 5)) / max(n_treated, 5), n)
    treated = np.arange(n) < n_treated
    plain = {
        "student": [f"S{i}" for i in range(n)],
        "treated": treated.astype(int),
        "pre": pre,
        "read": pre + random.normal(size=n) / 2 + lift * treated,
    }
    return pd.DataFrame(plain | columns)


PLANNED = {
    "outcomes": [{"name": "read", "domain": "ela", "confirmatory": True}],
    "covariates": [],
    "pretests": [{"name": "pre", "domain": "ela"}],
    "estimator": "g_computation",
}


def held_back(report):
    """What keeps the first effect, whose p is below .05, from being significant."""
    row = report["effects"][0]
    assert row["p"] < 0.05
    assert row["significant"] == (not row["held_back"])
    return set(row["held_back"])
