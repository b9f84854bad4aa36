"""The smallest effect a design can be expected to see, before any outcome is read.

MDES = M sqrt(variance), M = t_.975 + t_.80 (5% two-sided, 80% power). Source: Bloom
(1995), Eval. Rev. 19(5):547-556; cluster form as in Bloom et al. (2007).
"""

from math import sqrt

from scipy.special import stdtrit

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import how_many
from outcomes.engine.clustering import ICC_ACHIEVEMENT
from outcomes.engine.estimable import Number, attempt
from outcomes.engine.sample import Sample
from outcomes.terms import Assignment


def multiplier(df: float) -> float:
    """t_.975 + t_.80 at df degrees of freedom."""
    if df < 1:
        raise NotEstimable("too few students for any power")
    return float(stdtrit(df, 0.975) + stdtrit(df, 0.8))


def mdes(n_t: float, n_c: float, *, r2: float = 0.0, covariates: int = 0) -> float:
    """In SDs, for students assigned one by one; r2 is explained by the covariates."""
    n = n_t + n_c
    if min(n_t, n_c) <= 0:
        raise NotEstimable("one group is empty")
    share = n_t / n
    return multiplier(n - 2 - covariates) * sqrt((1 - r2) / (share * (1 - share) * n))


def mdes_of_clusters(
    clusters_t: int,
    clusters_c: int,
    size: float,
    *,
    icc: float,
    r2_within: float = 0.0,
    r2_between: float = 0.0,
    covariates: int = 0,
) -> float:
    """In SDs, for whole clusters of `size` students; icc is the share between them."""
    if min(clusters_t, clusters_c) <= 0:
        raise NotEstimable("one group is empty")
    count = clusters_t + clusters_c
    share = clusters_t / count
    each = share * (1 - share) * count
    variance = icc * (1 - r2_between) / each
    variance += (1 - icc) * (1 - r2_within) / (each * size)
    return multiplier(count - 2 - covariates) * sqrt(variance)


def mdes_of_cohorts(n_t: float, n_c: float, cohorts: int, *, icc: float) -> float:
    """In SDs, for participants who come in cohorts that share a luck of their own, and
    comparison students who do not.

    Variance icc / J + (1 - icc)(1/n_t + 1/n_c) of J cohorts, Welch's degrees of freedom
    with J - 1 for the cohorts. Source: Hedges and Citkowicz (2015), Behav. Res. Methods
    47(4):1295-1308, one arm clustered; Welch (1947).
    """
    if min(n_t, n_c) <= 0:
        raise NotEstimable("one group is empty")
    if cohorts < 2 or n_c <= 1:
        raise NotEstimable("one cohort alone does not show how cohorts vary")
    own, others = icc / cohorts + (1 - icc) / n_t, (1 - icc) / n_c
    df = (own + others) ** 2 / (own**2 / (cohorts - 1) + others**2 / (n_c - 1))
    return multiplier(df) * sqrt(own + others)


def power_row(sample: Sample, design: Design) -> dict[str, object]:
    """The smallest effect that a sample of this size can be expected to show, and with
    clusters the same where a fifth of the variance lies between them, as the WWC
    assumes of achievement."""
    whole = design.assignment != Assignment.STUDENT and sample.clusters is not None
    if whole:
        alike = smallest = attempt(_of_whole_clusters, sample)
    else:
        smallest = attempt(mdes, sample.ess_treated, sample.ess_comparison)
        alike = attempt(_of_cohorts, sample)
    return {
        "mdes": smallest,
        "icc": None if sample.clusters is None else ICC_ACHIEVEMENT,
        "mdes_with_icc": alike,
        "text": _text(smallest, alike, sample.treated_clusters, whole=whole),
    }


def _of_whole_clusters(sample: Sample) -> float:
    codes, t = sample.clusters, sample.treated
    assert codes is not None
    own, others = how_many(codes[t]), how_many(codes[~t])
    size = len(sample.rows) / max(own + others, 1)
    return mdes_of_clusters(own, others, size, icc=ICC_ACHIEVEMENT)


def _of_cohorts(sample: Sample) -> float:
    if sample.clusters is None:
        raise NotEstimable("the design names no cluster")
    arms, cohorts = (sample.ess_treated, sample.ess_comparison), sample.treated_clusters
    return mdes_of_cohorts(*arms, cohorts, icc=ICC_ACHIEVEMENT)


def _text(smallest: Number, alike: Number, cohorts: int, *, whole: bool) -> str:
    if isinstance(smallest, NotEstimable):
        return "There are too few students to detect an effect of any size."
    seen = (
        f"This design can detect an effect of {smallest:.2f} SD or more (80% power, 5% "
        "two-sided), before covariates sharpen it."
    )
    if whole:
        return (
            f"{seen} It assumes that a fifth of the variance lies between schools "
            f"(ICC {ICC_ACHIEVEMENT:.2f})."
        )
    if not cohorts:
        return seen
    optimistic = (
        "That is optimistic: it takes participants of one school to be no more alike "
        "than others."
    )
    if isinstance(alike, NotEstimable):
        return f"{seen} {optimistic} With one school alone nothing could be detected."
    return (
        f"{seen} {optimistic} Were a fifth of the variance between the schools of "
        f"participants (ICC {ICC_ACHIEVEMENT:.2f}), it could detect {alike:.2f} SD."
    )
