"""With few clusters an error is itself uncertain: the widest answer is reported."""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from outcomes.engine.covariance import Spread

TREATED_CLUSTERS = 20
DF = 10.0


@dataclass(frozen=True, slots=True)
class Widest:
    """se_kind, spread : the error to report; p : the largest of all."""

    se_kind: str
    spread: Spread
    p: float


def are_few(n_treated_clusters: int, df: float) -> bool:
    """Under 20 clusters with participants, or fewer than 10 degrees of freedom.

    Source: MacKinnon and Webb (2018), Econom. J. 21(2); Pustejovsky and Tipton (2018).
    """
    return n_treated_clusters < TREATED_CLUSTERS or df < DF


def widest(
    estimate: float, spreads: Mapping[str, Spread], permutation_p: float | None = None
) -> Widest:
    """Of errors above 0 the one of the widest 95% interval, and the largest p, that of
    the permutation test among them."""
    kind = max(spreads, key=lambda k: half_width(spreads[k]))
    ps = [two_sided_p(estimate, spread) for spread in spreads.values()]
    if permutation_p is not None:
        ps.append(permutation_p)
    return Widest(kind, spreads[kind], max(ps))


def two_sided_p(estimate: float, spread: Spread) -> float:
    """How often t would be as far from 0, if the truth were 0."""
    return float(2 * stdtr(spread.df, -abs(estimate) / spread.std_error))


def half_width(spread: Spread) -> float:
    """Half of the 95% t interval, in units of the estimate."""
    return float(stdtrit(spread.df, 0.975)) * spread.std_error
