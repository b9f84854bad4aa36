import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from outcomes.designs.errors import NotEstimable
from outcomes.engine.level_gap import gap_from_counts, v_gap_from_levels
from outcomes.engine.metric_free_gap import v_gap
from tests.engine import oracles_gaps as literal
from tests.engine.worked import formulas

filled = st.lists(st.integers(5, 60), min_size=4, max_size=4).map(np.array)


def test_the_worked_levels_give_the_probit_gap():
    """The stored figures come from a general optimiser, good to about 1e-7."""
    case = formulas()["V_from_levels"]
    gap = gap_from_counts(np.array(case["hi_group"]), np.array(case["lo_group"]))
    assert gap.v == pytest.approx(case["V_hetop"], rel=1e-6)
    assert gap.mu == pytest.approx(case["hetop_mu_lo"], rel=1e-6)
    assert gap.sigma == pytest.approx(case["hetop_sigma_lo"], rel=1e-6)


@settings(max_examples=8, deadline=None)
@given(filled, filled)
def test_a_general_optimiser_finds_the_same_gap(reference, focal):
    gap = gap_from_counts(reference, focal)
    assert gap.v == pytest.approx(literal.v_from_counts(reference, focal), abs=1e-5)


@given(
    st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3, unique=True).map(sorted),
    st.floats(-1.5, 1.5),
    st.floats(0.6, 1.6),
)
def test_levels_cut_from_two_normal_groups_give_back_their_gap(cuts, mu, sigma):
    edges = np.array([-np.inf, *cuts, np.inf])
    if np.diff(cuts).min() < 0.1:
        edges = np.array([-np.inf, -0.7, 0.1, 0.9, np.inf])
    reference = 1000 * np.diff(ndtr(edges))
    focal = 1000 * np.diff(ndtr((edges - mu) / sigma))
    gap = gap_from_counts(reference, focal)
    assert gap.v == pytest.approx(-mu / np.sqrt((1 + sigma**2) / 2), abs=1e-6)


@given(filled, filled, st.floats(0.1, 20))
def test_v_flips_with_the_groups_and_does_not_move_with_the_size_of_the_sample(
    reference, focal, factor
):
    v = gap_from_counts(reference, focal).v
    assert gap_from_counts(focal, reference).v == pytest.approx(-v, abs=1e-7)
    larger = gap_from_counts(factor * reference, factor * focal).v
    assert larger == pytest.approx(v, abs=1e-7)


@settings(max_examples=30)
@given(st.lists(st.integers(5, 60), min_size=6, max_size=6))
def test_the_influence_of_a_level_is_the_slope_in_its_count(six):
    """Three levels fit exactly; with more, the slope also carries the misfit."""
    counts = np.array(six, float)
    slope = literal.slope_by_weight(lambda c: gap_from_counts(c[:3], c[3:]).v, counts)
    gap = gap_from_counts(counts[:3], counts[3:])
    assert gap.influence.ravel() * counts == pytest.approx(slope, abs=1e-6)


any_counts = st.lists(st.integers(0, 1000), min_size=5, max_size=5).map(np.array)


@given(any_counts, any_counts)
def test_any_counts_have_a_finite_gap_or_a_reason(reference, focal):
    try:
        gap = gap_from_counts(reference, focal)
    except NotEstimable:
        return
    assert np.isfinite([gap.v, gap.mu, gap.std_error]).all()
    assert gap.sigma > 0
    assert np.isfinite(gap.influence).all()


def test_the_standard_error_is_that_of_repeated_samples():
    """400 draws of 400 students a group: SE within a tenth of the true spread."""
    random = np.random.default_rng(9)
    chances = np.array([0.1, 0.25, 0.4, 0.25]), np.array([0.25, 0.35, 0.3, 0.1])
    drawn = [
        gap_from_counts(*(random.multinomial(400, p).astype(float) for p in chances))
        for _ in range(400)
    ]
    spread = np.std([gap.v for gap in drawn])
    assert np.mean([gap.std_error for gap in drawn]) == pytest.approx(spread, rel=0.1)


def test_students_one_by_one_give_the_gap_of_their_counts():
    case = formulas()["V_from_levels"]
    counts = np.array([*case["hi_group"], *case["lo_group"]])
    levels = np.repeat(np.tile(np.arange(4), 2), counts)
    focal = np.repeat([False, True], [100, 100])
    estimate = v_gap_from_levels(levels, focal, np.ones(200))
    known = gap_from_counts(counts[:4], counts[4:])
    assert estimate.value == pytest.approx(known.v, rel=1e-9)
    assert estimate.std_error() == pytest.approx(known.std_error, rel=0.02)
    ties_half = v_gap(levels.astype(float), focal, np.ones(200)).value
    assert estimate.value > ties_half  # halved ties pull V towards 0


@pytest.mark.parametrize(
    ("reference", "focal", "reason"),
    [
        ([5, 5], [3, 7], "3 levels"),
        ([5, 5, 0], [3, 7, 0], "3 levels"),
        ([5, 5, 5], [0, 0, 0], "both groups"),
        ([9, 0, 0, 0], [0, 4, 4, 4], "do not fix"),
        ([5, 5, 5], [0, 0, 9], "do not fix"),
    ],
)
def test_counts_that_cannot_tell_have_no_v(reference, focal, reason):
    with pytest.raises(NotEstimable, match=reason):
        gap_from_counts(np.array(reference), np.array(focal))
