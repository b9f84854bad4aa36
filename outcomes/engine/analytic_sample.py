"""Who is left for one outcome: their sets, how alike they are, and who is not there."""

from dataclasses import dataclass

import numpy as np

from outcomes.designs.clauses import Outcome
from outcomes.engine.attrition import AttritionRow, attrition
from outcomes.engine.balance import BalanceRow
from outcomes.engine.baseline import Baseline, balance_of, judge_sample
from outcomes.engine.broken_sets import BrokenSetsRow, broken_sets_row, mended
from outcomes.engine.matched import Matched
from outcomes.engine.sample import Sample, matched_sample
from outcomes.engine.verdict import Verdict


@dataclass(frozen=True, slots=True)
class AnalyticSample:
    """whole : the sets without those who lack the outcome; sample, balance, verdict :
    of the students in them, by their weights there."""

    whole: Matched
    sample: Sample
    balance: list[BalanceRow]
    verdict: Verdict
    broken_sets: BrokenSetsRow
    attrition: list[AttritionRow]


def analytic_sample(base: Baseline, outcome: Outcome) -> AnalyticSample:
    """Mend the sets by the design's rule, then measure balance anew on what is left."""
    matched, rule = base.arranged.matched, base.design.broken_sets
    y = base.study.outcomes[outcome.name]
    gone = np.isnan(y)
    whole = mended(matched, gone, rule)
    sample = matched_sample(base.study, whole, y)
    balance = balance_of(base, sample)
    return AnalyticSample(
        whole,
        sample,
        balance,
        verdict=judge_sample(base, sample, outcome, balance),
        broken_sets=broken_sets_row(outcome.name, matched, gone, whole, rule),
        attrition=attrition(base.study, outcome.name, y, base.weights > 0),
    )
