"""What the product adds to a design before it is read: defaults and measures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from enrollment.models import Program
from outcomes.models import Measure
from outcomes.school_grades import name_of, names_of, with_two_levels
from outcomes.terms import Estimand

BEFORE = "_before"
EXPLAINING = ("covariates", "pretests", "equivalent_on", "exact", "anti_exact")
EXPLAINING += ("subgroups",)
EXPLAINING_BY_NAME = ("caliper", "cutpoints")
FOLDS = 5  # as Chernozhukov and others (2018) have them
# What holds columns, in a pretest, in clusters and in a placebo.
NAMES = ("name", "on", "trend", "pretests", "without")


def completed(
    given: Mapping[str, Any],
    program: Program,
    measures: Mapping[str, Measure],
    first_day: date | None = None,
) -> dict[str, Any]:
    """The design as somebody wrote it, with all that need not be said."""
    given = with_two_levels(given, program, measures, first_day)
    given = _with_defaults(given, program)
    given = _with_baselines_told_apart(given)
    return _with_measures(given, measures)


def code_of(name: str, measures: Mapping[str, Measure]) -> str:
    """The code of the measure that a name stands for: `math@2025`, `math_before`."""
    code = name.partition("@")[0]
    return code if code in measures else code.removesuffix(BEFORE)


def _with_defaults(given: Mapping[str, Any], program: Program) -> dict[str, Any]:
    """The product's own defaults: same grade, errors by each student's school, and no
    outcome that AIPW's model of itself has seen."""
    never_alike = given.get("anti_exact")
    grade_is_free = not isinstance(never_alike, list) or "grade" not in never_alike
    return {
        "unit": "student",
        "treatment": "participant",
        "entry": None if _needs_one_day(given) else "entry",
        "exact": ["grade"] if grade_is_free else [],
        "cluster": "school",
        "assignment": program.assignment_level,
        "folds": FOLDS,
        **given,
    }


def _needs_one_day(given: Mapping[str, Any]) -> bool:
    """Clusters are matched as they were on one day; and only participants begin."""
    is_theirs = given.get("estimand", Estimand.ATT) == Estimand.ATT
    return given.get("match_clusters") is not None or not is_theirs


def _with_baselines_told_apart(given: Mapping[str, Any]) -> dict[str, Any]:
    """A measure that is an outcome is called `_before` where it explains."""
    after = names_of(given.get("outcomes"))

    def each(item):
        if isinstance(item, Mapping):
            return {k: each(v) if k in NAMES else v for k, v in item.items()}
        if isinstance(item, list):
            return [each(one) for one in item]
        is_after = isinstance(item, str) and item in after
        return f"{item}{BEFORE}" if is_after else item

    told = dict(given)
    for key in (*EXPLAINING, "prefer", "match_clusters", "placebo"):
        if isinstance(given.get(key), list | Mapping):
            told[key] = each(given[key])
    for key in EXPLAINING_BY_NAME:
        if isinstance(given.get(key), Mapping):
            told[key] = {each(name): value for name, value in given[key].items()}
    return told


def _with_measures(given, measures: Mapping[str, Measure]) -> dict[str, Any]:
    """What a measure says of itself need not be said again: kind, domain, meets."""

    def measure(name):
        return measures.get(code_of(name, measures)) if isinstance(name, str) else None

    def saying(*keys):
        def said(item):
            found = measure(name_of(item))
            known = {key: value for key in keys if (value := getattr(found, key, ""))}
            return {**known, **_as_record(item)} if known else item

        return said

    # The last first, so that the first outcome of a measure wins.
    after = reversed(names_of(given.get("outcomes")))
    later = {code_of(name, measures): name for name in after}

    def pretest(item):
        if not (found := measure(name_of(item))):
            return item
        known = {"domain": found.domain, "same_as": later.get(found.code)}
        known = {key: value for key, value in known.items() if value}
        return {**known, **_as_record(item)} if known else item

    def gap(item):
        if not isinstance(item, Mapping):
            return item
        first = next(iter(names_of(given.get("outcomes"))), None)
        found = measure(item.get("outcome") or first)
        return {"meets": found.meets, **item} if found else item

    added = {
        "outcomes": saying("kind", "domain"),
        "pretests": pretest,
        "placebo": saying("kind"),
        "gaps": gap,
    }
    return dict(given) | {
        key: [add(item) for item in given[key]]
        for key, add in added.items()
        if isinstance(given.get(key), list)
    }


def _as_record(item) -> Mapping[str, Any]:
    return item if isinstance(item, Mapping) else {"name": item}
