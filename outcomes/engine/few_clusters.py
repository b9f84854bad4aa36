"""With few clusters an error is itself uncertain: the widest answer is reported."""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from outcomes.designs.errors import NotEstimable
from outcomes.engine.covariance import Spread

TREATED_CLUSTERS = 20
DF = 10.0


@dataclass(frozen=True, slots=True)
class Widest:
    """se_kind, spread : the error to report; p : the largest of all; is_few : whether
    more than the first error was asked."""

    se_kind: str
    spread: Spread
    p: float
    is_few: bool


def are_few(n_treated_clusters: int, df: float) -> bool:
    """Under 20 clusters with participants, or fewer than 10 degrees of freedom.

    Source: MacKinnon and Webb (2018), Econom. J. 21(2); Pustejovsky and Tipton (2018).
    """
    return n_treated_clusters < TREATED_CLUSTERS or df < DF


def widest(
    estimate: float,
    spreads: Mapping[str, Spread],
    n_treated_clusters: int,
    permutation_p: float | None = None,
) -> Widest:
    """The first of `spreads` (CR2) unless clusters are few; else the one of the widest
    95% interval, and the largest p, that of the permutation test among them.

    Raises NotEstimable without an error above zero.
    """
    usable = {kind: s for kind, s in spreads.items() if s.std_error > 0 and s.df > 0}
    if not usable:
        raise NotEstimable("no error of this effect can be had")
    first = next(iter(usable))
    is_few = are_few(n_treated_clusters, usable[first].df)
    kind = max(usable, key=lambda k: half_width(usable[k])) if is_few else first
    asked = usable.values() if is_few else [usable[first]]
    ps = [float(2 * stdtr(s.df, -abs(estimate) / s.std_error)) for s in asked]
    if is_few and permutation_p is not None:
        ps.append(permutation_p)
    return Widest(kind, usable[kind], max(ps), is_few)


def half_width(spread: Spread) -> float:
    """Half of the 95% t interval, in units of the estimate."""
    return float(stdtrit(spread.df, 0.975)) * spread.std_error
