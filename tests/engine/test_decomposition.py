import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.errors import NotEstimable
from outcomes.engine.decomposition import accounting, four_parts
from outcomes.engine.gap_closing import fit_models
from outcomes.engine.influence import Modelled
from outcomes.engine.linear import least_squares
from tests.engine.worked import REFERENCE, formulas, modelled_star, star

PARTS = ("baseline", "prevalence", "effect", "selection")


def fixed(values):
    """As if a model that has no error had said so."""
    return Modelled(values[:, None], np.ones(1), np.zeros((len(values), 1)))


def test_the_worked_gap_has_its_four_parts():
    case = formulas()["yu_elwert"]
    both = {k: np.array(case[f"{k}_a"] + case[f"{k}_b"]) for k in ("D", "tau", "y0")}
    focal = np.arange(8) >= 4
    parts = four_parts(both["D"], fixed(both["tau"]), fixed(both["y0"]), focal)
    assert parts.gap == pytest.approx(case["gap"], rel=1e-6)
    for part in PARTS:
        assert getattr(parts, part).value == pytest.approx(case[part], rel=1e-6)


def test_the_race_gap_of_star_has_the_parts_that_r_found():
    case, children = star()["yu_elwert_readk_race"], modelled_star()
    x = np.where(
        children.small[:, None], children.with_program, children.without_program
    )
    fit = least_squares(children.z, x, np.ones(len(x)))
    without = children.without_program @ fit.coefficients
    gain = children.with_program @ fit.coefficients - without
    parts = four_parts(
        children.small.astype(float), fixed(gain), fixed(without), children.focal
    )
    for part in PARTS:
        assert getattr(parts, part).value == pytest.approx(case[part], rel=1e-7), part
    assert parts.gap == pytest.approx(case["sum"], rel=1e-9)


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 12))
def test_the_four_parts_add_up_to_the_gap_of_the_students(seed, n, m):
    random = np.random.default_rng(seed)
    focal = np.arange(n + m) < n
    participates = random.integers(0, 2, n + m).astype(float)
    gain, without = random.normal(size=(2, n + m))
    outcome = without + participates * gain
    parts = four_parts(participates, fixed(gain), fixed(without), focal)
    gap = outcome[~focal].mean() - outcome[focal].mean()
    assert parts.gap == pytest.approx(gap, abs=1e-12)
    covariances = [
        np.cov(participates[g], gain[g], bias=True)[0, 1] for g in (~focal, focal)
    ]
    selection = covariances[0] - covariances[1]
    assert parts.selection.value == pytest.approx(selection, abs=1e-12)
    turned = four_parts(participates, fixed(gain), fixed(without), ~focal)
    assert turned.baseline.value == pytest.approx(-parts.baseline.value, abs=1e-12)


def test_one_effect_for_all_leaves_neither_effect_nor_selection():
    participates = np.array([1.0, 0, 0, 1, 1, 0])
    parts = four_parts(
        participates, fixed(np.full(6, 0.3)), fixed(np.zeros(6)), np.arange(6) < 3
    )
    assert parts.effect.value == pytest.approx(0, abs=1e-15)
    assert parts.selection.value == pytest.approx(0, abs=1e-15)
    assert parts.prevalence.value == pytest.approx(0.1)


def test_the_race_gap_of_star_is_accounted_for_as_in_r():
    case, children = star()["kob_readk_race"], modelled_star()
    names = ("small", "girl", "free", "birth")
    parts = accounting(children.z, children.covariates, names, children.focal)
    assert parts.gap.value == pytest.approx(case["gap"], rel=1e-9)
    for name in names:
        assert parts.explained[name].value == pytest.approx(
            case["explained"][name], rel=1e-8
        )
    assert parts.unexplained.value == pytest.approx(case["unexplained_total"], rel=1e-9)


def star_parts(children, rows=slice(None)):
    names = ("small", "girl", "free", "birth")
    return accounting(
        children.z[rows], children.covariates[rows], names, children.focal[rows]
    )


def named(parts):
    return {**parts.explained, "unexplained": parts.unexplained, "gap": parts.gap}


def test_the_errors_by_school_are_those_of_stacked_moments_in_r():
    r = json.loads((REFERENCE / "accounting.json").read_text())
    children = modelled_star()
    parts = named(star_parts(children))
    assert set(parts) == set(r)
    for name, (value, error) in r.items():
        assert parts[name].value == pytest.approx(value, rel=1e-7)
        found = parts[name].std_error(children.school)
        assert found == pytest.approx(error, rel=1e-5)


def test_drawing_schools_anew_finds_the_same_errors():
    children, random = modelled_star(), np.random.default_rng(3)
    at = [np.flatnonzero(children.school == s) for s in range(79)]
    drawn = []
    for _ in range(300):
        rows = np.concatenate([at[s] for s in random.integers(79, size=79)])
        drawn.append({n: e.value for n, e in named(star_parts(children, rows)).items()})
    for name, part in named(star_parts(children)).items():
        spread = np.std([draw[name] for draw in drawn], ddof=1)
        assert part.std_error(children.school) == pytest.approx(spread, rel=0.2)


@given(st.integers(0, 10_000))
def test_the_unexplained_part_is_the_focal_group_at_the_two_sets_of_slopes(seed):
    """The literal second half: xbar_f'(b_r - b_f), by numpy's own least squares."""
    random = np.random.default_rng(seed)
    focal = np.arange(40) < 17
    x = random.normal(size=(40, 2)) + focal[:, None]
    y = x @ [1.0, -2.0] + focal * x[:, 0] + random.normal(size=40)
    parts = accounting(y, x, ("a", "b"), focal)
    one = np.column_stack([np.ones(40), x])
    slopes = [np.linalg.lstsq(one[g], y[g], rcond=None)[0] for g in (~focal, focal)]
    unexplained = one[focal].mean(axis=0) @ (slopes[0] - slopes[1])
    assert parts.unexplained.value == pytest.approx(unexplained, abs=1e-9)
    shifted = accounting(y + 7, 3 * x + 5, ("a", "b"), focal)
    assert shifted.explained["a"].value == pytest.approx(
        parts.explained["a"].value, abs=1e-9
    )


def test_an_empty_group_has_no_decomposition():
    nobody = np.zeros(4, bool)
    with pytest.raises(NotEstimable, match="both groups"):
        four_parts(np.ones(4), fixed(np.ones(4)), fixed(np.ones(4)), nobody)
    for group in (nobody, ~nobody):
        with pytest.raises(NotEstimable, match="gap needs students in both groups"):
            accounting(np.arange(4.0), np.ones((4, 1)), ("a",), group)


def test_a_covariate_that_is_constant_in_a_group_has_no_slope_there():
    focal = np.arange(8) < 4
    x = np.column_stack([focal * 1.0, np.arange(8.0)])
    with pytest.raises(NotEstimable, match="within a group"):
        accounting(np.arange(8.0) ** 2, x, ("a", "b"), focal)
    for group in (focal, ~focal):
        x[:, 0] = np.where(group, 1, np.arange(8.0) ** 3)
        with pytest.raises(NotEstimable, match="within a group"):
            accounting(np.arange(8.0) ** 2, x, ("a", "b"), focal)


def parts_by_weights(y, treated, focal, x, weights):
    """All of it anew, each student counting as often as his weight says."""
    one = np.ones(len(y))
    base = np.column_stack([one, focal, x])
    columns = np.column_stack([base, treated[:, None] * base])
    root = np.sqrt(weights)
    slopes = np.linalg.lstsq(columns * root[:, None], y * root, rcond=None)[0]
    without, gain = base @ slopes[:4], base @ slopes[4:]

    def mean(values, group):
        return np.sum((weights * values)[group]) / np.sum(weights[group])

    (p_r, tau_r, y_r, d_r), (p_f, tau_f, y_f, d_f) = (
        [mean(v, group) for v in (treated, gain, without, treated * gain)]
        for group in (~focal, focal)
    )
    chosen = (d_r - p_r * tau_r) - (d_f - p_f * tau_f)
    return [y_r - y_f, tau_f * (p_r - p_f), p_r * (tau_r - tau_f), chosen]


def test_each_part_moves_with_a_student_as_its_influence_says():
    random = np.random.default_rng(8)
    focal = np.arange(120) < 50
    x = random.normal(size=(120, 2)) + focal[:, None]
    treated = (random.random(120) < 0.4).astype(float)
    y = x @ [0.5, 0.2] + treated * (0.3 + 0.4 * x[:, 0]) + random.normal(size=120)
    base = np.column_stack([np.ones(120), focal, x])
    models = fit_models(
        y, treated == 1, np.hstack([base, base]), np.hstack([base, 0 * base]), base
    )
    gain, without = (
        Modelled(columns, models.slopes, models.slope_influence)
        for columns in (
            models.with_program - models.without_program,
            models.without_program,
        )
    )
    parts = four_parts(treated, gain, without, focal)
    at = np.array(parts_by_weights(y, treated, focal, x, np.ones(120)))
    assert [getattr(parts, p).value for p in PARTS] == pytest.approx(at, abs=1e-9)
    for who in (3, 49, 77, 119):
        weights = np.ones(120)
        weights[who] += 1e-6
        moved = (np.array(parts_by_weights(y, treated, focal, x, weights)) - at) / 1e-6
        expected = [getattr(parts, p).influence[who] for p in PARTS]
        assert moved == pytest.approx(expected, abs=1e-5)
