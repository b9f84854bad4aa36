"""Who is left for one outcome: their sets, how alike they are, and who is not there."""

from dataclasses import dataclass, replace

import numpy as np

from outcomes.designs.clauses import Outcome
from outcomes.engine.attrition import AttritionRow, attrition
from outcomes.engine.balance import BalanceRow
from outcomes.engine.baseline import Baseline, balance_of, judge_sample
from outcomes.engine.broken_sets import BrokenSetsRow, broken_sets_row, mended
from outcomes.engine.difference_in_differences import (
    Differenced,
    difference_in_differences,
)
from outcomes.engine.matched import Matched
from outcomes.engine.sample import Sample, matched_sample
from outcomes.engine.verdict import Verdict
from outcomes.terms import OutcomeKind, VerdictCode

MEETS = VerdictCode.MEETS_WITH_RESERVATIONS


@dataclass(frozen=True, slots=True)
class AnalyticSample:
    """whole : the sets without those who lack the outcome; sample, balance, verdict :
    of the students in them, by their weights there; differenced : their gain, where a
    pretest is the outcome's own measure."""

    whole: Matched
    sample: Sample
    balance: list[BalanceRow]
    verdict: Verdict
    broken_sets: BrokenSetsRow
    attrition: list[AttritionRow]
    differenced: Differenced | None


def analytic_sample(base: Baseline, outcome: Outcome) -> AnalyticSample:
    """Mend the sets by the design's rule, then measure balance anew on what is left."""
    matched, rule = base.arranged.matched, base.design.broken_sets
    y = base.study.outcomes[outcome.name]
    gone = np.isnan(y)
    whole = mended(matched, gone, rule)
    sample = matched_sample(base.study, whole, y)
    balance = balance_of(base, sample)
    verdict, differenced = _judged(base, sample, outcome, balance)
    return AnalyticSample(
        whole,
        sample,
        balance,
        verdict=verdict,
        broken_sets=broken_sets_row(outcome.name, matched, gone, whole, rule),
        attrition=attrition(base.study, outcome.name, y, base.weights > 0),
        differenced=differenced,
    )


def _judged(
    base: Baseline, sample: Sample, outcome: Outcome, balance: list[BalanceRow]
) -> tuple[Verdict, Differenced | None]:
    """The verdict, by a difference in differences where only that can adjust."""
    verdict = judge_sample(base, sample, outcome, balance)
    found = _differenced(base, sample, outcome)
    if found is None or not found.may_adjust(base.design):
        return verdict, found
    by_gain = judge_sample(base, sample, outcome, balance, gained=found.pretest)
    if by_gain.code == verdict.code or by_gain.code != MEETS:
        return verdict, found
    text = (
        f'{by_gain.text} Of "{found.pretest}", the same measure, the gain takes the '
        "difference out: the claim is the difference in differences."
    )
    return replace(by_gain, text=text), replace(found, rests_on=True)


def _differenced(
    base: Baseline, sample: Sample, outcome: Outcome
) -> Differenced | None:
    """None where no pretest is the outcome's own measure, or shares are compared."""
    named = [p.name for p in base.design.pretests if p.same_as == outcome.name]
    names = base.study.covariates.names
    if outcome.kind == OutcomeKind.BINARY or not named or named[0] not in names:
        return None
    before = base.study.covariates.x[sample.rows, names.index(named[0])]
    return difference_in_differences(sample, before, named[0], base.design)
