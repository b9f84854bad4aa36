"""What the program seems to have done before it began: it can only have done nothing.

The design is carried out one step earlier, on a measure of before the program. What it
finds there is no effect but the bias of the comparison, or chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from outcomes.designs.before import design_before
from outcomes.designs.clauses import Placebo
from outcomes.designs.design import Design
from outcomes.designs.errors import EngineError, NotEstimable
from outcomes.engine.analytic_sample import analytic_sample
from outcomes.engine.baseline import establish, silent
from outcomes.engine.effect import Effect, effect
from outcomes.engine.estimable import known
from outcomes.engine.notices import Warn
from outcomes.engine.sample import unmatched_sample
from outcomes.engine.tasks import run
from outcomes.engine.verdict import Verdict, beside
from outcomes.terms import Estimator, VerdictCode

NO_SD = NotEstimable("only the points and Hedges' g are asked for")


@dataclass(frozen=True, slots=True)
class PlaceboRow:
    """pretests : what the earlier match rests on; left_out : what it did without;
    found : None where reason says why there is no effect to speak of."""

    placebo: Placebo
    pretests: tuple[str, ...]
    left_out: tuple[str, ...]
    verdict: VerdictCode | None
    found: Effect | None
    reason: NotEstimable | None

    @property
    def moved(self) -> bool | None:
        """Whether the 95% interval leaves out 0; None without an interval."""
        if self.found is None or isinstance(self.found.inference.ci_low, NotEstimable):
            return None
        low, high = self.found.inference.ci_low, self.found.inference.ci_high
        return known(low) > 0 or known(high) < 0

    @property
    def text(self) -> str:
        """One sentence for a reader who knows no statistics."""
        name = self.placebo.name
        if self.found is None or self.moved is None:
            return f"Whether it moved {name} before it began cannot be told."
        inference = self.found.inference
        size = (
            f"{_points(known(self.found.estimate))} (95% interval "
            f"{_points(known(inference.ci_low))} to "
            f"{_points(known(inference.ci_high))})"
        )
        if self.moved:
            return (
                f'The program "moves" {name} by {size} before it began, which it '
                f"cannot have done. {self._else}the groups differ in something that "
                "was not matched, and the effects may hold as much of it."
            )
        return (
            f"{name}, of before the program began, is not seen to move: {size}. A "
            "difference within that interval would not have been seen."
        )

    @property
    def _else(self) -> str:
        """What a placebo that moved may mean beside a bias of the design."""
        chance = "Unless this is chance, as it is in one such test of twenty, "
        if not self.left_out:
            return chance
        left_out = ", ".join(self.left_out)
        return (
            f"{chance}or participants were chosen by {left_out}, which the design "
            "itself matches on and this test must not, "
        )


def placebo_rows(frame: pd.DataFrame, design: Design, hashed: str) -> list[PlaceboRow]:
    """One a placebo of the design, by its own method, estimator and inference.

    frame : the table of the study, in which no outcome is read; hashed : its input
    hash. Source: placebo outcomes as in Imbens and Rubin (2015), Causal Inference,
    ch. 21.
    """
    return run(partial(_row, frame, design, hashed), design.placebo)


def _row(
    frame: pd.DataFrame, design: Design, hashed: str, placebo: Placebo
) -> PlaceboRow:
    earlier = design_before(design, placebo)
    left_out = [n for n in design.matched_on if n not in earlier.matched_on]
    made = partial(
        PlaceboRow, placebo, tuple(p.name for p in earlier.pretests), tuple(left_out)
    )
    try:
        base = establish(frame, earlier, silent, with_outcomes=True, hashed=hashed)
        left = analytic_sample(base, earlier.outcomes[0])
        everyone = unmatched_sample(
            base.study, base.study.outcomes[placebo.name], earlier.estimand
        )
        sample = everyone if earlier.estimator == Estimator.AIPW else left.sample
        found = effect(sample, earlier, earlier.outcomes[0], NO_SD)
        known(found.estimate)
    except EngineError as refusal:
        return made(None, None, NotEstimable(str(refusal)))
    return made(left.verdict.code, found, None)


def _points(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def beside_verdict(verdict: Verdict, rows: Sequence[PlaceboRow], warn: Warn) -> Verdict:
    """A comparison that finds an effect where there can be none says so itself."""
    moved = [row.text for row in rows if row.moved]
    for text in moved:
        warn("placebo_moved", text)
    return beside(verdict, moved)


def placebo_section(rows: Sequence[PlaceboRow]) -> list[dict[str, Any]]:
    """The rows as the report prints them."""
    return [{**_head(row), **_numbers(row), "text": row.text} for row in rows]


def _head(row: PlaceboRow) -> dict[str, Any]:
    n_treated, n_comparison = row.found.sample.counts if row.found else (None, None)
    return {
        "outcome": row.placebo.name,
        "pretests": list(row.pretests),
        "left_out": list(row.left_out),
        "n_treated": n_treated,
        "n_comparison": n_comparison,
        "verdict": row.verdict,
        "moved": row.moved,
    }


def _numbers(row: PlaceboRow) -> dict[str, Any]:
    if row.found is None:
        names = ("estimate", "std_error", "ci_low", "ci_high", "p", "hedges_g")
        return {"se_kind": None, **dict.fromkeys(names, row.reason)}
    inference = row.found.inference
    return {
        "estimate": row.found.estimate,
        "std_error": inference.std_error,
        "se_kind": inference.se_kind,
        "ci_low": inference.ci_low,
        "ci_high": inference.ci_high,
        "p": inference.p,
        "hedges_g": row.found.hedges_g,
    }
