"""What protects a claim: said in warnings and in the verdict, never in the estimate."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from outcomes.designs.clauses import GapSpec, Outcome
from outcomes.designs.design import DEFAULTS, Design
from outcomes.designs.errors import NotEstimable
from outcomes.designs.uses import UNUSED, unused_keys
from outcomes.engine.arrays import Flags, Floats
from outcomes.engine.balance import BalanceRow
from outcomes.engine.cluster_sets import ClusterSets
from outcomes.engine.columns import UNKNOWN
from outcomes.engine.effect import Effect
from outcomes.engine.estimand import sought_for, target
from outcomes.engine.few_clusters import are_few
from outcomes.engine.matched import effective_size
from outcomes.engine.matching import Arrangement
from outcomes.engine.notices import Warn
from outcomes.engine.sample import Sample
from outcomes.engine.study import Study
from outcomes.engine.verdict import ADJUSTABLE, is_domain_unsaid
from outcomes.engine.whole_clusters import CLASSMATE
from outcomes.terms import (
    FEW_STUDENTS,
    PEOPLE,
    Assignment,
    Estimand,
    Estimator,
    counted,
)

SHARE_KEPT = 0.7
STUDENTS_A_COVARIATE = 5
STUDENTS_A_COEFFICIENT = 3
SHARE_OF_CLASSMATES = 0.2
UNLIKE = {  # what those who are left may not be
    Estimand.ATT: "those the program is for",
    Estimand.ATC: "like the others who did not take part",
    Estimand.ATE: "like all students",
}
ARMS = PEOPLE[Estimand.ATT], PEOPLE[Estimand.ATC]
FORBIDDING = ("few_kept", "not_clustered")  # a significant result


def of_match(study: Study, design: Design, arranged: Arrangement, warn: Warn) -> None:
    """Who was lost, who was used too often, and what the score can bear."""
    weights = arranged.matched.weights()
    own, people = target(study.treated, design.estimand), PEOPLE[design.estimand]
    kept, everyone = int((own & (weights > 0)).sum()), int(own.sum())
    if 0 < kept < everyone:
        warn(
            "participants_unmatched",
            f"{everyone - kept} of {everyone} {people} found no match: the effect "
            "is that on those who did (ATM).",
        )
    if 0 < kept < SHARE_KEPT * everyone:
        warn(
            "few_kept",
            f"Less than {SHARE_KEPT:.0%} of {people} are left; they may not be "
            f"{UNLIKE[design.estimand]}.",
        )
    if everyone < FEW_STUDENTS or 0 < kept < FEW_STUDENTS:
        warn(
            "below_minimum",
            f"There are fewer than {FEW_STUDENTS} {people} here, too few to claim "
            "anything; pool cohorts or years.",
        )
    _of_reuse(study.treated, weights, design.estimand, warn)
    _of_rows(study, weights > 0, warn)
    _of_score(study, design, arranged, warn)


def _of_reuse(treated: Flags, weights: Floats, estimand: Estimand, warn: Warn) -> None:
    """The worth of each arm that is weighted."""
    weighted = ~sought_for(treated, estimand)
    for whose, arm in ((Estimand.ATC, ~treated), (Estimand.ATT, treated)):
        used = weights[weighted & arm & (weights > 0)]
        worth = effective_size(used)
        if 0 < worth < FEW_STUDENTS:
            warn(
                "few_comparisons",
                f"Once weighted, {len(used)} {PEOPLE[whose]} count for {worth:.1f}.",
            )


def _of_rows(study: Study, used: Flags, warn: Warn) -> None:
    """Rows of one student are alike, and only a cluster that holds them all knows."""
    if study.repeats is None or study.clusters is None:
        return
    persons, clusters = study.repeats.persons[used], study.clusters[used]
    in_clusters = np.unique(np.column_stack([persons, clusters]), axis=0)[:, 0]
    several = int((np.unique(in_clusters, return_counts=True)[1] > 1).sum())
    if several:
        warn(
            "student_in_two_clusters",
            f"{several} students stand in the sample at several entries and in another "
            "cluster at each: standard errors treat these rows as different students.",
        )


def _of_score(study: Study, design: Design, arranged: Arrangement, warn: Warn) -> None:
    count = study.covariates.model.shape[1]
    if arranged.space is None or not design.has_score or not count:
        return
    if study.treated.sum() < STUDENTS_A_COVARIATE * count:
        warn(
            "many_covariates",
            f"{int(study.treated.sum())} participants are too few for a score of "
            f"{count} covariate columns; name fewer, or use a Mahalanobis distance on "
            "the pretests.",
        )


def of_balance(rows: list[BalanceRow], warn: Warn) -> None:
    """A match that left the largest difference as it was, or made it larger."""
    before, after = _largest(rows, "smd_before"), _largest(rows, "smd_after")
    if after > 0.05 and after >= before:
        warn(
            "no_better",
            f"Matching did not bring the groups closer: the largest standardised "
            f"difference was {before:.3g} and is {after:.3g}.",
        )


def _largest(rows: list[BalanceRow], name: str) -> float:
    sizes = [getattr(row, name) for row in rows]
    return max((abs(s) for s in sizes if not isinstance(s, NotEstimable)), default=0.0)


def of_others(rows: Sequence[BalanceRow], warn: Warn) -> None:
    """Covariates that the verdict is not on, and that differ widely all the same."""
    apart = [
        f"{row.covariate} ({row.judged:.3g} SD)"
        for row in rows
        if not isinstance(row.judged, NotEstimable) and abs(row.judged) > ADJUSTABLE
    ]
    if apart:
        warn(
            "imbalance",
            f"The verdict is not on them, but the groups differ by more than "
            f"{ADJUSTABLE:g} SD on {', '.join(apart)}.",
        )


def of_domain(design: Design, outcome: Outcome, warn: Warn) -> None:
    """A planned outcome whose pretest may be of another subject."""
    if outcome.confirmatory and is_domain_unsaid(design, outcome):
        warn(
            "domain_unsaid",
            f'No pretest is said to be of the domain of "{outcome.name}", so that any '
            "counts as its own; a pretest of another subject would show little. Name "
            "the domain of both, or same_as.",
        )


def of_design(study: Study, design: Design, warn: Warn) -> None:
    """A design whose keys, errors or groups promise more than they hold."""
    for sentence in unused_keys(design.to_dict(), DEFAULTS).values():
        warn(UNUSED, sentence)
    if design.assignment != Assignment.STUDENT and not design.cluster:
        warn(
            "not_clustered",
            "Whole schools or grades were assigned, but the design names no cluster: "
            "standard errors are too small. Set cluster to the school.",
        )
    loose = [d for d in study.groups if d not in design.exact]
    if loose:
        warn(
            "groups_not_exact",
            f"Students were not matched within {', '.join(loose)}: effects by group "
            "compare those of a group with the weights of the whole match.",
        )


def of_cluster_sets(study: Study, found: ClusterSets, warn: Warn) -> None:
    """Participants' clusters that no other is like, and programs that left many out."""
    assert study.whole is not None
    everyone = int(study.whole.treated.sum())
    lost = everyone - int((found.number[study.whole.treated] != UNKNOWN).sum())
    if lost:
        warn(
            "clusters_unmatched",
            f"{lost} of {everyone} clusters with participants found no cluster to be "
            "compared with; the report names them under clusters.",
        )
    mates = sum(e.comparison for e in study.excluded if e.reason == CLASSMATE)
    inside = mates + int(study.treated.sum())
    if mates > SHARE_OF_CLASSMATES * inside:
        warn(
            "clusters_not_whole",
            f"{mates} of {inside} students in participants' clusters do not take part: "
            "where somebody chose among them, clusters say little of who was chosen. "
            "Compare students instead.",
        )


def of_outcome(study: Study, name: str, y: Floats, weights: Floats, warn: Warn) -> None:
    """Leavers differ: how many matched students have no outcome, by arm."""
    gone = np.isnan(y) & (weights > 0)
    if gone.any():
        lost = [
            counted(int((gone & arm).sum()), f"matched {people}")
            for arm, people in zip((study.treated, ~study.treated), ARMS, strict=True)
        ]
        warn(
            "outcome_missing",
            f'{" and ".join(lost)} have no "{name}"; they and what they leave of their '
            "sets are not in the analytic sample.",
        )


def of_spread(name: str, sample: Sample, warn: Warn) -> None:
    """An outcome on which the students of either arm are all alike."""
    arms = [sample.y[arm] for arm in (sample.treated, ~sample.treated)]
    if all(len(y) and y.min() == y.max() for y in arms):
        warn(
            "zero_variance",
            f'Within each group everybody has the same "{name}": the difference is '
            "shown in points only, without a p-value; one of shares has an interval.",
        )


def of_gap(spec: GapSpec, n_reference: int, warn: Warn) -> None:
    """A gap to a reference group that is hardly there."""
    if n_reference < FEW_STUDENTS:
        warn(
            "reference_unavailable",
            f"Fewer than {FEW_STUDENTS} students of the reference group "
            f'"{spec.reference}" ({spec.dimension}) are in the analytic sample of '
            f'"{spec.outcome}": no gap to it can be claimed; pool years, or choose '
            "another reference.",
        )


def of_groups(
    sizes: Mapping[str, int], coefficients: int, design: Design, warn: Warn
) -> None:
    """Groups in which a number tells of single students, or a model fits chance.

    sizes : the smaller arm of each group; coefficients : of one arm's model.
    """
    few = [group for group, size in sizes.items() if 0 < size < FEW_STUDENTS]
    if few:
        warn(
            "small_groups",
            f"{', '.join(few)}: fewer than {FEW_STUDENTS} students on one side, so a "
            "number says more about them than about the program, and anyone who knows "
            "them may read from it how they did. Do not publish it, nor anything it "
            "can be worked out from; join groups, or pool years.",
        )
    enough = STUDENTS_A_COEFFICIENT * coefficients
    thin = [group for group, size in sizes.items() if 0 < size < enough]
    if thin and design.estimator != Estimator.DIFFERENCE:
        warn(
            "thin_groups",
            f"{', '.join(thin)}: fewer than {enough} students in an arm are too few "
            f"for its model of {coefficients} coefficients, and intervals are too "
            'narrow; name fewer covariates, or use estimator "difference".',
        )


def held_back(found: Effect, said: Collection[str]) -> tuple[str, ...]:
    """Codes of what forbids to call an effect significant, however small its p.

    said : codes of the warnings about the match, which holds for every outcome.
    """
    n_treated, n_comparison = found.sample.counts
    of_sample = {
        "below_minimum": min(n_treated, n_comparison) < FEW_STUDENTS,
        "few_comparisons": found.sample.ess_comparison < FEW_STUDENTS,
        "few_clusters": has_few_clusters(found),
    }
    of_match = [code for code in FORBIDDING if code in said]
    return (*of_match, *(code for code, is_so in of_sample.items() if is_so))


def has_few_clusters(found: Effect) -> bool:
    """Under 20 clusters with participants, or under 10 degrees of freedom."""
    sample, inference = found.sample, found.inference
    if sample.clusters is None or isinstance(inference.df, NotEstimable):
        return False
    few = are_few(sample.treated_clusters, inference.df)
    return few or inference.is_widest


def of_clusters(found: Effect, design: Design, warn: Warn) -> None:
    """An interval that rests on few clusters."""
    if has_few_clusters(found):
        shown = (
            "the widest of several intervals and the largest p are reported"
            if found.inference.is_widest
            else "the interval has the degrees of freedom of the smaller arm"
        )
        warn(
            "few_clusters",
            f"Few participants' clusters ({design.cluster}) or degrees of freedom: "
            f"{shown}, and nothing is called significant.",
        )
