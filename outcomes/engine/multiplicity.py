"""Chance findings among many: the Benjamini-Hochberg rule within an outcome domain."""

from collections.abc import Sequence
from dataclasses import dataclass

from outcomes.terms import ALPHA


@dataclass(frozen=True, slots=True)
class Finding:
    """One p value, from 0 to 1, of an outcome in a domain.

    Only confirmatory outcomes may be called significant; the others are exploratory.
    """

    p: float
    domain: str = ""
    confirmatory: bool = True


@dataclass(frozen=True, slots=True)
class Corrected:
    """critical : what p is compared with; adjusted : p on the 0.05 scale, at most 1."""

    critical: float
    adjusted: float
    is_significant: bool


def benjamini_hochberg(p: Sequence[float]) -> list[Corrected]:
    """One result a p value, in the order given.

    With m values sorted up, all up to the largest i with p_(i) <= .05 i/m are
    significant; adjusted p_(i) = min over j >= i of p_(j) m/j. Source: Benjamini and
    Hochberg (1995), as WWC Procedures 4.1, Appendix F.
    """
    m = len(p)
    order = sorted(range(m), key=p.__getitem__)
    corrected: dict[int, Corrected] = {}
    adjusted, passes = 1.0, False
    for rank in range(m, 0, -1):
        place = order[rank - 1]
        critical = rank * ALPHA / m
        adjusted = min(adjusted, p[place] * m / rank)
        passes = passes or p[place] <= critical
        corrected[place] = Corrected(critical, adjusted, passes)
    return [corrected[i] for i in range(m)]


def within_domains(tests: Sequence[Finding]) -> list[Corrected | None]:
    """Correct confirmatory outcomes domain by domain; None for exploratory ones."""
    results: list[Corrected | None] = [None] * len(tests)
    for domain in {test.domain for test in tests}:
        places = [
            i for i, t in enumerate(tests) if t.confirmatory and t.domain == domain
        ]
        found = benjamini_hochberg([tests[i].p for i in places])
        for place, corrected in zip(places, found, strict=True):
            results[place] = corrected
    return results
