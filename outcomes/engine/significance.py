"""What may be called significant: planned, corrected for its siblings, and sound."""

from collections.abc import Sequence
from dataclasses import dataclass

from outcomes.designs.errors import NotEstimable
from outcomes.engine.cautions import has_few_clusters
from outcomes.engine.effect import Effect
from outcomes.engine.multiplicity import Finding, within_domains
from outcomes.engine.verdict import Verdict
from outcomes.terms import VerdictCode


@dataclass(frozen=True, slots=True)
class Standing:
    """p_adjusted : Benjamini-Hochberg within the domain, None for exploratory rows."""

    p_adjusted: float | None
    significant: bool


def standings(effects: Sequence[Effect], verdicts: Sequence[Verdict]) -> list[Standing]:
    """One a row. Only a confirmatory outcome over everyone, whose baseline meets the
    standard and whose clusters are not few, may be called significant."""
    tests = [_finding(found) for found in effects]
    corrected = within_domains(tests)
    out = []
    for found, verdict, result in zip(effects, verdicts, corrected, strict=True):
        if result is None:
            out.append(Standing(None, significant=False))
            continue
        sound = verdict.code == VerdictCode.MEETS_WITH_RESERVATIONS
        significant = result.is_significant and sound and not has_few_clusters(found)
        out.append(Standing(result.adjusted, significant=significant))
    return out


def _finding(found: Effect) -> Finding:
    p = found.inference.p
    if isinstance(p, NotEstimable):
        return Finding(1.0, found.outcome.domain, confirmatory=False)
    planned = found.outcome.confirmatory and found.group is None
    return Finding(p, found.outcome.domain, confirmatory=planned)
