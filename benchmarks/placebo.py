"""`python -m benchmarks.placebo [--draws N] [--seed S]`: programs that do nothing.

Each draw picks participants among real children anew and evaluates them with the
product's own engine. Whatever it then calls an effect is a mistake.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.draws import CR2, REPORTED, Tally, asked, draw_of, footer, markdown
from benchmarks.star import (
    MATHS,
    OUTCOME,
    PROGRAMS,
    READING,
    SCHOOL,
    children,
    whole_schools,
)
from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate

# The settings of the demo's own plans, fixed before any draw was seen.
PLAN: Mapping[str, Any] = {
    "unit": "student",
    "treatment": "treated",
    "outcomes": [{"name": OUTCOME, "confirmatory": True}],
    "covariates": ["lunchk", "birth"],
    "exact": ["gender", "is_black"],
    "distance": "logit",
    "ratio": 3,
    "caliper": {"distance": {"width": 0.2}},
    "cluster": SCHOOL,
}
PRETESTS = [READING, MATHS]
MATCHED: Mapping[str, Mapping[str, Any]] = {
    "demographics": {},
    "+ math pretest": {"pretests": [MATHS]},
    "+ both pretests": {"pretests": PRETESTS},
    "+ both, g_computation": {"pretests": PRETESTS, "estimator": "g_computation"},
}
# As the demo's plan for whole grades: schools first, then everyone inside their sets.
FIRST: Mapping[str, Any] = {
    "pretests": PRETESTS,
    "method": "full",
    "ratio": 1,
    "caliper": {},
    "match_clusters": {"ratio": 2},
}
SCHOOLS_FIRST: Mapping[str, Mapping[str, Any]] = {
    "+ both, schools first": FIRST,
    "+ both, schools first, g_computation": {**FIRST, "estimator": "g_computation"},
}
WITH_BOTH = {name: MATCHED[name] for name in [*MATCHED][2:]}
PLANS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "A whole schools": {**MATCHED, **SCHOOLS_FIRST},
    "A, luck dealt anew": {**WITH_BOTH, **SCHOOLS_FIRST},
    "B ten boys": MATCHED,
}
HEADINGS = (
    "program",
    "matched on",
    "bias, SD (± of draws)",
    "sd of estimates",
    "false: CR2",
    "false: CR1",
    "false: by set",
    "false: reported",
    "called significant",
    "verdicts",
)


def study(program: str, matched: str, draws: int, seed: int = 1) -> Tally:
    """The same draws of participants for every plan."""
    table = children()
    takes_part, outcome = PROGRAMS[program]
    assignment = "school" if takes_part is whole_schools else "student"
    keys = {**PLAN, **PLANS[program][matched], "assignment": assignment}
    design = Design.from_dict(keys)
    sd = float(table[OUTCOME].std())
    found, console = [], Console(stderr=True)
    for number in track(range(draws), f"{program}, {matched}", console=console):
        rng = np.random.default_rng([seed, number])
        dealt = {"treated": takes_part(table, rng).astype(int)}
        dealt[OUTCOME] = outcome(table, rng)
        report = evaluate(table.assign(**dealt), design).report()
        found.append(draw_of(report, 0.0, sd))
    return Tally(found)


def cells(program: str, matched: str, tally: Tally) -> tuple[str, ...]:
    kinds = (CR2, "CR1 by schoolidk", "CR1 by set", REPORTED)
    counts = ", ".join(f"{code} {n}" for code, n in tally.verdicts.most_common())
    return (
        program,
        matched,
        f"{tally.bias:+.3f} (± {tally.noise:.3f})",
        f"{tally.spread:.3f}",
        *(f"{tally.rejected(kind):.1%}" if tally.has(kind) else "" for kind in kinds),
        f"{tally.significant}",
        counts,
    )


def _rows(draws: int, seed: int) -> Iterator[tuple[str, ...]]:
    for program in PROGRAMS:
        for matched in PLANS[program]:
            yield cells(program, matched, study(program, matched, draws, seed))


def main() -> None:
    wish = asked("python -m benchmarks.placebo", __doc__)
    print(markdown(HEADINGS, [*_rows(wish.draws, wish.seed)]))
    print(f"\n{footer(wish.draws, wish.seed)}")


if __name__ == "__main__":
    main()
