"""What may be called significant: planned, corrected for its siblings, and sound."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from outcomes.designs.errors import NotEstimable
from outcomes.engine.cautions import held_back
from outcomes.engine.effect import Effect
from outcomes.engine.multiplicity import Finding, within_domains
from outcomes.engine.verdict import Verdict
from outcomes.terms import VerdictCode


@dataclass(frozen=True, slots=True)
class Standing:
    """p_adjusted : Benjamini-Hochberg within the domain, None for exploratory rows and
    without a p; held_back : codes of what forbids to call the effect significant, None
    for exploratory rows."""

    p_adjusted: float | None
    significant: bool
    held_back: tuple[str, ...] | None = None


def standings(
    effects: Sequence[Effect], verdicts: Sequence[Verdict], said: Collection[str]
) -> list[Standing]:
    """One a row. Only a confirmatory outcome over everyone, whose baseline meets the
    standard and whose sample bears a claim, may be called significant.

    said : codes of the warnings about the match.
    """
    tests = [_finding(found) for found in effects]
    corrected = within_domains(tests)
    out = []
    for found, verdict, result in zip(effects, verdicts, corrected, strict=True):
        forbidden = held_back(found, said) if _is_planned(found) else None
        if result is None:
            out.append(Standing(None, False, forbidden))
            continue
        sound = verdict.code == VerdictCode.MEETS_WITH_RESERVATIONS
        significant = result.is_significant and sound and not forbidden
        out.append(Standing(result.adjusted, significant, forbidden))
    return out


def _finding(found: Effect) -> Finding:
    _, p = found.claimed
    if isinstance(p, NotEstimable):
        return Finding(1.0, found.outcome.domain, confirmatory=False)
    return Finding(p, found.outcome.domain, confirmatory=_is_planned(found))


def _is_planned(found: Effect) -> bool:
    return found.outcome.confirmatory and found.group is None
