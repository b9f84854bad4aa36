"""Entropy balancing: the most even weights that make the groups' means equal."""

from dataclasses import dataclass

import numpy as np

from outcomes.designs.design import Design
from outcomes.designs.errors import InputError
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.estimand import sought_for, target
from outcomes.engine.linear import gram, independent, inverse, times
from outcomes.engine.study import Study

BALANCED = 1e-6  # the largest gap between means, in SDs, that counts as none
SETTLED = 1e-12
FLAT = 1e-16  # a squared SD below this: all weight lies on students alike
STEPS = 200
HALVINGS = 60


def entropy_weights(study: Study, design: Design, cell: Ints, kept: Flags) -> Floats:
    """(n,) weights of the students among `kept` (n,); 1 for the arm that is left as it
    is, 0 for everyone else.

    cell : (n,) codes; each cell of `kept` has both arms. Of all weights under which an
    arm has the target's share of each cell and its mean in each covariate, those
    nearest to equal ones by Kullback-Leibler divergence. For the ATE both arms are
    turned to the whole. Raises InputError where no weights do. Source: Hainmueller
    (2012), Polit. Anal. 20(1):25-46, its dual by Newton's method.
    """
    x, treated = study.covariates.x.dense(kept), study.treated[kept]
    x = x / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
    _, code = np.unique(cell[kept], return_inverse=True)
    whole = target(treated, design.estimand)
    share = np.bincount(code[whole]) / whole.sum()
    weights = np.ones(len(x))
    for arm in (treated, ~treated):
        if not (arm & sought_for(treated, design.estimand)).any():
            moments = x[arm] - x[whole].mean(axis=0)
            weights[arm] = _balancing(moments, Shares(code[arm], share), study)
    out = np.zeros(study.n)
    out[kept] = weights
    return out


@dataclass(frozen=True, slots=True)
class Shares:
    """cell : (c,) codes of comparison students; share : (cells,) what they sum to."""

    cell: Ints
    share: Floats

    def tilted(self, eta: Floats) -> tuple[Floats, float]:
        """(c,) weights proportional to exp(eta) within each cell, and the dual there:
        the shares times the log of each cell's sum of exp(eta)."""
        top = np.full(len(self.share), -np.inf)
        np.maximum.at(top, self.cell, eta)
        raised = np.exp(eta - top[self.cell])
        total = np.bincount(self.cell, raised)
        weights: Floats = raised * (self.share / total)[self.cell]
        return weights, float(np.sum(self.share * (np.log(total) + top)))

    def sums(self, values: Floats) -> Floats:
        """(cells, k) sums within cells of values (c, k)."""
        return np.column_stack([np.bincount(self.cell, v) for v in values.T])


def _balancing(moments: Floats, shares: Shares, study: Study) -> Floats:
    """(c,) the most even weights, if they bring the moments (c, k) to mean 0."""
    weights = _most_even(moments, shares)
    gaps = np.abs(gram(moments, weights[:, None])[:, 0])
    _require_balance(gaps, study.covariates.names)
    return weights


def _most_even(moments: Floats, shares: Shares) -> Floats:
    """(c,) weights under which moments (c, k) come nearest to mean 0.

    The dual falls by Newton steps. Dependent columns are left out: their means follow,
    or cannot be reached.
    """
    centred = moments - moments.mean(axis=0)
    c = moments[:, independent(gram(centred, centred))]
    eta = np.zeros(len(c))
    weights, height = shares.tilted(eta)
    for _ in range(STEPS):
        weighted = c * weights[:, None]
        slope = weighted.sum(axis=0)
        if np.abs(slope).max(initial=0) < SETTLED:
            break
        inner = shares.sums(weighted)
        bend = gram(weighted, c) - gram(inner / shares.share[:, None], inner)
        step = times(c, _newton_step(bend, slope))
        for _ in range(HALVINGS):
            moved, lower = shares.tilted(eta + step)
            if lower <= height:
                break
            step = step / 2
        else:
            break
        eta, weights, height = eta + step, moved, lower
    return weights


def _newton_step(bend: Floats, slope: Floats) -> Floats:
    """(k,) the step along the columns that still bend the dual."""
    bent = np.flatnonzero(np.diag(bend) > FLAT)
    kept = bent[independent(bend[np.ix_(bent, bent)])]
    step = np.zeros(len(slope))
    if len(kept):
        step[kept] = -inverse(bend[np.ix_(kept, kept)]) @ slope[kept]
    return step


def _require_balance(gaps: Floats, names: tuple[str, ...]) -> None:
    if gaps.max(initial=0) < BALANCED:
        return
    worst = int(np.argmax(gaps))
    raise InputError(
        "no weights give one group the means that it should have: "
        f"{names[worst]} stays {gaps[worst]:.2g} SD apart; name fewer covariates, or "
        "use a method that matches within a caliper",
        "not_balanceable",
    )
