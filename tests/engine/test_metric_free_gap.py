import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine import metric_free_gap as gaps
from tests.engine import oracles_gaps as literal
from tests.engine.worked import formulas, kindergarten, star, star_gap

MEETS = 440  # STAR's "share above the 60th percentile" begins at this score
DIMENSIONS = {"readk_race": "ethnicity", "readk_lunch": "lunchk"}
ARMS = {"regular": False, "small": True}


def meets_on_z() -> float:
    meta = star()["meta"]
    cut = (MEETS - meta["mean_readk_control"]) / meta["sd_readk_control"]
    return cut - 1e-9  # the score of 440 itself meets it, rounding of z apart


def in_arm(children, arm: str):
    return (children.small == ARMS[arm]).astype(float)


@st.composite
def two_groups(draw):
    n = draw(st.integers(2, 9)) + draw(st.integers(2, 9))
    scores = draw(st.lists(st.integers(-4, 4), min_size=n, max_size=n))
    focal = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    weights = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    assume(any(focal) and not all(focal))
    return np.array(scores, float), np.array(focal), np.array(weights, float)


@st.composite
def overlapping(draw):
    scores, focal, weights = draw(two_groups())
    assume(0 < literal.chance_ahead(scores, focal, weights) < 1)
    return scores, focal, weights


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("case", DIMENSIONS)
def test_the_gaps_of_star_are_those_of_r(case, arm):
    children = star_gap(DIMENSIONS[case])
    known = star()["gaps"][case][arm]
    given_ = (children.z, children.focal, in_arm(children, arm))
    assert gaps.chance_ahead(*given_).value == pytest.approx(known["auc"], rel=1e-9)
    assert gaps.v_gap(*given_).value == pytest.approx(known["V"], rel=1e-9)
    points = 100 * gaps.share_meeting_gap(*given_, meets_on_z()).value
    assert points == pytest.approx(known["prof_gap_pp"], rel=1e-9)


def closed_in_star(case: str) -> list[float]:
    children = star_gap(DIMENSIONS[case])
    changes = []
    for gap in (
        lambda w: gaps.v_gap(children.z, children.focal, w).value,
        lambda w: (
            gaps.share_meeting_gap(children.z, children.focal, w, meets_on_z()).value
        ),
    ):
        changes.append(
            gap(in_arm(children, "regular")) - gap(in_arm(children, "small"))
        )
    return [star()["gaps"][case]["did_gap_closing_raw"], *changes]


def test_the_lunch_gap_of_star_narrows_by_two_metrics_and_widens_by_the_third():
    mean, v, share = closed_in_star("readk_lunch")
    assert mean > 0
    assert v > 0
    assert share < 0
    assert not gaps.metrics_agree([mean, v, share])


def test_the_race_gap_of_star_narrows_by_every_metric():
    assert gaps.metrics_agree(closed_in_star("readk_race"))


def test_a_change_of_nothing_disagrees_with_a_change():
    assert gaps.metrics_agree([0.0, 0.0])
    assert not gaps.metrics_agree([0.0, 0.1])
    assert not gaps.metrics_agree([0.0, -0.1])


def test_ties_counted_half_give_the_worked_v_from_levels():
    case = formulas()["V_from_levels"]
    scores = np.tile(np.arange(4.0), 2)
    focal = np.repeat([False, True], 4)
    counts = np.array([*case["hi_group"], *case["lo_group"]], float)
    ahead = gaps.chance_ahead(scores, focal, counts).value
    assert ahead == pytest.approx(case["auc_ties_half"], rel=1e-6)
    v = gaps.v_gap(scores, focal, counts).value
    assert v == pytest.approx(case["V_ties_half"], rel=1e-6)
    share = gaps.share_meeting_gap(scores, focal, counts, 2.0).value
    assert 100 * share == pytest.approx(case["gap_pp"], rel=1e-6)


@given(two_groups())
def test_ranks_count_every_pair_of_students(groups):
    ahead = gaps.chance_ahead(*groups)
    assert ahead.value == pytest.approx(literal.chance_ahead(*groups), abs=1e-12)


@given(overlapping())
def test_v_does_not_change_when_the_test_is_rescaled_and_flips_with_the_groups(groups):
    scores, focal, weights = groups
    v = gaps.v_gap(scores, focal, weights).value
    rescaled = gaps.v_gap(np.exp(scores) + scores, focal, weights).value
    assert rescaled == pytest.approx(v, abs=1e-12)
    assert gaps.v_gap(scores, ~focal, weights).value == pytest.approx(-v, abs=1e-9)


@given(two_groups())
def test_a_weight_of_three_is_three_students(groups):
    scores, focal, weights = groups
    times = weights.astype(int)
    alone = np.repeat(scores, times), np.repeat(focal, times), np.ones(times.sum())
    percentile = gaps.percentile_of_focal_mean(*groups)
    assert percentile == pytest.approx(gaps.percentile_of_focal_mean(*alone), abs=1e-9)
    meets = gaps.share_meeting_gap(*groups, 0.0).value
    assert meets == pytest.approx(gaps.share_meeting_gap(*alone, 0.0).value, abs=1e-12)


@given(overlapping())
def test_an_influence_is_the_slope_in_a_student_s_weight(groups):
    scores, focal, weights = groups
    for measure in (gaps.chance_ahead, gaps.v_gap):
        slope = literal.slope_by_weight(
            lambda w, f=measure: f(scores, focal, w).value, weights
        )
        influence = measure(scores, focal, weights).influence
        assert influence == pytest.approx(slope, abs=1e-5)


def test_the_error_of_the_chance_ahead_covers_what_repetition_shows():
    """500 draws of 60 against 40 scores: SE within a tenth of the true spread."""
    random = np.random.default_rng(5)
    focal = np.arange(100) < 40
    found = [
        gaps.chance_ahead(random.normal(size=100) - 0.5 * focal, focal, np.ones(100))
        for _ in range(500)
    ]
    spread = np.std([estimate.value for estimate in found])
    errors = np.mean([estimate.std_error() for estimate in found])
    assert errors == pytest.approx(spread, rel=0.1)


def test_the_percentile_of_the_focal_mean_is_fifty_without_a_gap():
    scores = np.array([1.0, 2, 3, 1, 2, 3])
    focal = np.arange(6) < 3
    assert gaps.percentile_of_focal_mean(scores, focal, np.ones(6)) == 50
    behind = gaps.percentile_of_focal_mean(scores, scores == 1, np.ones(6))
    assert behind == 0  # of the reference students alone


@pytest.mark.parametrize("ahead", [0, 1])
def test_groups_that_do_not_overlap_have_no_v(ahead):
    focal = np.array([1, 1, 0, 0]) != ahead
    with pytest.raises(NotEstimable, match="do not overlap"):
        gaps.v_gap(np.array([1.0, 2, 3, 4]), focal, np.ones(4))


@pytest.mark.parametrize("measure", [gaps.chance_ahead, gaps.percentile_of_focal_mean])
def test_an_empty_group_has_no_gap(measure):
    with pytest.raises(NotEstimable):
        measure(np.arange(4.0), np.zeros(4, bool), np.ones(4))


def test_a_cluster_of_one_school_has_no_standard_error():
    children = star_gap("ethnicity")
    v = gaps.v_gap(children.z, children.focal, np.ones(len(children.z)))
    with pytest.raises(NotEstimable, match="2 clusters"):
        v.std_error(np.zeros(len(children.z), int))


def test_clusters_by_child_are_no_clusters():
    children = star_gap("ethnicity")
    v = gaps.v_gap(children.z, children.focal, in_arm(children, "small"))
    by_child = v.std_error(np.arange(len(children.z)))
    assert by_child == pytest.approx(v.std_error(), rel=1e-12)
    assert v.std_error(children.school) > v.std_error()


def test_the_kindergarten_table_holds_every_child_of_the_study():
    assert len(kindergarten()) == star()["meta"]["n_k"]
