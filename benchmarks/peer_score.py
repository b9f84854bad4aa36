"""scikit-learn's half of the propensity fit, by the interpreter that has it: the file
of benchmarks/scores_elsewhere.py in, seconds of the clock as JSON out."""

import json
import resource
import sys
from time import perf_counter

import numpy as np
from sklearn.linear_model import LogisticRegression

SETTLED = 1e-8  # mean slope; by default it stops where a logit is .005 off


def main(path: str, n: int, k: int) -> None:
    table = np.fromfile(path).reshape(k + 1, n)
    x, y = np.ascontiguousarray(table[:k].T), table[k] > 0
    model = LogisticRegression(
        solver="newton-cholesky",
        C=np.inf,  # no penalty
        fit_intercept=False,
        tol=SETTLED,
    )
    model.fit(x[:1000], y[:1000])  # the first call imports for seconds
    start = perf_counter()
    model.fit(x, y)
    seconds = perf_counter() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    beta = model.coef_[0].tolist()
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "beta": beta}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
