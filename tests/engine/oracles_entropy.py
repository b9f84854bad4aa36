"""Entropy balancing as a problem over the weights themselves, by general solvers."""

import numpy as np
from scipy.optimize import linprog, minimize


def _constraints(x, target):
    """Weights sum to 1 and give the target means."""
    return np.vstack([x.T, np.ones(len(x))]), np.append(target, 1)


def can_balance(x, target, least):
    """Whether weights of at least `least` give rows x (c, k) the target means."""
    a, b = _constraints(x, target)
    zero = np.zeros(len(x))
    return linprog(zero, A_eq=a, b_eq=b, bounds=(least, None)).status == 0


def most_even_divergence(x, target):
    """The least sum of w log w that a solver finds over weights that balance, if not
    the least there is; None where it, which wants independent constraints, has none."""
    a, b = _constraints(x, target)
    found = minimize(
        lambda w: np.sum(w * np.log(w)),
        np.full(len(x), 1 / len(x)),
        jac=lambda w: np.log(w) + 1,
        bounds=[(1e-9, 1)] * len(x),
        constraints={"type": "eq", "fun": lambda w: a @ w - b, "jac": lambda w: a},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    return found.fun if found.success else None
