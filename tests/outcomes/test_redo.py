"""R redoes what designs and tables ask for that are legal, and far from plain."""

import re
import subprocess

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from outcomes.services.bundles import files
from tests.outcomes.test_bundles import HAS_R, needs_r, number_after, redone

PLAN = {
    "unit": "pupil no",
    "treatment": "joined club",
    "outcomes": ["reading 2026"],
    "covariates": ["prior maths", "home language"],
    "pretests": ["prior reading"],
    "estimator": "g_computation",
    "cluster": "school-house",
}
NEAR = {
    "distance": {"width": 0.5},
    "prior maths": {"width": 1.5},
    "prior reading": {"width": 9, "unit": "raw"},
}
IS_LATE = (
    HAS_R
    and not subprocess.run(
        ["Rscript", "-e", "stopifnot(packageVersion('MatchIt') >= '4.6')"],
        capture_output=True,
        check=False,
    ).returncode
)


def club(n=240) -> pd.DataFrame:
    """Pupils of eight houses: names with blanks and signs, holes everywhere."""
    random = np.random.default_rng(5)
    able = random.normal(size=n)
    joined = random.random(n) < 1 / (1 + np.exp(1 + 0.6 * able))
    frame = pd.DataFrame(
        {
            "pupil no": [f"{i:04d}" for i in range(n)],
            "joined club": joined.astype(int),
            "prior reading": 500 + 20 * able + random.normal(size=n) * 8,
            "prior maths": 498 + 16 * able + random.normal(size=n) * 12,
            "home language": random.choice(
                ["Español", "a, b", "x"], n, p=[0.5, 0.47, 0.03]
            ),
            "IEP": random.choice(["yes", "no"], n),
            "school-house": random.choice([*"ABCDEFGH"], n),
            "reading 2026": 505 + 20 * able + 5 * joined + random.normal(size=n) * 9,
        }
    )
    for column in ("prior maths", "IEP", "reading 2026"):
        frame.loc[random.random(n) < 0.06, column] = None
    return frame


def made(frame, **keys) -> dict[str, str]:
    design = Design.from_dict({**PLAN, **keys})
    report = evaluate(frame, design).report()
    return files(frame, design, report, report["pairs"])


def remade(folder, **keys) -> str:
    return redone(made(club(), **keys), folder)


def test_the_bundle_of_one_participant_holds_an_estimate_and_no_error():
    frame = club().dropna()
    frame["joined club"] = (frame["pupil no"] == frame["pupil no"].iloc[0]).astype(int)
    script = made(frame, cluster=None)["redo.R"]
    assert 'difference,\\"estimate\\",' in script
    assert "None" not in script


@needs_r
@pytest.mark.parametrize(
    "keys",
    [
        {"errors": ["two_way"]},
        {"estimand": "ATC", "replacement": True, "errors": ["two_way"]},
        {"replacement": True, "cluster": None, "errors": ["two_way"]},
        {"level_minimum": 15, "broken_sets": "drop"},
        {"subgroups": ["IEP*home language"]},
        {"method": "cem", "cutpoints": {"prior maths": [490]}},
        {"estimator": "aipw"},
    ],
    ids=str,
)
def test_r_finds_the_same_match_and_figures(keys, tmp_path):
    said = remade(tmp_path, **keys)
    assert number_after("largest difference of a weight:", said) < 1e-9
    assert number_after("largest relative difference of a figure:", said) < 1e-9


@needs_r
@pytest.mark.parametrize(
    "columns",
    [
        {"prior reading": 500.0, "prior maths": 500.0, "home language": "x"},
        {"home language": None},
        {"reading 2026": 500.0},
    ],
    ids=str,
)
def test_r_redoes_what_does_not_vary_or_is_not_known_at_all(columns, tmp_path):
    said = redone(made(club().assign(**columns)), tmp_path)
    assert number_after("largest relative difference of a figure:", said) < 1e-9


@needs_r
@pytest.mark.skipif(not IS_LATE, reason="needs MatchIt 4.6, which heeds calipers")
@pytest.mark.parametrize(
    "keys",
    [
        {"exact": ["IEP"]},
        {"caliper": NEAR},
        {"caliper": NEAR, "discard": "both"},
        {"caliper": {"logit": {"width": 0.2}}},
        {"caliper": NEAR, "distance": "mahalanobis", "order": "closest"},
    ],
    ids=str,
)
def test_r_keeps_calipers_and_who_has_no_exact_value(keys, tmp_path):
    said = remade(tmp_path, **keys)
    assert number_after("largest difference of a weight:", said) < 1e-9


@needs_r
def test_r_redoes_two_way_errors_and_every_estimator_but_aipw(tmp_path):
    said = remade(tmp_path, errors=["two_way"])
    kinds = re.findall(
        r"(difference|g_computation)\s+(CR1 by set and \S+|estimate)", said
    )
    assert set(kinds) == {
        ("difference", "estimate"),
        ("g_computation", "estimate"),
        ("g_computation", "CR1 by set and school-house"),
    }
