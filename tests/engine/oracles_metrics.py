"""The metrics, written as their books do: one pair at a time, with the full inverse."""

import numpy as np


def robust_mahalanobis(x, i, j):
    """Rosenbaum (2010), ch. 8: ranks, their covariance rescaled to untied ranks."""
    n = len(x)
    ranks = np.array([[np.mean(_places(column, v)) for v in column] for column in x.T])
    covariance = np.cov(ranks)
    ratio = np.std(range(n), ddof=1) / np.sqrt(np.diag(covariance))
    inverse = np.linalg.pinv(covariance * np.outer(ratio, ratio), hermitian=True)
    gap = ranks[:, i] - ranks[:, j]
    return np.sqrt(gap @ inverse @ gap)


def _places(column, value):
    """The ranks, from 1, over which equal values share."""
    return 1 + np.flatnonzero(np.sort(column) == value)


def scaled_euclidean(x, treated, i, j):
    total = 0.0
    for column in x.T:
        left = [sum((c - c.mean()) ** 2) for c in (column[treated], column[~treated])]
        total += (column[i] - column[j]) ** 2 / (sum(left) / (len(column) - 1))
    return np.sqrt(total)


def mahalanobis(x, treated, i, j):
    within = x.astype(float)
    for arm in (treated, ~treated):
        within[arm] -= x[arm].mean(axis=0)
    gap = x[i] - x[j]
    covariance = np.atleast_2d(np.cov(within.T))
    return np.sqrt(gap @ np.linalg.inv(covariance) @ gap)
