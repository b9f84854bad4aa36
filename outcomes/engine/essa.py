"""Which tier of ESSA evidence a result would be a candidate for, and why.

Source: ESSA section 8101(21); the WWC's ESSA page (ies.ed.gov/ncee/wwc/essa). A tier is
awarded by reviewers, so we say "would be a candidate for". Tier 1 needs assignment by
chance, which a matched comparison never has.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from outcomes.designs.design import Design
from outcomes.engine.arrays import how_many
from outcomes.engine.effect import Effect
from outcomes.engine.estimable import known
from outcomes.engine.significance import Standing
from outcomes.engine.verdict import Verdict
from outcomes.terms import ALPHA, VerdictCode

STUDENTS = 350
SITES = 2


class Tier(StrEnum):
    MODERATE = "moderate"  # tier 2
    PROMISING = "promising"  # tier 3
    RATIONALE = "rationale"  # tier 4


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of tier 2: what was found, what is needed."""

    name: str
    found: str
    needed: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Candidacy:
    tier: Tier
    criteria: tuple[Criterion, ...]
    text: str


def candidacy(
    verdict: VerdictCode,
    *,
    estimate: float,
    is_significant: bool,
    is_adjusted: bool,
    n_students: int,
    n_sites: int | None,
    sites_by: str = "",
    held_back: Sequence[str] = (),
) -> Candidacy:
    """The highest tier whose conditions hold.

    estimate : positive is good; is_significant : after correction for many outcomes;
    is_adjusted : selection is controlled for by matching or covariates; n_students,
    n_sites : of the analytic sample, both groups; sites None where the design names no
    cluster to count them by; sites_by : that cluster, for whoever reads it must see
    whether it is a school; held_back : what forbids a claim although p is small. Tier 2
    needs all criteria; tier 3 a significant positive effect with controls; whatever
    remains is tier 4.
    """
    is_positive = is_significant and estimate > 0
    criteria = (
        _baseline(verdict),
        _effect(estimate, held_back, is_significant=is_significant),
        _enough("students", n_students, STUDENTS),
        _enough("sites", n_sites, SITES, sites_by),
    )
    if is_adjusted and all(criterion.is_met for criterion in criteria):
        tier = Tier.MODERATE
    else:
        tier = Tier.PROMISING if is_adjusted and is_positive else Tier.RATIONALE
    return Candidacy(tier, criteria, _text(tier, criteria))


def _baseline(verdict: VerdictCode) -> Criterion:
    meets = VerdictCode.MEETS_WITH_RESERVATIONS
    return Criterion("baseline", verdict.value, meets.value, verdict == meets)


def _effect(
    estimate: float, held_back: Sequence[str], *, is_significant: bool
) -> Criterion:
    direction = "positive" if estimate > 0 else "not positive"
    found = f"{direction}, {'' if is_significant else 'not '}significant"
    if held_back:
        found = f"{direction}, not to be claimed ({', '.join(held_back)})"
    needed = "positive, significant"
    return Criterion("effect", found, needed, found == needed)


def _enough(name: str, found: int | None, needed: int, by: str = "") -> Criterion:
    is_met = found is not None and found >= needed
    shown = "not known" if found is None else f"{found}{by and f' by {by}'}"
    return Criterion(name, shown, f"{needed} or more", is_met)


def essa_row(
    found: Effect, verdict: Verdict, standing: Standing, design: Design
) -> dict[str, object] | None:
    """Everyone's effect on one outcome as the report prints it; None for an exploratory
    outcome, on which no claim rests."""
    if standing.p_adjusted is None:
        return None
    sample = found.sample
    sites = None if sample.clusters is None else how_many(sample.clusters)
    # Tier 3 asks for no baseline, so significance is judged without the verdict here.
    is_small = standing.p_adjusted <= ALPHA
    judged = candidacy(
        verdict.code,
        estimate=known(found.claimed[0]),
        is_significant=is_small and not standing.held_back,
        is_adjusted=bool(design.matched_on or design.exact),
        n_students=len(sample.rows),
        n_sites=sites,
        sites_by=design.cluster or "",
        held_back=(standing.held_back or ()) if is_small else (),
    )
    return {"outcome": found.outcome.name, **asdict(judged)}


def _text(tier: Tier, criteria: tuple[Criterion, ...]) -> str:
    short = "; ".join(
        f"{c.name}: found {c.found}, needs {c.needed}" for c in criteria if not c.is_met
    )
    reason = f" It falls short of tier 2 on {short}." if short else ""
    return (
        f'Would be a candidate for ESSA tier "{tier.value}", unless other evidence '
        f"outweighs it.{reason}"
    )
