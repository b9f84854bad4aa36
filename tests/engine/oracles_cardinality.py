"""The largest balanced match, by looking at every group of students."""

from itertools import combinations

import numpy as np


def most_balanced(x, treated, cells, tolerance, ratio):
    """How many participants the largest balanced group holds.

    x : (n, k) covariates; SDs are the participants' (sqrt(p(1 - p)) for 0/1 columns),
    or everyone's where they do not vary.
    """
    own, others = np.flatnonzero(treated), np.flatnonzero(~treated)
    sd = [_sd(column, treated) for column in x.T]
    for size in range(min(len(own), len(others) // ratio), 0, -1):
        for some in combinations(own, size):
            for rest in combinations(others, size * ratio):
                if (
                    _counts(cells, some * ratio) == _counts(cells, rest)
                    and (
                        np.abs(x[[*some]].mean(axis=0) - x[[*rest]].mean(axis=0))
                        <= np.multiply(sd, tolerance) + 1e-9
                    ).all()
                ):
                    return size
    return 0


def _sd(column, treated):
    own = column[treated]
    if set(column) <= {0, 1}:
        sd = np.sqrt(own.mean() * (1 - own.mean()))
    else:
        sd = np.std(own, ddof=1) if len(own) > 1 else 0
    varies = min(own) < max(own)  # equal values may have an SD of rounding
    return sd if varies else column.std()


def _counts(cells, rows):
    return sorted(cells[row] for row in rows)
