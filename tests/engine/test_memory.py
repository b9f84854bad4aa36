"""What an analysis holds at most beside its table, in bytes a student."""

import tracemalloc
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.cell_distances import links_by_cell
from outcomes.engine.distance import Space
from outcomes.engine.estimable import attempt
from outcomes.engine.evaluate import diagnose, evaluate
from outcomes.engine.fingerprint import BESIDE, input_hash
from outcomes.engine.full import cover
from outcomes.engine.limits import Limits
from outcomes.engine.matching import arrange
from outcomes.engine.notices import Notices
from outcomes.engine.optimal import assign
from outcomes.engine.study import Study

# Below the size from which the hash has a thread of its own: how much two threads hold
# at one moment is chance, so that the hash is measured by itself.
STUDENTS = BESIDE - 10_000
COVARIATES = [f"x{j}" for j in range(8)]
DESIGN = Design.from_dict(
    {
        "unit": "student",
        "treatment": "treated",
        "outcomes": ["outcome"],
        "covariates": COVARIATES,
        "distance": "logit",
        "caliper": {"distance": {"width": 0.2}},
        "cluster": "school",
    }
)


def table(n):
    random = np.random.default_rng(1)
    x = random.standard_normal((n, len(COVARIATES)))
    return pd.DataFrame(
        {
            "student": np.arange(n).astype(str),
            "treated": (random.random(n) < 0.05).astype(int),
            "school": random.integers(0, n // 500 + 2, n),
            "outcome": random.standard_normal(n),
            **dict(zip(COVARIATES, x.T, strict=True)),
        }
    )


def bytes_a_student(work):
    work(table(1_000))  # imports and caches are no part of it
    frame = table(STUDENTS)
    tracemalloc.start()
    try:
        work(frame)
        return tracemalloc.get_traced_memory()[1] / STUDENTS
    finally:
        tracemalloc.stop()


def match(frame):
    """Admission, score and match, with nothing of outcomes and clusters."""
    plan = replace(DESIGN, cluster=None)
    return arrange(Study.from_frame(frame, plan, with_outcomes=False), plan, Notices())


def test_a_match_holds_the_covariates_once_and_little_else():
    assert bytes_a_student(match) < 140


def test_to_match_takes_no_copy_of_the_table_per_step():
    assert bytes_a_student(lambda frame: diagnose(frame, DESIGN)) < 160


def test_the_hash_that_may_run_beside_holds_less_than_the_table():
    assert bytes_a_student(input_hash) < 80


def test_effects_on_everyone_make_no_weighted_copy_of_the_covariates():
    assert bytes_a_student(lambda frame: evaluate(frame, DESIGN)) < 160


def test_a_copy_of_the_covariates_would_be_seen():
    def copying(frame):
        evaluate(frame, DESIGN)
        return np.ones((2 * len(COVARIATES), 2, len(frame)))

    assert bytes_a_student(copying) > 160


@pytest.mark.parametrize("solve", [cover, partial(assign, ratio=1)])
def test_a_cell_holds_its_distances_and_once_as_much(solve):
    participants, others = 200, 10_000
    one, other = np.arange(participants), participants + np.arange(others)
    points = np.random.default_rng(1).normal(size=(participants + others, 3))
    within = Limits(np.zeros(len(points), dtype=np.int64), (), np.inf, ())
    tracemalloc.start()
    try:
        links_by_cell(one, other, Space(points, None, None), within, solve)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2.5 * 8 * participants * others


def test_a_reason_lets_go_of_what_it_has_seen():
    def hopeless():
        seen = np.ones(1_000_000)
        raise NotEstimable(f"{len(seen)} are too many")

    assert attempt(hopeless).__traceback__ is None
