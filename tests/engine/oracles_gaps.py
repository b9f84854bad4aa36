"""Slow, literal versions of the gap measures, as their papers word them."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm


def chance_ahead(scores, focal, weights) -> float:
    """Every reference student against every focal student."""
    won = total = 0.0
    for i in np.flatnonzero(~focal):
        for j in np.flatnonzero(focal):
            pair = weights[i] * weights[j]
            total += pair
            won += pair * ((scores[i] > scores[j]) + 0.5 * (scores[i] == scores[j]))
    return won / total


def v_from_counts(reference, focal) -> float:
    """Two normal curves and their cut points, by a general optimiser on -log L."""
    reference, focal = np.asarray(reference, float), np.asarray(focal, float)
    levels = len(reference)

    def minus_log_likelihood(theta):
        cuts = theta[0] + np.concatenate(
            [[0], np.cumsum(np.exp(theta[1 : levels - 1]))]
        )
        mu, sigma = theta[-2], np.exp(theta[-1])
        edges = np.concatenate([[-np.inf], cuts, [np.inf]])
        p = np.diff(norm.cdf(edges))
        q = np.diff(norm.cdf((edges - mu) / sigma))
        return -np.sum(reference * np.log(p)) - np.sum(focal * np.log(q))

    start = np.concatenate([[-1.0], np.zeros(levels - 2), [0.0, 0.0]])
    found = minimize(
        minus_log_likelihood,
        start,
        method="Nelder-Mead",
        options={"maxiter": 40_000, "maxfev": 40_000, "xatol": 1e-11, "fatol": 1e-13},
    )
    mu, sigma = found.x[-2], np.exp(found.x[-1])
    return float(-mu / np.sqrt((1 + sigma**2) / 2))


def slope_by_weight(value: Callable[[np.ndarray], float], weights) -> np.ndarray:
    """w_i times the change of a value per unit of student i's weight: his influence."""
    slopes = np.zeros(len(weights))
    for i, weight in enumerate(weights):
        step = 1e-5 * max(weight, 1e-3)
        up, down = weights.copy(), weights.copy()
        up[i], down[i] = weight + step, weight - step
        slopes[i] = weight * (value(up) - value(down)) / (2 * step)
    return slopes
