"""The error of a contrast when students hang together in two ways at once."""

import numpy as np

from outcomes.designs.errors import NotEstimable
from outcomes.engine.arrays import Floats, Ints
from outcomes.engine.covariance import Spread, cr1
from outcomes.engine.linear import Fit


def two_way(fit: Fit, contrast: Floats, first: Ints, second: Ints) -> Spread:
    """V_first + V_second - V_both by CR1, df the smaller number of clusters less 1.

    contrast : (k,); first, second : (n,) codes 0..G-1, such as matched set and student
    (matching with replacement) or school. Source: Cameron, Gelbach and Miller (2011);
    for matching Austin and Cafri (2020), Stat. Med. 39(11):1623-1640. Raises
    NotEstimable when the sum is not positive, which can happen with few clusters.
    """
    _, both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)
    ways = [cr1(fit, contrast, way) for way in (first, second, both.reshape(-1))]
    variances = [way.std_error**2 for way in ways]
    total = variances[0] + variances[1] - variances[2]
    if total <= 0:
        raise NotEstimable("the two-way variance is not positive; cluster one way")
    return Spread(float(np.sqrt(total)), min(ways[0].df, ways[1].df))
