import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.engine.multiplicity import Finding, benjamini_hochberg, within_domains
from tests.engine.worked import formulas

ps = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def literal(p: list[float], alpha: float = 0.05) -> list[bool]:
    """Find the largest rank that passes, then mark all at or below it."""
    ranked = sorted(p)
    passing = [i for i, v in enumerate(ranked, 1) if v <= i * alpha / len(p)]
    return [bool(passing) and v <= ranked[max(passing) - 1] for v in p]


def test_four_of_the_six_worked_findings_stand():
    case = formulas()["benjamini_hochberg"]
    found = benjamini_hochberg(case["p"])
    assert [c.critical for c in found] == pytest.approx(case["critical"], rel=1e-6)
    assert [c.adjusted for c in found] == pytest.approx(case["adjusted"], rel=1e-6)
    assert [c.is_significant for c in found] == case["significant_at_05"]


def test_a_later_p_that_passes_carries_the_earlier_ones_with_it():
    """.03 misses its own .025 but .04 meets .05."""
    assert [c.is_significant for c in benjamini_hochberg([0.03, 0.04])] == [True, True]


def test_a_p_value_on_the_boundary_is_significant():
    assert benjamini_hochberg([0.05])[0].is_significant
    assert not benjamini_hochberg([0.0500001])[0].is_significant


@given(ps)
def test_the_findings_are_those_of_the_rule_read_out_loud(p):
    found = benjamini_hochberg(p)
    assert [c.is_significant for c in found] == literal(p)
    for one, corrected in zip(p, found, strict=True):
        assert one <= corrected.adjusted + 1e-15 <= 1 + 1e-15


@given(ps, st.randoms())
def test_the_order_of_the_findings_does_not_matter(p, random):
    mixed = random.sample(range(len(p)), len(p))
    found = benjamini_hochberg(p)
    shuffled = benjamini_hochberg([p[i] for i in mixed])
    adjusted = [shuffled[mixed.index(i)].adjusted for i in range(len(p))]
    assert adjusted == pytest.approx([c.adjusted for c in found], abs=1e-15)


def test_domains_are_corrected_apart_and_exploratory_findings_not_at_all():
    tests = [
        Finding(0.03, "ela"),
        Finding(0.04, "math"),
        Finding(0.5, "math"),
        Finding(0.001, "math", confirmatory=False),
    ]
    ela, math, other, exploratory = within_domains(tests)
    assert ela is not None
    assert ela.is_significant
    assert math is not None
    assert math.adjusted == pytest.approx(0.08)
    assert other is not None
    assert exploratory is None


def test_no_confirmatory_finding_leaves_nothing_to_correct():
    assert within_domains([Finding(0.01, confirmatory=False)]) == [None]
