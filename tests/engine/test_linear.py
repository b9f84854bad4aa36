"""Least squares against fractions, which round nothing."""

from fractions import Fraction

import numpy as np
import pytest

from outcomes.engine.linear import least_squares


def in_fractions(x, y):
    """Normal equations by Gauss and Jordan."""
    x, y = ([[Fraction(v) for v in row] for row in table] for table in (x, y[:, None]))
    columns = [*zip(*x, strict=True)]
    rows = [
        [sum(map(Fraction.__mul__, one, other)) for other in columns]
        + [sum(v * r[0] for v, r in zip(one, y, strict=True))]
        for one in columns
    ]
    for i in range(len(rows)):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(len(rows)):
            if j != i:
                away = rows[j][i]
                rows[j] = [a - away * b for a, b in zip(rows[j], rows[i], strict=True)]
    return np.array([float(row[-1]) for row in rows])


@pytest.mark.parametrize("level", [0, 10, 100, 1000])
def test_squares_far_from_zero_lose_few_digits(level):
    """A score and its square at 1,000 points are all but one column; without the step
    of refinement six digits would be right."""
    score = np.arange(12.0) + level
    x = np.column_stack([np.ones(12), score, score**2])
    y = np.round(8 * np.sin(np.arange(12.0)))
    fit = least_squares(y, x, np.ones(12))
    assert fit.kept == (0, 1, 2)
    assert fit.coefficients == pytest.approx(in_fractions(x, y), rel=1e-9)
