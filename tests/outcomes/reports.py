"""A report small enough to reckon in the head, in the shape that the engine prints."""

from copy import deepcopy

EFFECT = {
    "outcome": "ela",
    "group": None,
    "estimator": "g_computation",
    "estimate": 7.25,
    "std_error": 1.0,
    "se_kind": "CR2 by school",
    "df": 17.3,
    "ci_low": 5.0,
    "ci_high": 9.5,
    "p": 0.00002,
    "p_adjusted": 0.00002,
    "significant": True,
    "hedges_g": 0.37,
    "improvement_index": 14.4,
    "e_value": 2.15,
    "estimate_sd": 0.34,
    "n_treated": 101,
    "n_comparison": 211,
    "alternatives": [],
}
GAP = {
    "dimension": "race_ethnicity",
    "focal": "black",
    "reference": "white",
    "outcome": "ela",
    "metric": "mean_sd",
    "as_delivered": 0.5,
    "without_program": 0.8,
    "closed": 0.3,
    "share_closed": 0.375,
    "std_error": 0.1,
    "ci_low": 0.1,
    "ci_high": 0.5,
    "agree": True,
}
REPORT = {
    "design_hash": "d" * 64,
    "input_hash": "i" * 64,
    "engine": "1.0.0",
    "estimand": "ATM",
    "sample": {
        "treated": 126,
        "comparison": 2062,
        "matched_treated": 109,
        "matched_comparison": 244,
        "ess_comparison": 199.7,
        "sets": 109,
        "total_distance": 21.9,
        "unmatched": [{"reason": "caliper", "n": 17}],
        "excluded": [],
        "calipers": [{"on": "distance", "width": 0.27}],
    },
    "balance": [
        {"covariate": "ela_before", "smd_before": -0.9, "smd_after": 0.04},
        {"covariate": "low_income=yes", "smd_before": 0.3, "smd_after": -0.12},
        {"covariate": "grade", "smd_before": None, "smd_after": None},
    ],
    "verdict": {
        "code": "meets_with_reservations",
        "decided_by": "low_income=yes",
        "value": -0.12,
        "text": "The largest difference, on low_income=yes, is 0.12 SD.",
    },
    "effects": [EFFECT, {**EFFECT, "group": "race_ethnicity=black", "estimate": 9.0}],
    "naive": [{**EFFECT, "estimate": -12.6, "ci_low": -15.0, "ci_high": -10.2}],
    "gaps": [
        GAP,
        {**GAP, "metric": "share_meeting", "closed": -0.13, "agree": False}
        | {"ci_low": -0.23, "ci_high": -0.03},
    ],
    "power": {"mdes": 0.29, "text": "This design can see an effect of 0.29 SD."},
    "warnings": [{"code": "few_clusters", "text": "Few schools."}],
    "design": {
        "method": "nearest",
        "distance": "logit",
        "ratio": 3,
        "replacement": False,
        "caliper": {"distance": {"width": 0.2, "unit": "sd"}},
        "exact": ["grade"],
        "anti_exact": [],
        "covariates": ["low_income"],
        "pretests": ["ela_before"],
        "cutpoints": {},
        "subclasses": 6,
        "estimator": "g_computation",
        "cluster": "school",
        "treatment": "participant",
        "outcomes": [{"name": "ela", "kind": "continuous", "confirmatory": True}],
    },
}


def report(**sections) -> dict:
    """The report, with other sections in place of its own."""
    return deepcopy(REPORT) | sections
