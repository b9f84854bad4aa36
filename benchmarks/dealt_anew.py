"""`python -m benchmarks.dealt_anew [--draws N] [--seed S]`: participation by lot.

Each draw takes 300 of STAR's children, lets a lot say which 60 take part in nothing,
and asks the engine for the effect on reading after, and on reading before.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.draws import LEVEL, asked, footer, markdown
from benchmarks.star import MATHS, OUTCOME, READING, children
from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate

STUDENTS, PARTICIPANTS = 300, 60
PLAN: Mapping[str, Any] = {
    "unit": "student",
    "treatment": "treated",
    "outcomes": [OUTCOME, READING],
    "covariates": ["lunchk"],
    "pretests": [MATHS],
    "distance": "mahalanobis",
    "ratio": 2,
}
NAMES = {OUTCOME: "reading after", READING: "reading before (placebo)"}
Key = tuple[str, str]


def rejections(draws: int, seed: int = 1) -> dict[Key, float]:
    """Share of draws in which a test at 5% denies that nothing was done, by outcome and
    estimator."""
    table, design = children(), Design.from_dict(PLAN)
    denied: Counter[Key] = Counter()
    steps = track(range(draws), "by lot", console=Console(stderr=True))
    for number in steps:
        rng = np.random.default_rng([seed, number])
        some = table.iloc[rng.choice(len(table), STUDENTS, replace=False)]
        treated = np.arange(STUDENTS) < PARTICIPANTS
        report = evaluate(some.assign(treated=treated.astype(int)), design).report()
        for row in report["estimators"]:
            denied[row["outcome"], row["estimator"]] += row["p"] < LEVEL
    return {key: count / draws for key, count in denied.items()}


def main() -> None:
    wish = asked("python -m benchmarks.dealt_anew", __doc__)
    found = rejections(wish.draws, wish.seed)
    estimators = tuple(dict.fromkeys(estimator for _, estimator in found))
    rows = [
        (said, *(f"{found[outcome, estimator]:.1%}" for estimator in estimators))
        for outcome, said in NAMES.items()
    ]
    print(markdown(("outcome", *estimators), rows))
    print(f"\n{footer(wish.draws, wish.seed)}")


if __name__ == "__main__":
    main()
