"""What clusters take from a test that ignored them, and effect sizes across clusters.

N students in clusters of mean size n, rho the share of variance that lies between
clusters (ICC). A mean difference varies eta times as much as for unclustered students,
its usual variance estimate S^2 is gamma of the total variance on average, on h degrees
of freedom. Source: Hedges (2007), J. Educ. Behav. Stat. 32(4):341-370; WWC Procedures
5.0, Appendix E; one arm: Hedges and Citkowicz (2015), Behav. Res. Methods 47(4).
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import stdtr

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, Floats, Ints

ICC_ACHIEVEMENT = 0.20  # what the WWC assumes of test scores when the data cannot tell
ICC_OTHER = 0.10


@dataclass(frozen=True, slots=True)
class Clustering:
    """gamma : share of the total variance in S^2, 0 to 1; eta : design effect, >= 1
    when clusters are alike inside; df : h."""

    gamma: float
    eta: float
    df: float

    @property
    def small_sample(self) -> float:
        """omega_h = 1 - 3/(4h - 1). Raises NotEstimable where it is not above 0."""
        if self.df <= 1:
            raise NotEstimable("one degree of freedom is too few for a size in SDs")
        return 1 - 3 / (4 * self.df - 1)


@dataclass(frozen=True, slots=True)
class ClusterTest:
    """t, its degrees of freedom and two-sided p, clusters taken into account."""

    t: float
    df: float
    p: float


def both_arms(n_students: float, size: float, icc: float) -> Clustering:
    """Whole clusters in either arm, as when schools were assigned.

    gamma = 1 - 2(n-1)rho/(N-2); eta = 1 + (n-1)rho; h = [(N-2) - 2(n-1)rho]^2 /
    [(N-2)(1-rho)^2 + n(N-2n)rho^2 + 2(N-2n)rho(1-rho)]. Raises NotEstimable for an ICC
    outside 0 to 1 and for fewer than two clusters.
    """
    _require(icc, size, n_students, clusters=2)
    rest, apart = n_students - 2, n_students - 2 * size
    if rest <= 0:
        raise NotEstimable("two students say nothing of their spread")
    expected = rest - 2 * (size - 1) * icc
    within = rest * (1 - icc) ** 2
    between = apart * icc * (size * icc + 2 * (1 - icc))
    df = expected**2 / (within + between)
    return Clustering(expected / rest, 1 + (size - 1) * icc, df)


def one_arm(n_clustered: float, n_alone: float, size: float, icc: float) -> Clustering:
    """Clusters among participants only, as when cohorts are compared with individuals.

    gamma = 1 - (N_C+n-2)rho/(N-2); eta = 1 + (n N_C/N - 1)rho; h = [(N-2)(1-rho) +
    (N_T-n)rho]^2 / [(N-2)(1-rho)^2 + (N_T-n)n rho^2 + 2(N_T-n)(1-rho)rho]. Students
    alone vary as much as students within a cluster do. Raises NotEstimable as above.
    """
    _require(icc, size, n_clustered, clusters=1)
    n_students = n_clustered + n_alone
    rest, apart = n_students - 2, n_clustered - size
    if rest <= 0 or n_alone < 1:
        raise NotEstimable("one group is empty, or there are but two students")
    expected = rest * (1 - icc) + apart * icc
    within = rest * (1 - icc) ** 2
    between = apart * icc * (size * icc + 2 * (1 - icc))
    gamma = 1 - (n_alone + size - 2) * icc / rest
    eta = 1 + (size * n_alone / n_students - 1) * icc
    return Clustering(gamma, eta, expected**2 / (within + between))


def _require(icc: float, size: float, n_students: float, clusters: int) -> None:
    if not 0 <= icc < 1:
        raise NotEstimable(f"an ICC of {icc:g} is not between 0 and 1")
    if size < 1 or n_students < clusters * size:
        raise NotEstimable(
            f"{n_students:g} students do not fill {clusters} clusters of {size:g}"
        )


def corrected_test(t: float, clustering: Clustering) -> ClusterTest:
    """t_a = t sqrt(gamma/eta) on h degrees of freedom, for t of a test that ignored
    the clusters."""
    corrected = t * sqrt(clustering.gamma / clustering.eta)
    p = float(2 * stdtr(clustering.df, -abs(corrected)))
    return ClusterTest(corrected, clustering.df, p)


def total_g(difference: float, clustering: Clustering) -> float:
    """g_T = omega_h (b/S) sqrt(gamma): a difference in SDs of S, on the total SD."""
    return clustering.small_sample * difference * sqrt(clustering.gamma)


def total_g_error(g: float, n_t: int, n_c: int, clustering: Clustering) -> float:
    """omega_h sqrt[(1/n_T + 1/n_C) eta + g^2/2h], when the model ignored clusters."""
    variance = (1 / n_t + 1 / n_c) * clustering.eta + g * g / (2 * clustering.df)
    return clustering.small_sample * sqrt(variance)


def icc_anova(values: Floats, clusters: Ints, treated: Flags | None = None) -> float:
    """rho = (MSB - MSW)/(MSB + (n0-1) MSW), n0 = (N - sum n_g^2/N)/(G-1).

    values : (n,); clusters : (n,) codes; treated : (n,) where each cluster is in one
    arm, whose own mean then costs a degree of freedom: MSB has G - 2, and n0 = (N -
    sum n_g^2/N_arm)/(G-2). May be negative, when clusters are more alike than chance.
    Source: Fisher (1925), for unequal sizes Donner (1986). Raises NotEstimable with one
    cluster (an arm), or one student a cluster, or no variance.
    """
    _, code = np.unique(clusters, return_inverse=True)
    code = code.reshape(-1)
    sizes = np.bincount(code)
    n, count = len(values), len(sizes)
    arm = np.zeros(count, dtype=np.int64)
    if treated is not None:
        arm[code] = treated
    members = np.bincount(arm, sizes)
    apart = count - np.count_nonzero(members)
    if apart < 1 or n <= count:
        raise NotEstimable("an ICC needs 2 clusters, and 2 students in one of them")
    sums = np.bincount(code, values)
    means, means_of_arms = sums / sizes, np.bincount(arm, sums) / np.maximum(members, 1)
    between = np.sum(sizes * (means - means_of_arms[arm]) ** 2) / apart
    within = np.sum((values - means[code]) ** 2) / (n - count)
    typical = (n - np.sum(sizes**2 / members[arm])) / apart
    total = between + (typical - 1) * within
    if total <= 0:
        raise NotEstimable("zero variance: the values do not differ")
    return float((between - within) / total)
