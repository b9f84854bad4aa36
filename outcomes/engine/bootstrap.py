"""Bootstrap: the standard error from drawing whole clusters or matched sets anew.

The match and its weights stay as they are. Sources: Cameron, Gelbach and Miller (2008),
Rev. Econ. Stat. 90(3):414-427, for clusters; Abadie and Spiess (2022), J. Am. Stat.
Assoc. 117(538):983-995, for sets of pairs without replacement.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.covariance import Spread
from outcomes.engine.sample import Sample
from outcomes.engine.tasks import Block, blocks_of_draws, run

DRAWS = 2000
UNDEFINED = 0.05  # of the draws, at most, may have no estimate


def bootstrap(
    sample: Sample,
    estimate: Callable[[Sample], float],
    units: Ints,
    seed: int,
    draws: int = DRAWS,
) -> Spread:
    """SD of the estimate over draws of as many units with replacement; df G - 1.

    units : (m,) codes 0..G-1. estimate may run in another process, and raises
    NotEstimable where a draw has none. Raises NotEstimable below two units, and when
    more than 5% of the draws have no estimate.
    """
    count = int(units.max(initial=-1)) + 1
    if count < 2:
        raise NotEstimable("drawing anew needs two clusters or sets")
    task = partial(_estimates, sample, estimate, units)
    found = np.concatenate(run(task, blocks_of_draws(seed, draws)))
    known = found[~np.isnan(found)]
    if len(known) < (1 - UNDEFINED) * draws:
        raise NotEstimable(
            f"{draws - len(known)} of {draws} draws have no effect: too few clusters "
            "or sets hold each group"
        )
    return Spread(float(known.std(ddof=1)), float(count - 1))


def _estimates(
    sample: Sample, estimate: Callable[[Sample], float], units: Ints, block: Block
) -> Floats:
    """(b,) one a draw, NaN where there is none."""
    random, count = block.random(), int(units.max()) + 1
    found = np.full(block.draws, np.nan)
    for i in range(block.draws):
        times = np.bincount(random.integers(count, size=count), minlength=count)
        drawn = np.repeat(np.arange(len(units)), times[units])
        try:
            found[i] = estimate(sample.where(drawn))
        except NotEstimable:
            continue
    return found
