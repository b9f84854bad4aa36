"""Standardised differences as the What Works Clearinghouse defines them.

Source: WWC Procedures Handbook 4.1, pp. 15-16 and Appendix E. Means may be adjusted or
weighted; SDs are always the unadjusted ones of the students themselves.
"""

from math import log, sqrt

from scipy.special import ndtr

from outcomes.designs.errors import NotEstimable

COX = 1.65  # SDs of the logistic distribution to those of the normal one
ROUNDING = 1e-12  # a weighted or adjusted share this near 0 or 1 is 0 or 1


def small_sample(n_t: int, n_c: int) -> float:
    """omega = 1 - 3/(4N - 9), which takes out the upward bias of a small sample.

    Raises NotEstimable under four students: of three it makes every size 0.
    """
    if n_t + n_c < 4:
        raise NotEstimable("three students are too few for a size in SDs")
    return 1 - 3 / (4 * (n_t + n_c) - 9)


def pooled_sd(sd_t: float, sd_c: float, n_t: int, n_c: int) -> float:
    """SD within the groups. Raises NotEstimable without spread."""
    if n_t + n_c < 3:
        raise NotEstimable("fewer than three students")
    pooled = sqrt(((n_t - 1) * sd_t**2 + (n_c - 1) * sd_c**2) / (n_t + n_c - 2))
    if pooled == 0:
        raise NotEstimable("zero variance: nobody differs within the groups")
    return pooled


def hedges_g(difference: float, sd_t: float, sd_c: float, n_t: int, n_c: int) -> float:
    """omega (m_T - m_C) / S_pooled, from the difference of means in points."""
    return small_sample(n_t, n_c) * difference / pooled_sd(sd_t, sd_c, n_t, n_c)


def cox_index(p_t: float, p_c: float, n_t: int, n_c: int) -> float:
    """omega [logit p_T - logit p_C] / 1.65 for shares.

    Two equal shares differ by 0. Otherwise a share of 0 or 1 raises NotEstimable: its
    logit is infinite, and adding half a student would invent the answer.
    """
    if abs(p_t - p_c) <= ROUNDING:
        return 0.0
    if not all(ROUNDING < share < 1 - ROUNDING for share in (p_t, p_c)):
        raise NotEstimable("a share of 0 or 1 has no logit")
    log_odds = log(p_t / (1 - p_t)) - log(p_c / (1 - p_c))
    return small_sample(n_t, n_c) * log_odds / COX


def improvement_index(g: float) -> float:
    """100 (Phi(g) - .5): the rise in rank of an average comparison student."""
    return float(100 * (ndtr(g) - 0.5))
