"""What the keys of a design demand of each other."""

from collections.abc import Collection, Mapping, Sequence

from outcomes.designs import reading
from outcomes.designs.clauses import (
    GapSpec,
    MatchClusters,
    Placebo,
    Pretest,
    crossed,
)
from outcomes.designs.errors import DesignError
from outcomes.terms import Distance, Estimand, Method

OF_ONE_ARM = (Method.NEAREST, Method.OPTIMAL, Method.CARDINALITY)
IN_PAIRS = (Method.NEAREST, Method.OPTIMAL)
BY_SCORE = (Method.SUBCLASS, Method.IPW)
OF_SCORE = (Distance.PROPENSITY, Distance.LOGIT)


def names_stand_once(
    unit: str, treatment: str, outcomes: Sequence[str], entry: str | None
) -> None:
    if len(set(outcomes)) < len(outcomes):
        raise DesignError("an outcome stands twice; name each once", "outcomes")
    if len({unit, treatment, *outcomes}) < 2 + len(outcomes):
        raise DesignError(
            "unit, treatment and outcomes must be different columns", "treatment"
        )
    if entry in {unit, treatment, *outcomes}:
        raise DesignError(f'"{entry}" is already the unit, arm or outcome', "entry")


def explaining_is_not_explained(
    explaining: Mapping[str, Collection[str]], taken: Mapping[str, str]
) -> None:
    """A column cannot both explain and be explained.

    explaining : columns by key of the design; taken : what else a column is.
    """
    for key, columns in explaining.items():
        for column in columns:
            if column in taken:
                raise DesignError(f'"{column}" is already {taken[column]}', key)


def cluster_is_known_before(
    cluster: str | None, treatment: str, outcomes: Collection[str]
) -> None:
    """A cluster may be the unit, and nothing that comes of taking part."""
    if cluster == treatment or cluster in outcomes:
        raise DesignError(
            f'"{cluster}" is already the treatment or an outcome; name what groups '
            "students before the program begins, such as their school",
            "cluster",
        )


def nothing_is_alike_and_unlike(
    exact: Collection[str], anti_exact: Collection[str]
) -> None:
    for column in anti_exact:
        if column in exact:
            raise DesignError(
                f'"{column}" is also under exact, or the entry', "anti_exact"
            )


def ratios_are_in_order(least: int | None, ratio: int, most: int | None) -> None:
    if least is None and most is None:
        return
    if least is None or most is None:
        missing, given = ("min", "max") if least is None else ("max", "min")
        raise DesignError(
            f'stands alone; give "{missing}_ratio" too, or neither', f"{given}_ratio"
        )
    if least >= most:
        raise reading.refuse("max_ratio", most, f"more than min_ratio ({least})")
    if not least <= ratio <= most:
        expected = f"min_ratio ({least}) to max_ratio ({most}), of which it is the mean"
        raise reading.refuse("ratio", ratio, expected)


def ratio_can_vary(method: Method, distance: Distance, *, replacement: bool) -> None:
    """Who is given more goes by the score, and to give more to one there must be fewer
    for others."""
    if method not in IN_PAIRS:
        raise DesignError(
            f'method "{method}" does not give each participant a number of others; '
            f"remove min_ratio and max_ratio, or use {' or '.join(IN_PAIRS)}",
            "min_ratio",
        )
    if replacement:
        raise DesignError(
            "with replacement nobody takes a student from another, so the ratio need "
            "not vary; set replacement to false, or remove min_ratio and max_ratio",
            "min_ratio",
        )
    if distance not in OF_SCORE:
        raise DesignError(
            f'distance "{distance}" has no score by which some could be given more; '
            f"use {' or '.join(OF_SCORE)}, or remove min_ratio and max_ratio",
            "min_ratio",
        )


def reuse_needs_replacement(reuse: int | None, replacement: bool) -> None:
    if reuse is not None and not replacement:
        raise DesignError("limits replacement; set replacement to true", "reuse")


def rows_of_one_student_hang_together(
    entry: str | None, cluster: str | None, *, replacement: bool
) -> None:
    """With replacement a student may stand in the sample at several entries."""
    if entry is not None and replacement and cluster is None:
        raise DesignError(
            "with entry and replacement a student may stand in the sample several "
            "times, which errors must allow for; name the cluster, or at least the "
            "unit as the cluster",
            "cluster",
        )


def method_reaches(estimand: Estimand, method: Method) -> None:
    """Pairs stand for the arm that they were sought for, never for both."""
    if estimand == Estimand.ATE and method in OF_ONE_ARM:
        able = ", ".join(m for m in Method if m not in OF_ONE_ARM)
        raise DesignError(
            f'method "{method}" seeks matches for one arm only, so it cannot give the '
            f"effect on everyone (ATE); use ATT or ATC, or a method that weights both "
            f"arms: {able}",
            "estimand",
        )


def method_has_its_score(method: Method, distance: Distance) -> None:
    if method in BY_SCORE and distance not in OF_SCORE:
        raise DesignError(
            f'method "{method}" goes by a score; use {" or ".join(OF_SCORE)}',
            "distance",
        )


def students_may_serve_again(method: Method, *, replacement: bool) -> None:
    if replacement and method == Method.OPTIMAL:
        raise DesignError(
            'with replacement the nearest match is the optimal one; use "nearest"',
            "method",
        )
    if replacement and method == Method.FULL:
        raise DesignError(
            'in a full match everyone is in one set; set it to false or use "nearest"',
            "replacement",
        )


def estimand_suits(
    estimand: Estimand,
    gaps: Sequence[GapSpec],
    clusters: MatchClusters | None,
) -> None:
    """What is told, or chosen, for participants has no other estimand."""
    said = {
        "gaps": (gaps, "a gap as delivered is that of the participants"),
        "match_clusters": (clusters, "clusters are sought for those of participants"),
    }
    for key, (value, why) in said.items():
        if value and estimand != Estimand.ATT:
            raise DesignError(
                f"{why}, so the effect is on participants (ATT), not {estimand}; "
                "remove one of the two",
                key,
            )


def gaps_are_of_outcomes(gaps: Sequence[GapSpec], outcomes: Sequence[str]) -> None:
    for i, gap in enumerate(gaps):
        path = f"gaps[{i}]"
        if gap.outcome not in outcomes:
            hint = reading.nearest(gap.outcome, outcomes)
            expected = f"one of the outcomes {', '.join(outcomes)}{hint}"
            raise reading.refuse(f"{path}.outcome", gap.outcome, expected)
        if gap.focal == gap.reference:
            raise DesignError("focal and reference are the same group", path)


def dimensions_stand_once(dimensions: Sequence[str]) -> None:
    """Two columns crossed either way make the same groups."""
    known: dict[frozenset[str], str] = {}
    for i, dimension in enumerate(dimensions):
        first = known.setdefault(frozenset(crossed(dimension)), dimension)
        if first != dimension:
            raise DesignError(
                f'"{dimension}" makes the groups of "{first}" again; name one of them',
                f"subgroups[{i}]",
            )


def placebos_are_measures(
    placebos: Sequence[Placebo], taken: Mapping[str, str]
) -> None:
    """taken : what else a column is, so that it cannot stand for an outcome."""
    for i, placebo in enumerate(placebos):
        if placebo.name in taken:
            raise DesignError(
                f'"{placebo.name}" is already {taken[placebo.name]}; name a measure of '
                "before the program",
                f"placebo[{i}].name",
            )


def placebos_are_of_before(
    placebos: Sequence[Placebo], explaining: Collection[str]
) -> None:
    """What a placebo does without must stand in the design; each is named once."""
    names = [placebo.name for placebo in placebos]
    for i, placebo in enumerate(placebos):
        if placebo.name in names[:i]:
            raise DesignError("a placebo stands twice; name each once", f"placebo[{i}]")
        for j, name in enumerate(placebo.without):
            if name not in explaining:
                hint = reading.nearest(name, explaining)
                expected = f"a column that the design matches on{hint}"
                raise reading.refuse(f"placebo[{i}].without[{j}]", name, expected)


def clusters_can_be_compared(clusters: MatchClusters | None) -> None:
    if clusters and not (clusters.on or clusters.trend or clusters.size):
        raise DesignError(
            "there is nothing to compare clusters on; name covariates, or columns "
            "under on",
            "match_clusters",
        )


def pretests_are_of_outcomes(
    pretests: Sequence[Pretest], outcomes: Sequence[str]
) -> None:
    names = [pretest.name for pretest in pretests]
    for i, pretest in enumerate(pretests):
        if pretest.name in names[:i]:
            raise DesignError(
                "a pretest stands twice; name each once", f"pretests[{i}]"
            )
        if pretest.same_as and pretest.same_as not in outcomes:
            hint = reading.nearest(pretest.same_as, outcomes)
            expected = f"one of the outcomes {', '.join(outcomes)}{hint}"
            raise reading.refuse(f"pretests[{i}].same_as", pretest.same_as, expected)


def judged_is_matched_on(
    judged: Sequence[str] | None, matched_on: Sequence[str]
) -> None:
    for i, name in enumerate(judged or ()):
        if name not in matched_on:
            hint = reading.nearest(name, matched_on)
            known = ", ".join(matched_on) or "of which there are none"
            expected = f"one of the covariates and pretests ({known}){hint}"
            raise reading.refuse(f"equivalent_on[{i}]", name, expected)
