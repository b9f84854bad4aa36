"""The same design without some columns; one step earlier, for a placebo."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import TypeVar

from outcomes.designs.clauses import MatchClusters, Outcome, Placebo, Pretest
from outcomes.designs.design import Design

V = TypeVar("V")


def design_before(design: Design, placebo: Placebo) -> Design:
    """The design with the placebo as its only outcome, matched without it and without
    whatever is declared to be dated after it; its own pretests come in instead."""
    gone = {placebo.name, *placebo.without}
    after = {outcome.name for outcome in design.outcomes}
    left = design_without(design, gone)
    # Whatever is left serves the placebo, of whichever domain it is.
    kept = tuple(Pretest(pretest.name) for pretest in left.pretests)
    known = {pretest.name for pretest in kept}
    return replace(
        left,
        outcomes=(Outcome(placebo.name, placebo.kind),),
        pretests=(*kept, *(Pretest(n) for n in placebo.pretests if n not in known)),
        require=_less(left.require, after),
        errors=(),
        subgroups=(),
        gaps=(),
        placebo=(),
    )


def design_without(design: Design, gone: Set[str]) -> Design:
    """The design as if these columns had never been measured."""
    judged = design.equivalent_on
    prefer = (_less(alike, gone) for alike in design.prefer)
    return replace(
        design,
        covariates=_less(design.covariates, gone),
        pretests=tuple(p for p in design.pretests if p.name not in gone),
        exact=_less(design.exact, gone),
        anti_exact=_less(design.anti_exact, gone),
        equivalent_on=None if judged is None else _less(judged, gone),
        prefer=tuple(alike for alike in prefer if alike),
        require=_less(design.require, gone),
        caliper=fewer(design.caliper, gone),
        cutpoints=fewer(design.cutpoints, gone),
        match_clusters=_clusters(design.match_clusters, gone),
    )


def _less(names: tuple[str, ...], gone: Set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in gone)


def fewer(items: Mapping[str, V], gone: Set[str]) -> dict[str, V]:
    """What is said of each column, but for these."""
    return {name: item for name, item in items.items() if name not in gone}


def _clusters(clusters: MatchClusters | None, gone: Set[str]) -> MatchClusters | None:
    if clusters is None:
        return None
    trend = tuple(pair for pair in clusters.trend if not gone & set(pair))
    return replace(clusters, on=_less(clusters.on, gone), trend=trend)
