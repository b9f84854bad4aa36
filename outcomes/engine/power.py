"""The smallest effect a design can be expected to see, before any outcome is read.

MDES = M sqrt(variance), M = t_.975 + t_.80 (5% two-sided, 80% power). Source: Bloom
(1995), Eval. Rev. 19(5):547-556; cluster form as in Bloom et al. (2007).
"""

from math import sqrt

from scipy.special import stdtrit

from outcomes.designs.errors import NotEstimable


def multiplier(df: float) -> float:
    """t_.975 + t_.80 at df degrees of freedom."""
    if df < 1:
        raise NotEstimable("too few students to speak of power")
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
