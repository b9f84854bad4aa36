"""Slow, literal versions of gap closing and of the doubly robust effect."""

import numpy as np
import statsmodels.api as sm


def counterfactual_mean(y, treated, m1, m0, score, rule, group) -> float:
    """Lundberg's doubly robust mean, student by student."""
    predicted, residual, weight = 0.0, 0.0, 0.0
    for i in np.flatnonzero(group):
        predicted += rule[i] * m1[i] + (1 - rule[i]) * m0[i]
        did = rule[i] if treated[i] else 1 - rule[i]
        was = score[i] if treated[i] else 1 - score[i]
        expected = m1[i] if treated[i] else m0[i]
        residual += did / was * (y[i] - expected)
        weight += did / was
    return predicted / group.sum() + residual / weight


def att(y, treated, m0, score) -> float:
    """Participants' surprise less the odds-weighted surprise of the others."""
    total = 0.0
    for i in range(len(y)):
        surprise = y[i] - m0[i]
        total += surprise if treated[i] else -score[i] / (1 - score[i]) * surprise
    return total / treated.sum()


def jackknife(value, clusters) -> float:
    """sqrt((G-1)/G sum (value without g - mean)^2); value(keep) is fitted anew."""
    found = np.unique(clusters)
    left = np.array([value(clusters != g) for g in found])
    count = len(found)
    return float(np.sqrt((count - 1) / count * np.sum((left - left.mean()) ** 2)))


def weighted_mean_under(y, treated, columns, z, rule, group, kind, w) -> float:
    """A counterfactual mean of students with weights w, all fitted by statsmodels."""
    x = np.where(treated[:, None], *columns)
    slopes = sm.WLS(y, x, weights=w).fit().params
    score = sm.GLM(
        treated.astype(float), z, family=sm.families.Binomial(), freq_weights=w
    ).fit(tol=1e-13)
    score = score.fittedvalues
    v = w * group
    under = rule * (columns[0] @ slopes) + (1 - rule) * (columns[1] @ slopes)
    did = np.where(treated, rule / score, (1 - rule) / (1 - score))
    by_model = np.average(under, weights=v)
    if kind == "outcome_modeling":
        return by_model
    if kind == "treatment_modeling":
        return np.average(y, weights=v * did)
    return by_model + np.average(y - x @ slopes, weights=v * did)
