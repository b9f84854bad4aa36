"""How much a hidden factor would have to do to change the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import binom, rankdata

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats
from outcomes.terms import ALPHA

LOG_RATIO = 0.91  # log risk ratio an SD of effect stands for
LARGEST = 700.0  # the log of a risk ratio, just within what a number can hold
FEWEST_PAIRS = 10  # the normal approximation of the signed rank is poor below
LARGEST_GAMMA = 1000.0


def e_value(d: float) -> float:
    """How strong a hidden factor would have to be to explain an effect of d SD away.

    The risk ratio it needs with both participation and outcome: RR = exp(.91 |d|),
    E = RR + sqrt(RR (RR - 1)). Source: VanderWeele and Ding (2017), Ann. Intern. Med.
    167(4):268-274. Raises NotEstimable for an effect of hundreds of SDs, which no
    factor could make.
    """
    if LOG_RATIO * abs(d) > LARGEST:
        raise NotEstimable("the effect is beyond what a risk ratio can hold")
    ratio = exp(LOG_RATIO * abs(d))
    return ratio * (1 + sqrt(1 - 1 / ratio))


def e_value_of_limit(d: float, half: float) -> float:
    """The same for the near end of the interval d -/+ half, 1 where it holds zero.

    The source's .91 d -/+ 1.78 se is an interval of normal reach; ours are of t.
    """
    return e_value(max(abs(d) - half, 0.0))


@dataclass(frozen=True, slots=True)
class SignedRank:
    """pairs : how many differ; rank_sum : W, of those in the direction of the claim."""

    pairs: int
    rank_sum: float

    def largest_p(self, gamma: float) -> float:
        """Largest one-sided p of the test when hidden bias may reach gamma.

        gamma : odds >= 1 by which two matched students may differ in their chance to
        take part. With p+ = G/(1+G), z = (W - p+ n(n+1)/2) / sqrt(p+ (1-p+)
        n(n+1)(2n+1)/6). Source: Rosenbaum (2002), Observational Studies, 4.3.
        """
        n, chance = self.pairs, gamma / (1 + gamma)
        spread = sqrt(chance * (1 - chance) * n * (n + 1) * (2 * n + 1) / 6)
        return float(ndtr(-(self.rank_sum - chance * n * (n + 1) / 2) / spread))


def signed_rank(differences: Floats) -> SignedRank:
    """Wilcoxon's statistic of pairs: zeros are left out, ties get mean ranks.

    differences : (n,) participant minus comparison of each pair, in the direction of
    the claim. Raises NotEstimable under 10 pairs that differ.
    """
    moved = differences[differences != 0]
    n = len(moved)
    if n < FEWEST_PAIRS:
        raise NotEstimable(f"{n} pairs differ, a signed rank test needs {FEWEST_PAIRS}")
    return SignedRank(n, float(np.sum(rankdata(np.abs(moved))[moved > 0])))


def mcnemar_p(favourable: int, discordant: int, gamma: float) -> float:
    """Largest one-sided p for pairs with a yes/no outcome: P(B >= favourable).

    discordant : pairs whose members differ; favourable : those where the participant
    has the outcome; B is Binomial(discordant, G/(1+G)). Source: Rosenbaum (2002), 4.3.
    """
    if discordant < 1:
        raise NotEstimable("no pair differs in the outcome")
    return float(binom.sf(favourable - 1, discordant, gamma / (1 + gamma)))


def gamma_at(largest_p: Callable[[float], float]) -> float:
    """The bias gamma >= 1 at which a finding stops being significant at .05.

    largest_p : p as a growing function of gamma. Raises NotEstimable when the finding
    is not significant even without hidden bias, or still is at gamma 1000.
    """
    if largest_p(1.0) >= ALPHA:
        raise NotEstimable("not significant even without hidden bias")
    if largest_p(LARGEST_GAMMA) < ALPHA:
        raise NotEstimable(f"still significant at a bias of {LARGEST_GAMMA:g}")
    return float(brentq(lambda g: largest_p(g) - ALPHA, 1.0, LARGEST_GAMMA))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What leaving a known covariate out would have done, as a yardstick.

    shift : estimate without it minus estimate with it; times_needed : how many times as
    strong a hidden factor must be to leave no effect.
    """

    shift: float
    times_needed: float
    text: str


def omitted_covariate(estimate: float, without: float, name: str) -> Benchmark:
    """Compare an estimate with the one from the same design but without `name`.

    A hidden factor s times as strong, left out likewise, moves the estimate by s shift:
    where shift has the sign of the estimate, that much of it may be bias; where not,
    what is like the covariate hides an effect, and only what works the other way can
    have made one up. Source: the benchmarks of Cinelli and Hazlett (2020), J. R.
    Stat. Soc. B 82(1):39-67, in units of the estimate. Raises NotEstimable when leaving
    the covariate out changes nothing.
    """
    shift = without - estimate
    if shift == 0:
        raise NotEstimable(f'leaving out "{name}" does not move the estimate')
    times = abs(estimate / shift)
    opposite = "" if estimate * shift > 0 else ", working the other way,"
    text = (
        f'Leaving out "{name}" would have moved the estimate by {shift:+.3g}, from '
        f"{estimate:.3g} to {without:.3g}; a hidden factor {times:.2g} times as "
        f"strong{opposite} would leave no effect."
    )
    return Benchmark(shift, times, text)
