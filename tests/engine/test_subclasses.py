"""Subclassification on a score, against R and subclasses made by hand."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from tests.engine.lalonde import SPECS, arranged, largest, r_weights, report
from tests.engine.oracles_cells import att_weights, bin_of, quantile
from tests.engine.random_studies import keys, match_on, tables, weights_by_unit

near = pytest.approx


@pytest.mark.parametrize("count", [5, 6, 10])
def test_lalonde_is_that_of_r(count):
    found = report(method="subclass", subclasses=count)
    expected = SPECS[f"subclass{count}"]
    sample, effect = found["sample"], found["effects"][0]
    assert (sample["matched_treated"], sample["matched_comparison"]) == (185, 429)
    assert sample["sets"] == count
    assert sample["ess_comparison"] == near(expected["ess_control"])
    assert effect["estimate"] == near(expected["att_diff"])
    assert effect["std_error"] == near(expected["se_diff_HC3"])
    rows = found["balance"]
    assert largest(rows, "smd_after") == near(expected["max_abs_smd"])
    assert largest(rows, "wwc_effect_size") == near(
        expected["wwc_max_abs_es"], rel=1e-6
    )


@pytest.mark.parametrize("count", [5, 6])
def test_lalonde_weights_are_those_of_r(count):
    study, found = arranged(method="subclass", subclasses=count)
    ours = dict(zip(study.units, found.matched.weights(), strict=True))
    assert ours == near(r_weights(f"subclass{count}"), abs=1e-8)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"distance": "mahalanobis"}, "distance: method .subclass"),
        ({"caliper": {"age": {"width": 3, "unit": "raw"}}}, "caliper: method"),
        ({"anti_exact": ["nodegree"]}, "anti_exact: method"),
    ],
)
def test_what_cannot_be_kept_is_refused(more, message):
    with pytest.raises(DesignError, match=message):
        arranged(method="subclass", **more)


@given(tables(), st.integers(2, 5), st.sampled_from([(), ("grade",)]), st.randoms())
@settings(max_examples=100, deadline=None)
def test_weights_are_those_of_subclasses_made_by_hand(frame, count, exact, random):
    design = Design.from_dict(keys(method="subclass", subclasses=count, exact=exact))
    order = random.sample(range(len(frame)), len(frame))
    study, found = match_on(frame.iloc[order], design)
    assume(not found.space.is_separated)
    score = dict(zip(study.units, found.space.score.tolist(), strict=True))
    rows = frame.set_index("student")
    taking_part = [score[unit] for unit in rows.index[rows["treated"] == 1]]
    edges = [quantile(taking_part, i, count) for i in range(1, count)]
    # A cut may fall upon a score, but not within rounding of one.
    assume(all(abs(s - e) > 1e-9 or s == e for s in score.values() for e in edges))
    cell_of = {
        unit: (*(row[c] for c in exact), bin_of(score[unit], edges))
        for unit, row in rows.iterrows()
    }
    expected = att_weights(cell_of, (rows["treated"] == 1).to_dict())
    assert weights_by_unit(study, found.matched) == near(expected)
