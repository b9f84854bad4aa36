"""Intervals of shares where nobody, or everybody, has the outcome.

There no variance can be estimated, yet a bound can be had from counting alone.
"""

from scipy.stats import beta

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Flags, how_many
from outcomes.engine.matched import effective_size
from outcomes.engine.sample import Sample

LEVEL = 0.95


def share_interval(share: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Interval of a share, 0 to 1, that holds the truth at least as often as `level`.

    n : students, or the number they are worth once weighted. Source: Clopper and
    Pearson (1934), Biometrika 26(4); with an effective n: Korn and Graubard (1998),
    Surv. Methodol. 24(2). Raises NotEstimable for n below 1.
    """
    if n < 1:
        raise NotEstimable("a share needs at least one student")
    count, tail = share * n, (1 - level) / 2
    low = float(beta.ppf(tail, count, n - count + 1)) if share > 0 else 0.0
    high = float(beta.ppf(1 - tail, count + 1, n - count)) if share < 1 else 1.0
    return low, high


def difference_interval(
    share_t: float, n_t: float, share_c: float, n_c: float
) -> tuple[float, float]:
    """95% interval of share_t - share_c: where both shares are in intervals of 97.5%.

    Holds the truth at least as often as it says (Bonferroni), so it is rather too wide.
    """
    each = (1 + LEVEL) / 2
    (low_t, high_t), (low_c, high_c) = (
        share_interval(share_t, n_t, each),
        share_interval(share_c, n_c, each),
    )
    return low_t - high_c, high_t - low_c


def risk_interval(sample: Sample) -> tuple[float, float] | None:
    """Of the difference of a sample's shares (y 0 or 1) where one is 0 or 1; else None.

    A cluster then counts as one student: when all of a school have the outcome, that
    may be no more than one piece of news.
    """
    if not all(sample.counts):
        return None
    arms = sample.treated, ~sample.treated
    share_t, share_c = (sample.mean(arm) for arm in arms)
    if not {share_t, share_c} & {0.0, 1.0}:
        return None
    n_t, n_c = (_worth(sample, arm) for arm in arms)
    return difference_interval(share_t, n_t, share_c, n_c)


def _worth(sample: Sample, arm: Flags) -> float:
    if sample.clusters is not None:
        return float(how_many(sample.clusters[arm]))
    return effective_size(sample.weights[arm])
