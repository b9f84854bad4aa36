"""Many evaluations of one plan with a known truth, and what they tell of it."""

import argparse
import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from platform import python_version
from typing import Any

import numpy as np
from scipy.special import stdtr

from outcomes.engine.findings import versions

LEVEL = 0.05
REPORTED, CR2 = "reported", "CR2"


@dataclass(frozen=True)
class Draw:
    """One evaluation. error : estimate minus truth, in SD; p : of a test that the
    effect is the truth, by the kind of its standard error; covers : whether the
    reported 95% interval holds the truth."""

    error: float
    p: dict[str, float]
    covers: bool
    verdict: str
    is_significant: bool


def draw_of(report: dict[str, Any], truth: float, sd: float) -> Draw:
    """truth in points; sd : points of one SD."""
    row = report["effects"][0]
    error = row["estimate"] - truth
    kinds = {it["se_kind"]: it for it in (row, *row["alternatives"])}
    kinds |= {REPORTED: row}
    p = {kind: _p(error, it) for kind, it in kinds.items() if it["std_error"]}
    covers = row["ci_low"] <= truth <= row["ci_high"]
    return Draw(
        error / sd, p, covers, report["verdict"]["code"], bool(row["significant"])
    )


def _p(error: float, row: dict[str, Any]) -> float:
    return float(2 * stdtr(row["df"], -abs(error) / row["std_error"]))


@dataclass(frozen=True)
class Tally:
    """All draws of one plan."""

    draws: list[Draw]

    @cached_property
    def errors(self) -> np.ndarray:
        return np.array([draw.error for draw in self.draws])

    @property
    def bias(self) -> float:
        return float(self.errors.mean())

    @property
    def spread(self) -> float:
        """SD of the estimates."""
        return float(self.errors.std(ddof=1))

    @property
    def noise(self) -> float:
        """Standard error of the bias: how far so few draws can miss it."""
        return self.spread / len(self.draws) ** 0.5

    @property
    def coverage(self) -> float:
        return float(np.mean([draw.covers for draw in self.draws]))

    @property
    def significant(self) -> int:
        """Draws that the report calls significant."""
        return sum(draw.is_significant for draw in self.draws)

    @property
    def verdicts(self) -> Counter[str]:
        return Counter(draw.verdict for draw in self.draws)

    def rejected(self, kind: str) -> float:
        """Share of draws whose test at 5%, by errors that begin so, denies truth."""
        return float(np.mean([p < LEVEL for p in self._by(kind, 1.0)]))

    def has(self, kind: str) -> bool:
        """Whether any draw tells such errors."""
        return any(p is not None for p in self._by(kind, None))

    def _by(self, kind: str, otherwise: float | None) -> list[Any]:
        return [
            next((p for name, p in draw.p.items() if name.startswith(kind)), otherwise)
            for draw in self.draws
        ]


def asked(command: str, says: str | None) -> argparse.Namespace:
    """draws and seed, as typed after the command."""
    parser = argparse.ArgumentParser(prog=command, description=says)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    if wish.draws < 2:
        parser.error(f"--draws is {wish.draws}; at least 2 are needed for a spread")
    if wish.seed < 0:
        parser.error(f"--seed is {wish.seed}; it is a whole number from 0")
    return wish


def markdown(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def footer(draws: int, seed: int) -> str:
    """The day and every version, so that a table can be had again."""
    here = ", ".join(f"{name} {which}" for name, which in versions().items())
    return (
        f"{datetime.now(UTC).date().isoformat()}: {draws} draws, seed {seed}; "
        f"Python {python_version()}, {here}, "
        f"{os.environ.get('OPENBLAS_NUM_THREADS', 'all')} BLAS thread(s)."
    )
