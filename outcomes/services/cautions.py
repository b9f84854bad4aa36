"""What limits a result, in a few words each; the report says each in full."""

from collections.abc import Mapping
from typing import Any

from outcomes.charts.words import in_words

LIMITS = {
    "all_alike": "no covariate tells students apart",
    "all_missing": "a covariate without any value",
    "below_minimum": "too few students",
    "caliper_on_score": "a caliper that is on the score",
    "clusters_not_whole": "clusters that do not take part as a whole",
    "clusters_unmatched": "clusters with nobody to be compared with",
    "collinear": "covariates that say the same",
    "constant": "a covariate that is the same for everyone",
    "domain_unsaid": "a pretest that may be of another subject",
    "few_clusters": "too few schools",
    "few_comparisons": "a comparison that rests on few students",
    "few_kept": "too few were kept",
    "groups_not_exact": "groups that were not matched within themselves",
    "imbalance": "differences in what was not judged",
    "many_covariates": "many covariates for so few participants",
    "missing_covariate": "covariates with missing values",
    "near_collinear": "covariates that say nearly the same",
    "no_better": "groups that matching brought no closer",
    "no_overlap": "a score that tells who takes part",
    "not_clustered": "errors ignore schools",
    "not_proven_optimal": "a match that may not be the largest",
    "outcome_missing": "students without an outcome",
    "placebo_moved": "a measure of before the program that moved too",
    "protection_not_proven": "groups that are hidden for want of a proof",
    "quasi_separation": "a level that is all in one group",
    "rare_level": "rare levels that were joined",
    "reference_unavailable": "too few in a reference group",
    "small_groups": "groups of fewer than ten students",
    "student_in_two_clusters": "students who stand in two clusters",
    "suppressed": "small groups, which are hidden",
    "thin_groups": "groups that are too thin for a model of their own",
    "trimmed": "weights that were trimmed",
    "unknown_group": "a gap of a group that nobody is in",
    "unused_key": "keys of the plan that its method has no use for",
    "zero_variance": "an outcome that does not vary",
}
COUNTED = ("participants_unmatched",)  # told with the numbers of who was compared


def limits(report: Mapping[str, Any]) -> list[str]:
    """Each once, however often it is said."""
    codes = (warning["code"] for warning in report["warnings"])
    said = (limit(code) for code in codes if code not in COUNTED)
    return [*dict.fromkeys(said)]


def limit(code: str) -> str:
    """One that only a report of long ago knows, by its code."""
    return LIMITS.get(code, in_words(code))
