"""Effect sizes when only means, SDs and counts are known, as a reviewer has them."""

from dataclasses import dataclass
from math import sqrt

from scipy.special import stdtr

from outcomes.designs.errors import NotEstimable
from outcomes.engine.effect_sizes import hedges_g, small_sample


@dataclass(frozen=True, slots=True)
class Measured:
    """Means and student-level SDs of one measure in the two groups, in its units."""

    mean_t: float
    mean_c: float
    sd_t: float
    sd_c: float

    def g(self, n_t: int, n_c: int) -> float:
        difference = self.mean_t - self.mean_c
        return hedges_g(difference, self.sd_t, self.sd_c, n_t, n_c)


def adjusted_g(after: Measured, before: Measured, n_t: int, n_c: int) -> float:
    """g_after - g_before, each on its own pooled SD.

    Only for the same measure before and after, a baseline difference between .05 and
    .25, and unadjusted means. Source: WWC Procedures 4.1, p. 16. Raises NotEstimable
    without spread.
    """
    return after.g(n_t, n_c) - before.g(n_t, n_c)


@dataclass(frozen=True, slots=True)
class GError:
    """Standard error of a g, its t, and its two-sided p on N - 2 degrees of freedom."""

    std_error: float
    t: float
    p: float


def error_of_g(g: float, n_t: int, n_c: int, r2: float = 0.0) -> GError:
    """se = omega sqrt[(1-R^2)(n_T+n_C)/(n_T n_C) + g^2/(2N)], students assigned alone.

    r2 : share of variance that the covariates explain. Source: WWC Procedures 4.1,
    Appendix E. Raises NotEstimable for an empty group or R^2 outside 0 to 1.
    """
    n = n_t + n_c
    if min(n_t, n_c) < 1 or n < 3:
        raise NotEstimable("a test needs students in both groups")
    if not 0 <= r2 <= 1:
        raise NotEstimable(f"an R^2 of {r2:g} is not between 0 and 1")
    variance = (1 - r2) * n / (n_t * n_c) + g * g / (2 * n)
    std_error = small_sample(n_t, n_c) * sqrt(variance)
    if std_error == 0:
        raise NotEstimable("zero variance: nothing is left to test against")
    t = g / std_error
    return GError(std_error, t, float(2 * stdtr(n - 2, -abs(t))))
