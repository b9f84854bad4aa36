"""Some participants are given more comparison students than others: whom, how many."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, PromiseBroken
from outcomes.engine.evaluate import evaluate
from outcomes.engine.promises import check_promises
from outcomes.engine.ratio_cells import assign_between
from outcomes.services.methods import paragraph
from outcomes.services.redo import matchit_call
from tests.engine import lalonde, oracles_ratio
from tests.engine.lalonde import FRAME, REFERENCE
from tests.engine.random_studies import (
    kept_promises,
    keys,
    match_on,
    same_in_any_order,
    tables,
)
from tests.engine.test_literal import pairs_of

near = pytest.approx
often = settings(max_examples=150, deadline=None)
NUMBERS = ["age", "educ", "married", "re74", "re75"]
ONE_TO_FOUR = {"ratio": 2, "min_ratio": 1, "max_ratio": 4}
FIGURES = pd.read_csv(REFERENCE / "variable_ratio_oracles.csv", index_col="spec")
WEIGHTS = pd.read_csv(REFERENCE / "variable_ratio_weights.csv", index_col="spec")
NUMBER = np.arange(1, len(FRAME) + 1)
FEW = FRAME[(FRAME["treat"] == 0) | (NUMBER % 2 == 0)]
FEW_OTHERS = FRAME[(FRAME["treat"] == 1) | (NUMBER % 6 == 0)]
IN_R = {
    "r2_1_4": (FRAME, ONE_TO_FOUR),
    "r2_1_3_smallest": (FRAME, ONE_TO_FOUR | {"max_ratio": 3, "order": "smallest"}),
    "r2_1_4_married": (FRAME, ONE_TO_FOUR | {"exact": ["married"]}),
    "r3_2_6_few": (FEW, {"ratio": 3, "min_ratio": 2, "max_ratio": 6}),
    "r2_1_4_atc": (FEW_OTHERS, ONE_TO_FOUR | {"estimand": "ATC"}),
}


def sizes(matched):
    """How many comparison students stand in each set."""
    found = np.bincount(matched.sets, ~matched.is_own).astype(int)
    return found[np.bincount(matched.sets) > 0]


@pytest.mark.parametrize("spec", IN_R)
def test_the_match_is_that_of_matchit(spec):
    frame, wanted = IN_R[spec]
    r = FIGURES.loc[spec].set_index("what")["value"]
    study, arranged = lalonde.arranged(frame, **wanted)
    weights = dict(zip(study.units, arranged.matched.weights(), strict=True))
    expected = WEIGHTS.loc[spec].set_index("unit_id")["weight"].to_dict()
    assert {unit: w for unit, w in weights.items() if w} == near(expected)
    assert arranged.matched.total_distance == near(r["total"], rel=1e-8)
    counts = np.bincount(sizes(arranged.matched), minlength=7)
    assert counts[1:].tolist() == [r[f"sets_of_{size}"] for size in range(1, 7)]
    found = evaluate(frame, lalonde.design(**wanted)).report()
    assert found["effects"][0]["estimate"] == near(r["difference"])


@pytest.mark.parametrize("spec", ["r2_1_4", "r3_2_6_few", "r2_1_4_atc"])
def test_the_optimum_has_as_many_pairs_and_is_no_farther_apart_than_in_r(spec):
    frame, wanted = IN_R[spec]
    r = FIGURES.loc[spec].set_index("what")["value"]
    _, found = lalonde.arranged(frame, method="optimal", **wanted)
    assert sizes(found.matched).sum() == r["pairs"]
    assert sizes(found.matched).min() == wanted["min_ratio"]
    assert sizes(found.matched).max() == wanted["max_ratio"]
    assert found.matched.total_distance <= r["total"]


RATIOS = [(2, 1, 4), (2, 1, 3), (3, 2, 4), (1, 1, 2), (3, 1, 3)]


def varying(ratios):
    return dict(zip(("ratio", "min_ratio", "max_ratio"), ratios, strict=True))


@often
@given(
    tables(),
    st.sampled_from(["largest", "smallest"]),
    st.sampled_from(RATIOS),
    st.sampled_from([None, 0.5, 0.05]),
    st.sampled_from([[], ["school"]]),
)
def test_nearest_pairs_are_those_of_a_look_at_everyone(
    frame, order, ratios, width, exact
):
    caliper = {"distance": {"width": width, "unit": "raw"}} if width else {}
    wanted = keys(order=order, exact=exact, caliper=caliper, **varying(ratios))
    study, found = match_on(frame, Design.from_dict(wanted))
    assume(not found.space.is_separated)
    score, (ratio, least, most) = found.space.score, ratios
    seeks = oracles_ratio.dealt(
        score, study.treated, ratio=ratio, least=least, most=most
    )
    literal = oracles_ratio.nearest_pairs(
        score,
        study.treated,
        found.limits.cell,
        seeks,
        order=order,
        width=width or np.inf,
    )
    assert pairs_of(found.matched) == sorted(literal)


@often
@given(
    tables(),
    st.sampled_from(["nearest", "optimal"]),
    st.sampled_from(["largest", "smallest", "closest", "random"]),
    st.sampled_from(RATIOS),
    st.sampled_from([{}, {"pretest": {"width": 2.0, "unit": "raw"}}]),
    st.sampled_from([[], ["school"]]),
    st.randoms(use_true_random=False),
)
def test_nobody_has_more_than_the_most_or_without_need_fewer_than_the_least(
    frame, method, order, ratios, caliper, exact, random
):
    more = varying(ratios) | {"method": method, "order": order, "exact": exact}
    design = Design.from_dict(keys(caliper=caliper, **more))
    study, found = match_on(frame, design)
    assume(not found.space.is_separated)
    matched, (ratio, least, most) = found.matched, ratios
    assert kept_promises(frame, design, study, matched)
    assert sizes(matched).max(initial=0) <= most
    n = int(study.treated.sum())
    assert sizes(matched).sum() <= ratio * n
    if not caliper and not exact and study.n - n >= ratio * n:
        assert sizes(matched).sum() == ratio * n
        assert sizes(matched).min() >= least
    assert same_in_any_order(frame, design, random)


@often
@given(tables(), st.sampled_from(RATIOS))
def test_the_optimum_is_no_farther_apart_than_the_greedy_match(frame, ratios):
    both = [
        match_on(frame, Design.from_dict(keys(method=method, **varying(ratios))))[1]
        for method in ("optimal", "nearest")
    ]
    assume(not both[0].space.is_separated)
    best, greedy = (found.matched for found in both)
    assert len(best.rows) == len(greedy.rows)
    assert best.total_distance <= greedy.total_distance * (1 + 1e-9) + 1e-9


@st.composite
def matrices(draw):
    """Distances of 1 to 3 participants and 1 to 6 others, some forbidden, with ties."""
    t, c = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    number = st.integers(0, draw(st.sampled_from([3, 1000]))).map(float)
    entry = draw(st.sampled_from([number, st.one_of(st.none(), number)]))
    return [draw(st.lists(entry, min_size=c, max_size=c)) for _ in range(t)]


@settings(max_examples=300, deadline=None)
@given(matrices(), st.sampled_from(RATIOS))
def test_the_optimum_is_that_of_trying_everything(rows, ratios):
    ratio, least, most = ratios
    matrix = np.array([[np.inf if d is None else d for d in row] for row in rows])
    one, other = assign_between(matrix, least, ratio, most)
    assert len(set(other)) == len(other)
    counts = np.bincount(one, minlength=len(rows))
    assert counts.max() <= most
    found = (
        int((counts > 0).sum()),
        int(np.minimum(counts, least).sum()),
        len(one),
        float(matrix[one, other].sum()),
    )
    assert found == near(oracles_ratio.best_pairs(rows, least, ratio, most))


def test_who_has_fewer_in_reach_keeps_those_and_others_are_given_the_rest():
    near_one, near_two = [1.0, np.inf, np.inf, np.inf], [np.inf, 2.0, 3.0, 4.0]
    one, _ = assign_between(np.array([near_one, near_two]), 2, 2, 3)
    assert np.bincount(one).tolist() == [1, 3]


@pytest.mark.parametrize("method", ["nearest", "optimal"])
def test_where_the_mean_is_the_least_all_are_given_as_many(method):
    _, fixed = lalonde.arranged(method=method, ratio=2)
    more = {"ratio": 2, "min_ratio": 2, "max_ratio": 5}
    _, varied = lalonde.arranged(method=method, **more)
    assert sizes(varied.matched).tolist() == sizes(fixed.matched).tolist()
    assert varied.matched.total_distance == near(fixed.matched.total_distance)


@pytest.mark.parametrize("method", ["nearest", "optimal"])
def test_at_every_entry_the_mean_holds_anew(method):
    frame = pd.read_csv(REFERENCE / "lalonde_entries.csv")
    wanted = {"entry": "entry", "method": method, "covariates": NUMBERS, **ONE_TO_FOUR}
    study, found = lalonde.arranged(frame, **wanted)
    matched = found.matched
    assert set(sizes(matched)) <= {1, 2, 3, 4}
    for code, n in enumerate(frame.groupby("entry")["treat"].sum()):
        here = study.entries.code[matched.rows] == code
        assert (~matched.is_own & here).sum() == 2 * n


@pytest.mark.parametrize(
    "strict", [{"max_ratio": 3}, {"min_ratio": 2}, {"ratio": 1, "max_ratio": 4}]
)
def test_a_broken_ratio_is_seen_on_the_finished_sets(strict):
    wanted = lalonde.design(**ONE_TO_FOUR)
    study, found = lalonde.arranged(**ONE_TO_FOUR)
    rest = (found.limits, found.matched, found.space)
    check_promises(study, wanted, *rest)
    with pytest.raises(PromiseBroken, match='"ratio"'):
        check_promises(study, dataclasses.replace(wanted, **strict), *rest)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"min_ratio": 1}, 'min_ratio: stands alone; give "max_ratio" too'),
        ({"max_ratio": 4}, 'max_ratio: stands alone; give "min_ratio" too'),
        ({"min_ratio": 0, "max_ratio": 4}, "min_ratio: found 0, expected a whole"),
        ({"min_ratio": 2, "max_ratio": 2}, "max_ratio: found 2, expected more than"),
        ({"min_ratio": 4, "max_ratio": 2}, "max_ratio: found 2, expected more than"),
        ({**ONE_TO_FOUR, "ratio": 5}, r"ratio: found 5, expected min_ratio \(1\) to"),
        ({**ONE_TO_FOUR, "min_ratio": 3}, r"ratio: found 2, expected min_ratio \(3\)"),
        ({**ONE_TO_FOUR, "method": "full"}, "remove min_ratio and max_ratio, or use n"),
        ({**ONE_TO_FOUR, "replacement": True}, "set replacement to false"),
        ({**ONE_TO_FOUR, "distance": "mahalanobis"}, "use propensity or logit"),
    ],
)
def test_what_cannot_vary_is_refused(wrong, said):
    with pytest.raises(DesignError, match=said):
        lalonde.design(**wrong)


def test_a_report_and_its_script_say_how_many_each_was_given():
    said = paragraph(lalonde.report(**ONE_TO_FOUR))
    assert "1 to 4 comparison students each, 2 on average" in said
    said = paragraph(evaluate(*_for_others()).report())
    assert "1 to 4 participants each, 2 on average" in said
    call = matchit_call(lalonde.design(**ONE_TO_FOUR))
    assert "ratio = 2, min.controls = 1, max.controls = 4" in call
    at_an_end = matchit_call(lalonde.design(**ONE_TO_FOUR | {"ratio": 1}))
    assert "ratio = 1," in at_an_end
    assert "controls" not in at_an_end


def _for_others():
    frame, wanted = IN_R["r2_1_4_atc"]
    return frame, lalonde.design(**wanted)
