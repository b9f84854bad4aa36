"""Clustering by full covariance matrices: every student's variance written out."""

import numpy as np


def covariance(clusters: np.ndarray, alone: np.ndarray, icc: float) -> np.ndarray:
    """Total variance 1: icc shared within a cluster; students alone have 1 - icc."""
    shared = icc * (clusters[:, None] == clusters[None, :])
    shared[alone] = 0
    shared[:, alone] = 0
    return shared + (1 - icc) * np.eye(len(clusters))


def moments(treated: np.ndarray, v: np.ndarray) -> tuple[float, float, float]:
    """gamma, eta and df of the pooled S^2 and of the mean difference, by traces."""
    n = len(treated)
    arms = np.column_stack([treated, ~treated]).astype(float)
    within = np.eye(n) - arms @ np.diag(1 / arms.sum(axis=0)) @ arms.T
    expected = np.trace(within @ v)
    df = expected**2 / np.trace(within @ v @ within @ v)
    contrast = treated / treated.sum() - (~treated) / (~treated).sum()
    usual = 1 / treated.sum() + 1 / (~treated).sum()
    return expected / (n - 2), contrast @ v @ contrast / usual, df


def icc(values: np.ndarray, clusters: np.ndarray) -> float:
    """Mean squares by loops."""
    found = list(dict.fromkeys(clusters.tolist()))
    groups = [values[clusters == g] for g in found]
    n, count = len(values), len(groups)
    grand = sum(values) / n
    between = sum(len(g) * (g.mean() - grand) ** 2 for g in groups) / (count - 1)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (n - count)
    typical = (n - sum(len(g) ** 2 for g in groups) / n) / (count - 1)
    return (between - within) / (between + (typical - 1) * within)
