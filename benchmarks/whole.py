"""From a table to a report: admission, score, match, balance, effect with its standard
errors, verdict; or as far as balance, which is what MatchIt and its summary do."""

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from benchmarks.contest import Contestant, Lap, best_of, peak_above
from benchmarks.districts import EFFECT, FACTS, district
from outcomes.designs.design import Design
from outcomes.engine.balance import BalanceRow, balance_table
from outcomes.engine.canonical import keys_in
from outcomes.engine.evaluate import diagnose, evaluate
from outcomes.engine.matching import Arrangement, arrange
from outcomes.engine.notices import Notices
from outcomes.engine.sample import matched_sample
from outcomes.engine.study import Study

COVARIATES = tuple(FACTS)
CELLS = {"exact": ["school", "grade"]}
METRIC = {"distance": "mahalanobis", "caliper": {}}
REUSED = {"replacement": True}
TOLERANCE = 0.1
A_SHORT_LAP = 50_000  # rows
MOST = 0.8  # of participants have a match in their own cell
ALIKE = 0.1  # SD; most that a covariate may be apart in a match that is one
ADJUSTABLE = 0.25  # the same where the nearest of few stand far away


def design(**more: object) -> Design:
    keys = {
        "unit": "student",
        "treatment": "treated",
        "outcomes": ["outcome"],
        "covariates": COVARIATES,
        "distance": "logit",
        "caliper": {"distance": {"width": 0.2}},
        "cluster": "school",
        "estimator": "g_computation",
    }
    return Design.from_dict(keys | more)


def _lap(n: int, **more: object) -> Lap:
    frame, plan = district(n).frame(), design(**more)
    repeats = _repeats(n)
    seconds, findings = best_of(lambda: evaluate(frame, plan), repeats=repeats)
    return Lap(seconds, wrong=_wrong(findings.report(), plan))


def on_score(n: int) -> Lap:
    return _lap(n)


def in_cells(n: int) -> Lap:
    return _lap(n, **CELLS)


def mahalanobis(n: int) -> Lap:
    return _lap(n, **METRIC)


def reused(n: int) -> Lap:
    return _lap(n, **REUSED)


def _repeats(n: int) -> int:
    """More of a lap of milliseconds: it is warm late, and the clock is coarse."""
    return 2 if n > A_SHORT_LAP else 10


def balanced(n: int, *, alike: float = ALIKE, **more: object) -> Lap:
    """Score, match, overlap and balance, as before a lock; no outcome is read."""
    frame, plan = district(n).frame(), design(**more)
    seconds, found = best_of(lambda: diagnose(frame, plan), repeats=_repeats(n))
    apart = [row["smd_after"] for row in found["balance"]]
    return Lap(seconds, wrong=_unbalanced(apart, alike))


def table_alone(n: int) -> Lap:
    """Score, match and the table of balance, as Python's other packages give them; the
    engine admits the table and checks each promise, but hashes and judges nothing."""
    frame, plan = district(n).frame(), design(cluster=None)

    def work() -> list[BalanceRow]:
        found = _match(plan, frame)
        return balance_table(found.study, found.matched.weights(), plan.estimand)

    seconds, table = best_of(work, repeats=_repeats(n))
    return Lap(seconds, wrong=_unbalanced([row.smd_after for row in table], ALIKE))


def effect_alone(n: int, **more: object) -> Lap:
    """Score, match and the difference of means, without its error, as some packages
    give it; the engine checks each promise."""
    frame, plan = district(n).frame(), design(cluster=None, **more)

    def work() -> float:
        found = _match(plan, frame, with_outcomes=True)
        outcome = found.study.outcomes["outcome"]
        sample = matched_sample(found.study, found.matched, outcome)
        return sample.apart(sample.treated, ~sample.treated)

    seconds, effect = best_of(work, repeats=_repeats(n))
    return Lap(seconds, wrong=_off(effect))


def memory(n: int) -> Lap:
    """The peak above what is resident once the table is there."""
    return _memory(n, lambda frame: evaluate(frame, design()))


def matching_memory(n: int, **more: object) -> Lap:
    """The same of admission, score and match alone."""
    return _memory(n, partial(_match, design(cluster=None, **more)))


def matched_in_cells(n: int) -> Lap:
    """Score and match of a table that is admitted; the engine checks each promise."""
    plan, warn = design(cluster=None, **CELLS), Notices()
    frame = district(n).frame()
    study = Study.from_frame(frame, plan, warn, with_outcomes=False)
    seconds, found = best_of(lambda: arrange(study, plan, warn), repeats=2)
    few = found.matched.n_sets < MOST * study.treated.sum()
    return Lap(seconds, wrong="many are without a match" if few else "")


def _match(
    plan: Design, frame: pd.DataFrame, *, with_outcomes: bool = False
) -> Arrangement:
    warn, keys = Notices(), keys_in(frame[plan.unit])
    study = Study.from_frame(frame, plan, warn, with_outcomes=with_outcomes, keys=keys)
    return arrange(study, plan, warn)


def _memory(n: int, work: Callable[[pd.DataFrame], object]) -> Lap:
    frame = district(n).frame()
    work(district(1000).frame())  # imports and caches are no part of it
    return Lap(1.0, peak_mb=peak_above(lambda: work(frame)))


def bytes_a_row(count: int) -> Contestant:
    """What so many bytes a row are, as one who always holds just that."""
    name = f"{count} bytes a row"
    return Contestant(name, lambda n: Lap(1.0, peak_mb=count * n / 2**20))


def _wrong(report: dict, plan: Design) -> str:
    estimate = report["effects"][0]["estimate"]
    partners = [entry["unit"] for entry in report["pairs"]]
    if not plan.replacement and len(set(partners)) < len(partners):
        return "a student stands in two pairs"
    return _off(estimate)


def _off(estimate: float) -> str:
    is_right = abs(estimate - EFFECT) <= TOLERANCE
    return "" if is_right else f"the effect is {EFFECT}, found {estimate}"


def _unbalanced(differences: Sequence[float], alike: float) -> str:
    apart = max(map(abs, differences))
    return "" if apart <= alike else f"a covariate is {apart:.2f} SD apart"
