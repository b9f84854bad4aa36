"""How the comparison group was found, in sentences."""

from collections.abc import Iterator

from outcomes.charts.words import Report, estimand_of, in_words, listed, sentence
from outcomes.designs.checks import IN_PAIRS

MATCHING = {
    "nearest": "each {one} was given the nearest of the {others}",
    "optimal": "participants and others were paired so that all pairs together are as "
    "near as can be",
    "full": "everybody was put into sets of participants and others who are alike",
    "exact": "participants were compared with those who are equal in all of it",
    "cem": "participants were compared with those who are equal in all of it once "
    "numbers are cut into ranges",
    "subclass": "students were compared within {design[subclasses]} ranges of the "
    "score",
    "cardinality": "the most {one}s were kept whose group can be made alike, each "
    "average within {design[tolerance]:g} SD",
    "entropy": "other students were weighted until their averages are those of the "
    "participants",
    "ipw": "other students were weighted by their odds of taking part",
}
DISTANCES = {
    "propensity": "their estimated chance of taking part",
    "logit": "the log-odds of their estimated chance of taking part",
    "mahalanobis": "all covariates at once (Mahalanobis distance)",
    "robust_mahalanobis": "the ranks of all covariates at once (Mahalanobis distance)",
    "euclidean": "all covariates at once, each in its SDs",
}
BEYOND = {  # whom the plan discards
    "treated": "participants",
    "comparison": "other students",
    "both": "students",
}
NEAR_IN = {"propensity": DISTANCES["propensity"], "logit": DISTANCES["logit"]}
BY_DISTANCE = {"nearest", "optimal", "full", "subclass"}
ROLES = {  # who was given somebody, and whom
    "ATT": ("participant", "other students"),
    "ATC": ("comparison student", "participants"),
}
WEIGHTED = {  # where another group is weighted than for the effect on participants
    ("entropy", "ATC"): "participants were weighted until their averages are those of "
    "the other students",
    ("entropy", "ATE"): "both groups were weighted until their averages are those of "
    "all students",
    ("ipw", "ATC"): "participants were weighted by their odds of not taking part",
    ("ipw", "ATE"): "both groups were weighted by how unlikely each student was to be "
    "in his own",
}


def matched(report: Report) -> Iterator[str]:
    design = report["design"]
    names = [*design["covariates"], *map(name_of, design["pretests"])]
    how = _how(design, estimand_of(report))
    if design["method"] in BY_DISTANCE:
        how += f", by {DISTANCES[design['distance']]}"
    if design["method"] in IN_PAIRS:
        how += f", {_how_many(design)}, and every one of them may be used "
        how += _again(design)
    told = listed([in_words(name) for name in names])
    if not report["sample"]["matched_treated"]:
        yield f"Students were to be matched on {told or 'nothing else'}."
        return
    yield from _clusters(report)
    yield f"Students were matched on {told}: {how}." if names else f"{sentence(how)}."
    yield from _settings(design)
    if design["exact"]:
        yield f"They are equal in {listed([in_words(e) for e in design['exact']])}."
    yield from _preferred(design)
    if design["anti_exact"]:
        apart = listed([in_words(name) for name in design["anti_exact"]])
        yield f"They differ in {apart}."
    for caliper in report["sample"]["calipers"]:
        said = design["caliper"].get(caliper["on"], design["caliper"].get("distance"))
        in_sds = f" ({said['width']:g} SD)" if said["unit"] == "sd" else ""
        width = f"{caliper['width']:.3g}{in_sds}"
        on = NEAR_IN.get(caliper["on"], in_words(caliper["on"]))
        yield f"In {on} they are no more than {width} apart."


def _how(design: Report, estimand: str) -> str:
    method = design["method"]
    if (method, estimand) in WEIGHTED:
        return WEIGHTED[method, estimand]
    one, others = ROLES.get(estimand, ROLES["ATT"])
    return MATCHING[method].format(one=one, others=others, design=design)


def _settings(design: Report) -> Iterator[str]:
    """What else was chosen by number or by lot; plans of long ago had less of it."""
    if design["method"] == "cem":
        for name, at in design["cutpoints"].items():
            yield f"Cut points of {in_words(name)}: {listed([f'{c:g}' for c in at])}."
    if design["method"] == "nearest" and design.get("order") == "random":
        yield f"They chose in an order drawn by lot (seed {design['seed']})."
    if design["method"] in IN_PAIRS and design.get("tie_tolerance"):
        yield f"Distances within {design['tie_tolerance']:g} count as equal."
    if (whose := design.get("discard", "none")) != "none":
        yield (
            f"Left out were {BEYOND[whose]} whose estimated chance of taking part is "
            "beyond everyone's in the other group."
        )
    if (fewest := design.get("level_minimum", 1)) > 1:
        yield f"Levels that fewer than {fewest} students have are one."


def _how_many(design: Report) -> str:
    """How many each was given; plans of long ago knew no variable ratio."""
    if (least := design.get("min_ratio")) is None:
        return f"up to {design['ratio']} each" if design["ratio"] > 1 else "one each"
    whom = "participants" if design["estimand"] == "ATC" else "comparison students"
    return (
        f"{least} to {design['max_ratio']} {whom} each, {design['ratio']} on average, "
        "or as many as there were"
    )


def _again(design: Report) -> str:
    if not design["replacement"]:
        return "once only"
    most = design.get("reuse")
    return "again" if most is None else f"up to {most} times"


def _preferred(design: Report) -> Iterator[str]:
    """In whom the nearest was sought first; plans of long ago had no such wish."""
    wishes = [
        listed([in_words(name) for name in alike]) for alike in design.get("prefer", ())
    ]
    if wishes:
        yield (
            "The nearest was sought first among those alike in "
            f"{', then in '.join(wishes)}, and only then among all others."
        )


def _clusters(report: Report) -> Iterator[str]:
    """What came before the students, where whole schools or grades were matched."""
    if (found := report.get("clusters")) is None:
        return
    design = report["design"]
    of = listed([in_words(name) for name in design["match_clusters"]["of"]])
    day = ", as they were on the day it began" if design.get("entry") else ""
    yield (
        f"First {found['matched_treated']:,} of {found['treated']:,} whole clusters of "
        f"participants (by {of}) were given the {found['matched_comparison']:,} most "
        f"like them of {found['comparison']:,} others{day}; students were compared "
        "only within these sets."
    )


def name_of(pretest: str | dict) -> str:
    return pretest["name"] if isinstance(pretest, dict) else pretest
