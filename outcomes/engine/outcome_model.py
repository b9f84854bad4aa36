"""The weighted regression whose one coefficient is the effect."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.covariance import Spread, cr1, cr2, hc3
from outcomes.engine.estimable import attempt
from outcomes.engine.jackknife import cr3
from outcomes.engine.linear import Fit, are_implied, by_columns
from outcomes.engine.model_columns import ModelColumns, moments
from outcomes.engine.sample import Sample
from outcomes.terms import Estimator

EFFECT = 1  # position of the effect among a model's columns
JACKKNIFED = 100  # clusters at most; with more, leaving one out tells nothing new
LEAST_WORTH = 1 - 1e-9  # students; one alone is worth one, but for rounding
FITS = 1e-9  # share of a covariate's variance that a model may leave unexplained


def difference(sample: Sample) -> Floats:
    """(m, 2) 1, t: the coefficient of t is the difference of weighted means."""
    return by_columns(np.ones(len(sample.rows)), sample.treated)


def g_computation(sample: Sample) -> Floats:
    """(m, 2 + 2k) 1, t, X - xbar, t (X - xbar): the coefficient of t is the effect
    averaged over the estimand's students.

    xbar is their mean, each counting once. Source: MatchIt 4.7.2, vignette "Estimating
    effects"; Lin (2013), Ann. Appl. Stat. 7(1):295-318.
    """
    t, x = sample.treated, sample.x
    own = x[sample.target]
    mean, k = np.sum(own, axis=0) / len(own), x.shape[1]
    columns = np.empty((2 + 2 * k, len(t)))  # filled in place: there are many
    columns[0], columns[1] = 1.0, t
    np.subtract(x.T, mean[:, None], out=columns[2 : 2 + k])
    np.multiply(columns[2 : 2 + k], t, out=columns[2 + k :])
    return columns.T


def doubly_robust(sample: Sample) -> Floats:
    """(m, 1 + k) 1, X: what AIPW's two models are fitted on."""
    return by_columns(np.ones(len(sample.rows)), sample.x)


MODELS: Mapping[Estimator, Callable[[Sample], Floats]] = {
    Estimator.DIFFERENCE: difference,
    Estimator.G_COMPUTATION: g_computation,
    Estimator.AIPW: doubly_robust,
}


def model_of(design: Design) -> Callable[[Sample], Floats]:
    """The columns of the design's estimator."""
    return MODELS[design.estimator]


def contrast(fit: Fit, weights: Mapping[int, float]) -> Floats:
    """(k,) weights on the kept columns, from positions among the offered ones.

    Raises NotEstimable when one of them was left out as dependent.
    """
    out = np.zeros(len(fit.kept))
    for position, weight in weights.items():
        if position not in fit.kept:
            raise NotEstimable("the outcome model cannot tell the groups apart")
        out[fit.kept.index(position)] = weight
    return out


def refuse_extrapolation(implied: Floats, groups: Iterable[Flags]) -> None:
    """Raises NotEstimable where a group's own model predicts from less than one
    student.

    implied : (m,) the weights that outcomes have in an estimate; groups : who (m,) of
    them stand for one mean. Where all vary alike, a mean by weights l is as sure as
    (sum l)^2 / (sum l^2) students: under one, less sure than any of them alone. Source:
    Chattopadhyay and Zubizarreta (2023), Biometrika 110(3):615-629.
    """
    instead = 'name fewer covariates, or use estimator "difference"'
    for group in groups:
        part = implied[group]
        require_worth(float(np.sum(part)), float(np.sum(part**2)), instead)


def require_worth(total: float, squares: float, instead: str) -> None:
    """Raises NotEstimable where weights with such a sum, and sum of their squares, are
    worth less than one student; instead : what to do then."""
    if total * total < LEAST_WORTH * squares:
        raise NotEstimable(
            "the group is too small for its outcome model, whose prediction for it is "
            f"less sure than one student; {instead}"
        )


def spreads(
    fit: Fit, on: Floats, sample: Sample, design: Design
) -> list[tuple[str, Spread | NotEstimable]]:
    """Standard errors of the contrast `on`, the design's own first.

    With a cluster CR2; for pairs without replacement by matched set; otherwise HC3. The
    rest stand beside it.
    """
    rules: list[tuple[str, Callable[[], Spread]]] = []
    clusters, sets = sample.cluster_codes, sample.sets
    if clusters is not None:
        rules.append((f"CR2 by {design.cluster}", lambda: cr2(fit, on, clusters)))
        rules.append((f"CR1 by {design.cluster}", lambda: cr1(fit, on, clusters)))
        if int(clusters.max()) < JACKKNIFED:
            rules.append((f"CR3 by {design.cluster}", lambda: cr3(fit, on, clusters)))
    if sets is not None:
        rules.append(("CR1 by set", lambda: cr1(fit, on, sets)))
    rules.append(("HC3", lambda: hc3(fit, on)))
    return [(kind, attempt(rule)) for kind, rule in rules]


def stand_in(columns: Floats, sample: Sample, asked: Floats) -> Flags:
    """(c,) which of `asked` (m, c) are combinations of the columns (m, k) of a model.

    Asked of the fitted columns, not of the design: one that was dropped as dependent
    may still stand in the model through the others, or not stand in it at all.
    """
    w = sample.weights
    means = np.sum(w[:, None] * asked, axis=0) / np.sum(w)
    table = by_columns(columns, asked - means)
    products = moments(ModelColumns(lambda rows: table[rows].T), w)
    return are_implied(products, columns.shape[1], FITS)
