"""Cardinality matching: the most participants with whom all covariates are balanced.

Students alike in everything are one kind; how many of each are taken is a linear
program in whole numbers.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, vstack

from outcomes.designs.design import Design
from outcomes.designs.errors import InputError, PromiseBroken
from outcomes.engine.arrays import Flags, Floats, Ints
from outcomes.engine.notices import Warn
from outcomes.engine.study import Study

CORE = 300  # kinds that are left open once the relaxed problem is rounded
NODES, SECONDS = 2000, 60  # what a search may take before it keeps the best so far
SLACK = 1e-7  # the solver's own tolerance on a sum of at least ten students
BROKEN = 1e-6


@dataclass(frozen=True, slots=True)
class Kinds:
    """p kinds of students. number : (n,) each student's kind, -1 where a part of the
    cell is missing; count : (p,) how many there are; worth : (p,) 1 for participants;
    limits : rows @ how many are taken lies between low and high."""

    number: Ints
    count: Ints
    worth: Floats
    rows: csr_array
    low: Floats
    high: Floats


def balanced_students(study: Study, design: Design, cell: Ints, warn: Warn) -> Flags:
    """(n,) who is taken: most participants, `ratio` comparison students for each in
    every cell, and no covariate's means more than `tolerance` SDs apart.

    SDs are those of all participants before matching, as in the balance table. Warns
    where the search ends before the match is proven a largest one. Source: Zubizarreta,
    Paredes and Rosenbaum (2014), Ann. Appl. Stat. 8(1):204-231.
    """
    z = in_sds(study)
    kinds = _kinds(z, study.treated, cell, design)
    taken, bound = _most(kinds)
    found = int(kinds.worth @ taken)
    if found < bound:
        warn(
            "not_proven_optimal",
            f"The search ended with {found} participants; up to {bound} might be "
            "balanced. Name fewer covariates or a wider tolerance.",
        )
    chosen = _first_of_each(kinds.number, taken)
    _require_balance(z, study, chosen, design)
    return chosen


def in_sds(study: Study) -> Floats:
    """(n, k) covariates from the participants' mean in their SDs; where participants do
    not vary, in the SD of everyone."""
    x = study.covariates.x.dense()
    own = x[study.treated]
    share = own.mean(axis=0)
    sd = own.std(axis=0, ddof=min(1, len(own) - 1))
    binary = study.covariates.is_binary
    sd[binary] = np.sqrt(np.maximum(share * (1 - share), 0))[binary]
    # Equal values have no spread, though rounding would make a little.
    varies = own.min(axis=0) < own.max(axis=0)
    z: Floats = (x - share) / np.where(varies, sd, x.std(axis=0))
    return z


def _kinds(z: Floats, treated: Flags, cell: Ints, design: Design) -> Kinds:
    known = cell >= 0
    table = np.column_stack([cell, treated, z])[known]
    alike, number, count = np.unique(
        table, axis=0, return_inverse=True, return_counts=True
    )
    worth = alike[:, 1]
    part = np.where(worth == 1, 1.0, -1 / design.ratio)
    sums = csr_array(alike[:, 2:].T * part)
    reach = csr_array(
        np.tile(worth * max(design.tolerance - SLACK, 0), (z.shape[1], 1))
    )
    codes = np.unique(alike[:, 0], return_inverse=True)[1]
    equal = csr_array((part * design.ratio, (codes, np.arange(len(alike)))))
    everyone = np.full(len(cell), -1, dtype=np.int64)
    everyone[known] = number.reshape(-1)
    rows = vstack([sums - reach, -sums - reach, equal]).tocsr()
    low = np.full(rows.shape[0], -np.inf)
    low[2 * z.shape[1] :] = 0
    return Kinds(everyone, count, worth, rows, low, np.zeros(len(low)))


def _most(kinds: Kinds) -> tuple[Ints, int]:
    """(p,) how many to take of each, and a bound on the participants of any match.

    Without whole numbers the problem is easy and bounds the answer. A corner of it has
    few broken numbers: rounded, with a core left open, it often reaches the bound, and
    then nothing is better. Else the whole problem is searched.
    """
    relaxed = _solve(kinds, kinds.low, kinds.high, np.inf, is_whole=False)
    if relaxed.x is None:
        raise InputError(
            f"the largest balanced match was not bounded in {SECONDS} seconds; name "
            "fewer covariates or exact columns",
            "too_slow",
        )
    bound = int(np.floor(kinds.worth @ relaxed.x + BROKEN))
    taken = _round_and_mend(kinds, relaxed.x)
    if kinds.worth @ taken < bound:
        found = _solve(kinds, kinds.low, kinds.high, NODES)
        if found.mip_dual_bound is not None:
            bound = min(bound, int(np.floor(BROKEN - found.mip_dual_bound)))
        if found.x is not None and kinds.worth @ found.x > kinds.worth @ taken:
            taken = np.rint(found.x).astype(np.int64)
    return taken, bound


def _round_and_mend(kinds: Kinds, relaxed: Floats) -> Ints:
    """Round the relaxed answer where it is whole; search among the others and a core of
    kinds spread over all. Nobody is taken where that finds nothing."""
    whole = np.rint(relaxed)
    is_open = np.abs(relaxed - whole) > BROKEN
    p = len(relaxed)
    is_open[np.unique(np.linspace(0, p - 1, min(CORE, p)).astype(int))] = True
    taken = np.where(is_open, 0, whole).astype(np.int64)
    used = kinds.rows @ taken
    core = Kinds(
        kinds.number,
        kinds.count[is_open],
        kinds.worth[is_open],
        kinds.rows[:, is_open],
        kinds.low,
        kinds.high,
    )
    found = _solve(core, kinds.low - used, kinds.high - used, NODES)
    if found.x is None:
        return np.zeros(p, dtype=np.int64)
    taken[is_open] = np.rint(found.x)
    return taken


def _solve(
    kinds: Kinds,
    low: Floats,
    high: Floats,
    nodes: float,
    *,
    is_whole: bool = True,
) -> OptimizeResult:
    options: dict[str, float] = {"mip_rel_gap": 0, "time_limit": SECONDS}
    if is_whole:
        options["node_limit"] = nodes
    return milp(
        -kinds.worth,
        constraints=LinearConstraint(kinds.rows, low, high),
        bounds=Bounds(0, kinds.count),
        integrality=np.full(len(kinds.worth), int(is_whole)),
        options=options,
    )


def _first_of_each(number: Ints, taken: Ints) -> Flags:
    """(n,) the first students, in canonical order, of each kind."""
    order = np.argsort(number, kind="stable")
    sizes = np.bincount(number[order] + 1, minlength=len(taken) + 1)
    place = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    chosen = np.zeros(len(number), dtype=bool)
    chosen[order] = place < np.append(0, taken)[number[order] + 1]
    return chosen


def _require_balance(z: Floats, study: Study, chosen: Flags, design: Design) -> None:
    """The solver works within tolerances; the promise is checked on the students."""
    if not chosen.any():
        return
    arms = [z[chosen & arm].mean(axis=0) for arm in (study.treated, ~study.treated)]
    if (np.abs(arms[0] - arms[1]) > design.tolerance + BROKEN).any():
        raise PromiseBroken(
            'the finished match breaks the "tolerance" of its own design and was not '
            "reported; please send us the design"
        )
