import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine import coverage
from outcomes.engine.coverage import Reach, district_gap
from outcomes.engine.influence import Estimate, weighted_mean
from tests.engine.worked import formulas, star

effects = st.floats(-1, 1)
shares = st.floats(0, 1)


def sure(value: float) -> Estimate:
    return Estimate(value, np.zeros(1))


def worked_gap():
    case = formulas()["coverage"]
    return district_gap(
        sure(case["gap_observed"]),
        focal=Reach(case["p_lo"], sure(case["att_lo"])),
        reference=Reach(case["p_hi"], sure(case["att_hi"])),
    )


def test_the_worked_district_loses_two_hundredths_of_its_gap():
    case, gap = formulas()["coverage"], worked_gap()
    assert gap.closed.value == pytest.approx(case["removed"], rel=1e-6)
    assert gap.without_program.value == pytest.approx(
        case["gap_without_program"], rel=1e-6
    )
    assert 100 * gap.share_closed == pytest.approx(case["pct_of_gap"], rel=1e-6)
    assert gap.if_all_focal_served.value == pytest.approx(
        case["scaled_to_all_lo"], rel=1e-6
    )


def test_small_classes_in_star_remove_a_two_hundredth_of_an_sd():
    case = star()["gapclosing_readk_race"]
    reach = {
        group: Reach(case["coverage"][group], sure(case["att_aipw"][group]))
        for group in ("afam", "cauc")
    }
    gap = district_gap(sure(case["factual_gap"]), reach["afam"], reach["cauc"])
    assert gap.closed.value == pytest.approx(
        case["gap_points_removed_by_program"], rel=1e-8
    )


@given(shares, effects, shares, effects)
def test_the_gap_without_the_program_is_that_of_the_students_one_by_one(
    share_focal, att_focal, share_reference, att_reference
):
    """A hundred students a group: those served are lifted, the means are compared."""
    served = [round(100 * share) for share in (share_focal, share_reference)]
    focal = np.r_[np.full(served[0], att_focal), np.zeros(100 - served[0])] - 0.8
    reference = np.r_[np.full(served[1], att_reference), np.zeros(100 - served[1])]
    gap = district_gap(
        sure(reference.mean() - focal.mean()),
        Reach(served[0] / 100, sure(att_focal)),
        Reach(served[1] / 100, sure(att_reference)),
    )
    assert gap.without_program.value == pytest.approx(0.8, abs=1e-12)
    all_served = reference.mean() - (att_focal - 0.8)
    assert gap.if_all_focal_served.value == pytest.approx(all_served, abs=1e-12)


@given(shares, effects)
def test_a_program_that_serves_and_helps_both_alike_closes_nothing(share, att):
    alike = Reach(share, sure(att))
    assert district_gap(sure(0.5), alike, alike).closed.value == 0


def test_errors_of_two_groups_in_the_same_schools_are_added_school_by_school():
    values = np.array([1.0, 2, 4, 2, 3, 5])
    focal, schools = np.arange(6) < 3, np.array([0, 1, 2, 0, 1, 2])
    ours = weighted_mean(values, focal.astype(float))
    theirs = weighted_mean(values, (~focal).astype(float))
    reach = Reach(0.5, ours), Reach(0.5, theirs)
    district = coverage.district_gap(sure(0.5), *reach).closed
    assert district.value == pytest.approx(0.5 * (7 - 10) / 3)
    among = coverage.closed_among_participants(ours, theirs)
    assert among.std_error(schools) == pytest.approx(0, abs=1e-12)
    assert among.std_error() > 0.5


def test_an_estimate_is_doubled_with_its_error():
    estimate = Estimate(1.5, np.array([0.1, -0.3, 0.2]))
    assert (2 * estimate).std_error() == pytest.approx(2 * estimate.std_error())
    assert (estimate + estimate).value == 3.0


@pytest.mark.parametrize("gap", [-0.1, 0.0])
def test_no_share_is_closed_of_a_gap_that_was_not_there(gap):
    found = district_gap(sure(gap), Reach(0, sure(0.2)), Reach(0, sure(0.2)))
    with pytest.raises(NotEstimable, match="not behind"):
        _ = found.share_closed


def test_a_gap_of_nothing_but_rounding_was_not_there():
    with pytest.raises(NotEstimable, match="not behind"):
        coverage.share_closed(0.3, -(0.1 + 0.2) * (1 - 1e-15))


@pytest.mark.parametrize("shares", [(12, 0.03), (0.12, 3), (-0.1, 0.3), (0.3, -0.1)])
def test_a_share_in_percent_is_refused(shares):
    focal, reference = (Reach(share, sure(0.2)) for share in shares)
    with pytest.raises(NotEstimable, match="between 0 and 1"):
        district_gap(sure(0.8), focal, reference)
