"""The propensity score: how likely a student was to take part, given the covariates."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from outcomes.designs.errors import DesignError
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.covariates import Covariates
from outcomes.engine.linear import gram, independent, inverse, times
from outcomes.engine.notices import Warn

STEPS = 25  # as in R's glm; a fit that has not settled by then has no maximum
LONGEST = 20.0  # change of a logit in a step; where a direction knows no end, so far
SAMPLE = 50_000  # rows on which a larger table tries its first steps
BLOCK = 4096  # rows of which the columns stay in the cache
SETTLED = 1e-12  # largest change of any student's logit in the last step


@dataclass(frozen=True, slots=True)
class Propensity:
    """score, logit : (n,); coefficients : one a kept column of the model, on the
    covariate's own scale; has_overlap : False when the arms separate completely."""

    score: Floats
    logit: Floats
    coefficients: Floats
    has_overlap: bool


def propensity(covariates: Covariates, treated: Flags, warn: Warn) -> Propensity:
    """Fit P(treated | covariates) by logistic maximum likelihood (R's glm).

    Dependent columns are dropped, last declared first, and named. Raises DesignError
    without a covariate to fit on.
    """
    x, scale = _with_intercept(*_standardized(covariates, warn))
    beta, settled = logistic(x, treated.astype(float))
    logit = beta[0] + times(x[:, 1:], beta[1:])
    has_overlap = bool(logit[~treated].max() >= logit[treated].min())
    if not settled:
        _warn_separation(has_overlap, warn)
    return Propensity(expit(logit), logit, beta[1:] / scale, has_overlap or settled)


def _standardized(covariates: Covariates, warn: Warn) -> tuple[Floats, Floats]:
    """Independent columns at mean 0 and SD 1, and their SDs."""
    x = covariates.model
    if not x.shape[1]:
        raise DesignError(
            "the distance needs at least one covariate that varies; name some, or use "
            'method "exact"',
            "covariates",
        )
    x = x - x.mean(axis=0)
    x /= x.std(axis=0)
    kept = independent(gram(x, x))
    names = np.array(covariates.names)[covariates.in_model]
    for j in set(range(x.shape[1])) - set(kept):
        warn(
            "collinear",
            f'"{names[j]}" is implied by the covariates before it and was left out of '
            "the score.",
        )
    scale = covariates.model.std(axis=0)[kept]
    return (x if len(kept) == x.shape[1] else x[:, kept]), scale


def _with_intercept(x: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """(n, 1 + k), each column in one piece as the steps read it, and the scale."""
    columns = np.empty((1 + x.shape[1], len(x)))
    columns[0], columns[1:] = 1.0, x.T
    return columns.T, scale


def logistic(x: Floats, y: Floats) -> tuple[Floats, bool]:
    """Maximum likelihood of y (n,), 0 or 1, on x (n, k), columns independent.

    Returns coefficients (k,), and whether they settled: without overlap they grow for
    ever. A large table begins where a sample of its rows ended.
    """
    columns = np.ascontiguousarray(x.T)
    start = np.zeros(len(columns))
    stride = len(y) // SAMPLE
    if stride > 1:
        sample = np.ascontiguousarray(columns[:, ::stride])
        found, settled = _newton(sample, y[::stride], start)
        start = found if settled else start
    return _newton(columns, y, start)


def _newton(columns: Floats, y: Floats, beta: Floats) -> tuple[Floats, bool]:
    """Newton's steps from beta (k,); columns : (k, n).

    A step that lowers the likelihood is halved until it does not.
    """
    eta = times(columns.T, beta)
    best = _log_likelihood(eta, y)
    for _ in range(STEPS):
        mean = expit(eta)
        weight = np.maximum(mean * (1 - mean), np.finfo(float).tiny)
        moments, slope = _curvature(columns, weight, y - mean)
        try:
            step = inverse(moments) @ slope
        except np.linalg.LinAlgError:  # nobody is left whose part is not certain
            return beta, False
        for _ in range(30):
            moved = times(columns.T, beta + step)
            likelihood = _log_likelihood(moved, y)
            if likelihood >= best - 1e-12 * abs(best):
                break
            step = step / 2
        change = np.abs(moved - eta).max()
        beta, eta, best = beta + step, moved, likelihood
        if change < SETTLED * max(1.0, np.abs(eta).max()):
            return beta, True
    return beta, False


def _curvature(columns: Floats, weight: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """(k, k) X'WX and (k,) X'r, block after block, so that each stays in the cache."""
    k, n = columns.shape
    moments, slope = np.zeros((k, k)), np.zeros(k)
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        block = columns[:, rows]
        moments += np.einsum("ji,ki->jk", block * weight[rows], block)
        slope += np.einsum("ji,i->j", block, rest[rows])
    return moments, slope


def _log_likelihood(eta: Floats, y: Floats) -> float:
    """The sum of y eta - log(1 + e^eta)."""
    larger = np.maximum(eta, 0)
    return float(np.sum(y * eta - larger - np.log1p(np.exp(-np.abs(eta)))))


def _warn_separation(has_overlap: bool, warn: Warn) -> None:
    if has_overlap:
        warn(
            "quasi_separation",
            "Some students are certain to take part, or certain not to, by their "
            "covariates alone; their scores are only near 0 or 1. Look for a rare "
            "group that is all in one arm.",
        )
    else:
        warn(
            "no_overlap",
            "The covariates tell participants and comparison students apart without "
            "error; nobody is comparable.",
        )
