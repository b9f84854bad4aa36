import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from tests.engine import lalonde
from tests.engine.worked import formulas


def paired(differences, sign=1.0):
    """Pairs in cells of two, whose outcomes differ as given."""
    n = len(differences)
    frame = pd.DataFrame(
        {
            "student": [f"S{i}" for i in range(2 * n)],
            "treated": [1, 0] * n,
            "twin": np.repeat(np.arange(n), 2).astype(str),
            "age": np.tile([9.0, 10.0, 10.0, 9.0], n)[: 2 * n],
            "read": np.ravel([[10 + sign * d, 10] for d in differences]),
        }
    )
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["read"]}
    design = Design.from_dict(plain | {"covariates": ["age"], "exact": ["twin"]})
    return evaluate(frame, design).report()["sensitivity"]["read"]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_gamma_of_the_worked_pairs(sign):
    worked = formulas()["rosenbaum_signed_rank"]
    found = paired(worked["diffs"], sign)
    assert found["rosenbaum_gamma"] == pytest.approx(worked["gamma_at_p05"], abs=5e-3)


def test_an_effect_that_is_not_significant_has_no_gamma():
    found = paired([s * d for d in range(1, 9) for s in (1.0, -1.0)] + [0.5])
    assert found["rosenbaum_gamma"] is None
    assert "not significant" in found["not_estimable"]


def test_sets_that_are_not_pairs_have_no_gamma():
    found = lalonde.report(ratio=2)["sensitivity"]["re78"]
    assert found["rosenbaum_gamma"] is None
    assert "only pairs" in found["not_estimable"]
