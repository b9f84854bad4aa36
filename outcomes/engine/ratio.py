"""How many comparison students each participant is to be given.

Source: Ming and Rosenbaum (2000), Biometrics 56(1):118-124; MatchIt, min.controls and
max.controls.
"""

import numpy as np

from outcomes.designs.design import Design
from outcomes.engine.arrays import Floats, Ints


def sought_each(turns: Ints, pool: Ints, score: Floats | None, design: Design) -> Ints:
    """(t,) how many comparison students each participant seeks.

    turns : (t,) rows of participants; pool : (c,) of comparison students; score : (n,),
    not needed where all seek as many. With `min_ratio` and `max_ratio` everyone seeks
    the least; what is left of `ratio` on average goes to those whose score is most like
    that of comparison students, the most to each, the remainder to the next of them.
    """
    least, most = design.ratios
    if least == most or score is None:
        return np.full(len(turns), design.ratio)
    rows = np.sort(turns)  # canonical, so that equal scores fall alike in any order
    is_above = len(pool) > 0 and score[rows].mean() > score[pool].mean()
    sign = -1 if is_above else 1
    far_first = rows[np.argsort(sign * score[rows], kind="stable")]
    left = (design.ratio - least) * len(rows)
    behind = np.arange(len(rows))[::-1]
    each = np.zeros(len(score), dtype=np.int64)
    each[far_first] = least + np.clip(left - (most - least) * behind, 0, most - least)
    return each[turns]
