"""The same propensity fit in other environments: R's glm, and scikit-learn's Newton."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import matchit, peers
from benchmarks.contest import Contestant, Lap
from benchmarks.scores import COLUMNS, below, table

IN_R = Path(__file__).with_name("score.R")
BY_PEER = Path(__file__).with_name("peer_score.py")
OFF = 1e-6  # logits
Say = Callable[[list[str]], str]  # what a command prints, without its interpreter


def _lap(say: Say, n: int) -> Lap:
    x, y = table(n)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        np.vstack([x.T, y]).tofile(path)
        found = json.loads(say([str(path), str(n), str(COLUMNS)]).splitlines()[-1])
    wrong = below(x, y, np.array(found["beta"]), OFF)
    return Lap(found["seconds"], found["peak_mb"], wrong)


IN_GLM = Contestant(
    "R's glm",
    partial(_lap, lambda more: matchit.said(["--vanilla", str(IN_R), *more])),
    matchit.no_r,
)
BY_SKLEARN = Contestant(
    "scikit-learn",
    partial(_lap, lambda more: peers.said(str(BY_PEER), *more)),
    partial(peers.absent, "scikit-learn"),
)
