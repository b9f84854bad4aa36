"""How time grows with rows: the slope of log time on log rows, over four sizes."""

from dataclasses import dataclass

import numpy as np

from benchmarks.contest import Contestant

SIZES = {
    "quick": (25_000, 50_000, 100_000, 200_000),
    "full": (50_000, 150_000, 450_000, 1_350_000),
}


@dataclass(frozen=True)
class Growth:
    code: str
    says: str
    contestant: Contestant
    at_most: float

    def contestants(self) -> tuple[Contestant, ...]:
        return (self.contestant,)


@dataclass(frozen=True)
class Slope:
    """exponent : of time in rows; error : its standard error."""

    exponent: float
    error: float

    def verdict(self, at_most: float) -> str:
        """A failure only where the exponent is above the bound beyond doubt."""
        return "FAIL" if self.exponent - 2 * self.error > at_most else "pass"


def slope(sizes: tuple[int, ...], seconds: list[float]) -> Slope:
    x, y = np.log(sizes), np.log(seconds)
    x = x - x.mean()
    exponent = float(x @ y / (x @ x))
    rest = y - y.mean() - exponent * x
    variance = rest @ rest / (len(x) - 2) / (x @ x)
    return Slope(exponent, float(np.sqrt(variance)))
