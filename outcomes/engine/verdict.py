"""What a reviewer would say of the baseline: WWC Standards Handbook 4.1.

On the analytic sample, |effect size| <= .05 is satisfied; up to .25 only if the
covariate stands in the outcome model; above, no adjustment can rescue it. Boundaries
are inclusive and compared unrounded. A matched study can reach no more than "meets with
reservations".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from outcomes.designs.clauses import Outcome, Pretest
from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Ints, how_many
from outcomes.engine.balance import BalanceRow
from outcomes.engine.covariates import MISSING_LEVEL
from outcomes.terms import Assignment, VerdictCode

SATISFIED, ADJUSTABLE = 0.05, 0.25

WORST_FIRST = (
    VerdictCode.NO_OVERLAP,
    VerdictCode.CONFOUND_N1,
    VerdictCode.NO_PRETEST,
    VerdictCode.NOT_EQUIVALENT,
    VerdictCode.NEEDS_ADJUSTMENT_IN_MODEL,
    VerdictCode.MEETS_WITH_RESERVATIONS,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The code, the covariate that decided it with its value, and a sentence."""

    code: VerdictCode
    decided_by: str | None
    value: float | None
    text: str


def beside(verdict: Verdict, sentences: Sequence[str]) -> Verdict:
    """The same verdict, with what a reader of it must know too."""
    return replace(verdict, text=" ".join([verdict.text, *sentences]))


def judge(value: float, *, in_model: bool) -> VerdictCode:
    """The verdict on one covariate by its effect size."""
    size = abs(value)
    if size > ADJUSTABLE:
        return VerdictCode.NOT_EQUIVALENT
    if size <= SATISFIED or in_model:
        return VerdictCode.MEETS_WITH_RESERVATIONS
    return VerdictCode.NEEDS_ADJUSTMENT_IN_MODEL


def no_overlap(covariate: str | None = None) -> Verdict:
    """Nobody to compare, or a covariate that separates the groups: gravest of all."""
    because = (
        "No participant can be compared with anyone"
        if covariate is None
        else f"{covariate} alone tells who takes part, and nobody is alike in it"
    )
    return Verdict(
        VerdictCode.NO_OVERLAP,
        covariate,
        None,
        f"{because}: nothing is known of the effect. Widen the caliper, drop a "
        "covariate that decides who takes part, or find another comparison group.",
    )


def confound() -> Verdict:
    """One school in an arm; the value is that number of schools."""
    return Verdict(
        VerdictCode.CONFOUND_N1,
        None,
        1.0,
        "One group comes from a single school, so the school and the program cannot be "
        "told apart. Add schools.",
    )


def is_confounded(clusters: Ints, treated: Flags, assignment: Assignment) -> bool:
    """Whether an arm is one cluster, so that its effect is also the cluster's.

    When students are assigned one by one, a single school is no confound as long as
    some comparison students attend it too.
    """
    own, others = clusters[treated], clusters[~treated]
    if min(how_many(own), how_many(others)) > 1:
        return False
    shares_a_school = bool(np.isin(own, others).any())
    return assignment != Assignment.STUDENT or not shares_a_school


def own_pretests(design: Design, outcome: Outcome | None) -> list[Pretest]:
    """Those of the outcome's domain; before an outcome is named, all.

    A pretest that names no domain serves every outcome, as in a plain list of names.
    One that names another domain, or is another outcome's measure, does not; nor does
    it serve an outcome that names none.
    """
    if outcome is None:
        return [*design.pretests]
    domains = {one.name: one.domain for one in design.outcomes}
    own = []
    for pretest in design.pretests:
        domain = pretest.domain or domains.get(pretest.same_as, "")
        is_unsaid = not domain and not pretest.same_as
        if (
            pretest.same_as == outcome.name
            or is_unsaid
            or domain == outcome.domain != ""
        ):
            own.append(pretest)
    return own


def is_domain_unsaid(design: Design, outcome: Outcome) -> bool:
    """Whether the outcome's pretests count as its own only because nothing is said."""
    own = own_pretests(design, outcome)
    return bool(own) and not any(one.domain or one.same_as for one in own)


def judged_rows(
    rows: Sequence[BalanceRow],
    source: Mapping[str, str],
    design: Design,
    outcome: Outcome | None,
) -> tuple[list[BalanceRow], list[BalanceRow]]:
    """The rows that the verdict is on, and all others.

    source : the column a row comes from. With `equivalent_on` these and the outcome's
    own pretests are judged, without it every covariate that is matched on. Who lacks a
    fact is no measure of the baseline (decision 17); who lacks a pretest is not here.
    """
    asked = {*source.values()}
    if design.equivalent_on is not None:
        own = {pretest.name for pretest in own_pretests(design, outcome)}
        asked = {*design.equivalent_on, *own}
    judged: tuple[list[BalanceRow], list[BalanceRow]] = ([], [])
    for row in rows:
        column = source[row.covariate]
        is_flag = row.covariate == f"{column}={MISSING_LEVEL}"
        judged[is_flag or column not in asked].append(row)
    return judged


def of_baseline(
    rows: Sequence[BalanceRow], in_model: Callable[[str], bool], *, pretest: bool
) -> Verdict:
    """The verdict by effect sizes; in_model tells whether the outcome model holds a
    covariate, and is asked only where that decides; pretest : whether a row is of one.
    """
    code, worst = _worst(rows, in_model)
    if worst is None or not pretest:
        return Verdict(
            VerdictCode.NO_PRETEST,
            None,  # no covariate decides what a pretest would have to
            None,
            "There is no pretest of the outcome, so it is not established that the "
            "groups began alike. Add a baseline measure under pretests.",
        )
    name, value = worst.covariate, _size(worst)
    return Verdict(code, name, value, _text(code, name, value))


def _worst(
    rows: Sequence[BalanceRow], in_model: Callable[[str], bool]
) -> tuple[VerdictCode, BalanceRow | None]:
    """The gravest code and the largest difference that earned it."""
    judged = [(_judged(row, in_model), row) for row in rows]
    if not judged:
        return VerdictCode.MEETS_WITH_RESERVATIONS, None
    return min(judged, key=lambda j: (WORST_FIRST.index(j[0]), -abs(_size(j[1]))))


def _judged(row: BalanceRow, in_model: Callable[[str], bool]) -> VerdictCode:
    code = judge(_size(row), in_model=False)
    if code != VerdictCode.NEEDS_ADJUSTMENT_IN_MODEL:
        return code
    return judge(_size(row), in_model=in_model(row.covariate))


def _size(row: BalanceRow) -> float:
    """A difference too great to be measured counts as infinite."""
    return float("inf") if isinstance(row.judged, NotEstimable) else row.judged


def _text(code: VerdictCode, name: str, value: float) -> str:
    by = f"by {abs(value):.3g} SD" if isfinite(value) else "by more than SDs can tell"
    largest = f"The groups differ on {name} {by}"
    endings = {
        VerdictCode.NOT_EQUIVALENT: (
            f"{largest}, more than {ADJUSTABLE:g}: no adjustment can rescue that. "
            "Match more closely on it."
        ),
        VerdictCode.NEEDS_ADJUSTMENT_IN_MODEL: (
            f"{largest}, between {SATISFIED:g} and {ADJUSTABLE:g}, and it is not in "
            'the outcome model. Use estimator "g_computation".'
        ),
        VerdictCode.MEETS_WITH_RESERVATIONS: (
            f"The largest difference, on {name}, is {abs(value):.3g} SD: within "
            f"{SATISFIED:g}, or adjusted for in the outcome model."
        ),
    }
    return endings[code]
