"""Balance of squares and products: alike one by one may still differ together."""

from dataclasses import dataclass

import numpy as np

from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.balance import BEYOND
from outcomes.engine.covariates import Covariates
from outcomes.engine.estimand import sought_for, target
from outcomes.engine.linear import gram
from outcomes.engine.matrix import Matrix
from outcomes.engine.study import Study
from outcomes.terms import Estimand

WORST = 5  # named in the report; the rest are only counted
NOISE = 1e-10  # SD; a product that is closer differs by rounding alone
ROUNDING = 1e-12  # of a variance; below it a product does not vary


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A square (`age x age`) or a product, and its SMD after matching."""

    product: str
    smd_after: float


@dataclass(frozen=True, slots=True)
class ProductBalance:
    """How many products there are, how many differ by more than 0.10, and the worst of
    those that differ at all."""

    count: int
    beyond: int
    worst: tuple[ProductRow, ...]


def product_balance(
    study: Study, weights: Floats, estimand: Estimand = Estimand.ATT
) -> ProductBalance | None:
    """weights : (n,), 0 for the unmatched. None when nobody is matched.

    (mean_T - mean_C) / the estimand's SD before matching (that of all participants for
    the ATT), of products of covariates centred on the means of its students; squares of
    0/1 covariates and products within one text column say nothing new and are left out.
    Three products X'X, so no product is ever formed student by student. Source: Stuart
    (2010), Stat. Sci. 25(1):1-21, section 4.1.
    """
    treated = study.treated
    arms = (treated & (weights > 0), ~treated & (weights > 0))
    if not (arms[0].any() and arms[1].any()):
        return None
    covariates = study.covariates
    centre = covariates.x.dense(target(treated, estimand)).mean(axis=0)
    means = [_means(covariates.x, arm, weights, centre) for arm in arms]
    first, second = _pairs(covariates)
    apart = (means[0] - means[1])[first, second]
    sd = _unit(covariates.x, centre, treated, estimand)[first, second]
    some = sd > 0
    sizes = apart[some] / sd[some]
    order = np.argsort(-np.abs(sizes), kind="stable")[:WORST]
    order = order[np.abs(sizes[order]) > NOISE]
    first, second = first[some], second[some]
    worst = [
        ProductRow(_name(covariates, first[i], second[i]), float(sizes[i]))
        for i in order.tolist()
    ]
    beyond = int((np.abs(sizes) > BEYOND).sum())
    return ProductBalance(len(sizes), beyond, tuple(worst))


def _means(x: Matrix, arm: Flags, weights: Floats, centre: Floats) -> Floats:
    """(k, k) weighted means of all products in an arm."""
    w = weights[arm]
    part = x.dense(arm) - centre
    means: Floats = gram(part * w[:, None], part) / np.sum(w)
    return means


def _unit(x: Matrix, centre: Floats, treated: Flags, estimand: Estimand) -> Floats:
    """(k, k) what differences are measured in, as in the balance table."""
    if estimand != Estimand.ATE:
        return _spread(x.dense(sought_for(treated, estimand)) - centre)
    both = [_spread(x.dense(arm) - centre) ** 2 for arm in (treated, ~treated)]
    unit: Floats = np.sqrt((both[0] + both[1]) / 2)
    return unit


def _spread(centred: Floats) -> Floats:
    """(k, k) SDs of all products, 0 where rounding is all there is."""
    n = len(centred)
    if n < 2:
        return np.zeros((centred.shape[1],) * 2)
    mean = gram(centred, centred) / n
    squares = gram(centred**2, centred**2) / n
    variance = np.maximum(squares - mean**2, 0) * n / (n - 1)
    sd: Floats = np.sqrt(np.where(variance > ROUNDING * squares, variance, 0))
    return sd


def _pairs(covariates: Covariates) -> tuple[Ints, Ints]:
    """Positions of the two factors of each product that says something new."""
    first, second = np.triu_indices(len(covariates.names))
    source = np.array(covariates.source, dtype=object)
    is_square = first == second
    tells = np.where(
        is_square, ~covariates.is_binary[first], source[first] != source[second]
    )
    keep = tells.astype(bool)
    return first[keep], second[keep]


def _name(covariates: Covariates, i: int, j: int) -> str:
    return f"{covariates.names[i]} x {covariates.names[j]}"
