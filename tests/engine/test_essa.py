from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.engine.essa import Tier, candidacy, essa_row
from outcomes.engine.evaluate import evaluate
from outcomes.engine.significance import Standing
from outcomes.terms import VerdictCode
from tests.engine import lalonde

GOOD = {
    "verdict": VerdictCode.MEETS_WITH_RESERVATIONS,
    "estimate": 0.15,
    "is_significant": True,
    "is_adjusted": True,
    "n_students": 350,
    "n_sites": 2,
}


def test_a_large_significant_matched_result_at_two_sites_would_be_moderate():
    found = candidacy(**GOOD)
    assert found.tier is Tier.MODERATE
    assert all(criterion.is_met for criterion in found.criteria)
    assert found.text.startswith('Would be a candidate for ESSA tier "moderate"')


@pytest.mark.parametrize(
    ("change", "tier", "short"),
    [
        ({"n_students": 349}, Tier.PROMISING, "students: found 349"),
        ({"n_sites": 1}, Tier.PROMISING, "sites: found 1"),
        ({"verdict": VerdictCode.NO_PRETEST}, Tier.PROMISING, "no_pretest"),
        (
            {"verdict": VerdictCode.NEEDS_ADJUSTMENT_IN_MODEL},
            Tier.PROMISING,
            "needs_adjustment_in_model",
        ),
        ({"is_significant": False}, Tier.RATIONALE, "not significant"),
        ({"estimate": -0.15}, Tier.RATIONALE, "not positive"),
        ({"estimate": 0.0}, Tier.RATIONALE, "not positive"),
        ({"is_adjusted": False}, Tier.RATIONALE, ""),
    ],
)
def test_what_is_short_lowers_the_tier_and_is_named(change, tier, short):
    found = candidacy(**{**GOOD, **change})
    assert found.tier is tier
    assert short in found.text


@given(
    st.sampled_from(VerdictCode),
    st.floats(-1, 1),
    st.booleans(),
    st.booleans(),
    st.integers(0, 800),
    st.integers(0, 5),
)
def test_a_matched_result_is_moderate_exactly_when_every_condition_holds(
    verdict, estimate, is_significant, is_adjusted, n_students, n_sites
):
    found = candidacy(
        verdict,
        estimate=estimate,
        is_significant=is_significant,
        is_adjusted=is_adjusted,
        n_students=n_students,
        n_sites=n_sites,
    )
    holds = (
        verdict == VerdictCode.MEETS_WITH_RESERVATIONS
        and is_significant
        and estimate > 0
        and is_adjusted
        and n_students >= 350
        and n_sites >= 2
    )
    assert (found.tier is Tier.MODERATE) == holds


def report_of(lift, **keys):
    """400 children of ten schools, half of whom gain some `lift`, alike before."""
    i = np.arange(400)
    noise = np.tile([0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 0.2, 0.2], 50)
    frame = pd.DataFrame(
        {
            "student": [f"S{n}" for n in i],
            "treated": i % 2,
            "school": (i // 40).astype(str),
            "pre": i // 2 % 5,
            "flat": 1.0,
            "read": i // 2 % 5 + noise + lift * (i % 2) * (0.8 + i // 2 % 3 / 5),
        }
    )
    plain = {
        "unit": "student", "treatment": "treated", "pretests": ["pre"],
        "outcomes": [{"name": "read", "confirmatory": True}], "exact": ["pre"],
    }  # fmt: skip
    return evaluate(frame, Design.from_dict(plain | keys)).report()


def test_the_report_counts_the_students_and_cannot_count_sites_without_schools():
    (row,) = report_of(0.5)["essa"]
    found = {c["name"]: (c["found"], c["is_met"]) for c in row["criteria"]}
    assert found["students"] == ("400", True)
    assert found["effect"] == ("positive, significant", True)
    assert found["sites"] == ("not known", False)
    assert row["tier"] == "promising"


def test_few_schools_leave_nothing_significant_to_claim():
    (row,) = report_of(0.5, cluster="school")["essa"]
    found = {c["name"]: c["found"] for c in row["criteria"]}
    assert found["sites"] == "10 by school"
    assert found["effect"] == "positive, not to be claimed (few_clusters)"
    assert row["tier"] == "rationale"


def test_an_effect_that_chance_explains_is_not_significant_however_few_the_schools():
    planned = {"outcomes": [{"name": "re78", "confirmatory": True}]}
    report = lalonde.report(**planned, cluster="educ")
    assert report["effects"][0]["p"] > 0.05
    assert report["effects"][0]["held_back"] == ["few_clusters"]
    assert report["essa"][0]["criteria"][1]["found"] == "positive, not significant"


def test_an_exploratory_or_constant_outcome_carries_no_claim():
    assert report_of(0.5, outcomes=["read"])["essa"] == []
    assert (
        report_of(0.0, outcomes=[{"name": "flat", "confirmatory": True}])["essa"] == []
    )


@pytest.mark.parametrize(("p", "found"), [(0.05, "significant"), (0.0501, "not sign")])
def test_a_corrected_p_of_five_in_a_hundred_is_significant(p, found):
    sample = SimpleNamespace(rows=range(400), clusters=None)
    outcome = SimpleNamespace(name="read")
    effect = SimpleNamespace(sample=sample, outcome=outcome, claimed=(0.3, p))
    verdict = SimpleNamespace(code=VerdictCode.MEETS_WITH_RESERVATIONS)
    design = SimpleNamespace(matched_on=("pre",), exact=(), cluster=None)
    row = essa_row(effect, verdict, Standing(p, significant=True), design)
    assert row["criteria"][1]["found"].startswith(f"positive, {found}")


@pytest.mark.parametrize(
    ("matched_on", "exact", "tier"),
    [
        (("pre",), (), Tier.MODERATE),
        ((), ("grade",), Tier.MODERATE),
        ((), (), Tier.RATIONALE),
    ],
)
def test_a_report_counts_all_sites_and_any_control_of_selection(
    matched_on, exact, tier
):
    sample = SimpleNamespace(
        rows=range(400), clusters=np.arange(400) % 2, treated_clusters=1
    )
    outcome = SimpleNamespace(name="read")
    effect = SimpleNamespace(sample=sample, outcome=outcome, claimed=(0.3, 0.01))
    verdict = SimpleNamespace(code=VerdictCode.MEETS_WITH_RESERVATIONS)
    design = SimpleNamespace(matched_on=matched_on, exact=exact, cluster="school")
    row = essa_row(effect, verdict, Standing(0.01, significant=True), design)
    assert row["tier"] == tier
    assert row["criteria"][3]["found"] == "2 by school"
