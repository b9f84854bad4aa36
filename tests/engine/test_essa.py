import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.engine.essa import Tier, candidacy
from outcomes.terms import VerdictCode

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
