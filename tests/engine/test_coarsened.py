"""Coarsened exact matching, against R and cells made by hand."""

from math import ceil, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError
from outcomes.engine.coarsened import _binned, sturges
from tests.engine.lalonde import FRAME, SPECS, arranged, largest, r_weights, report
from tests.engine.oracles_cells import att_weights, bin_of, equal_widths
from tests.engine.random_studies import keys, match_on, tables, weights_by_unit

near = pytest.approx


def fifths(column):
    """R's "q5" of MatchIt: quantiles of type 8."""
    shares = (0.2, 0.4, 0.6, 0.8)
    return np.quantile(FRAME[column], shares, method="median_unbiased").tolist()


DESIGNS = {
    "cem_default": {},
    "cem_cut": {
        "cutpoints": {
            "age": equal_widths(FRAME["age"], 4),
            "educ": [8.5, 11.5],
            "re74": fifths("re74"),
            "re75": fifths("re75"),
        }
    },
}
every_spec = pytest.mark.parametrize("spec", DESIGNS)


@every_spec
def test_lalonde_is_that_of_r(spec):
    found, expected = report(method="cem", **DESIGNS[spec]), SPECS[spec]
    sample, effect = found["sample"], found["effects"][0]
    assert sample["matched_treated"] == expected["n_treated"]
    assert sample["matched_comparison"] == expected["n_control"]
    assert sample["ess_comparison"] == near(expected["ess_control"])
    assert effect["estimate"] == near(expected["att_diff"])
    assert effect["std_error"] == near(expected["se_diff_HC3"])
    assert effect["se_kind"] == "HC3"
    assert largest(found["balance"], "smd_after") == near(expected["max_abs_smd"])
    adjusted = report(method="cem", estimator="g_computation", **DESIGNS[spec])
    assert adjusted["effects"][0]["estimate"] == near(expected["att_gcomp"])


@every_spec
def test_lalonde_weights_are_those_of_r(spec):
    study, found = arranged(method="cem", **DESIGNS[spec])
    ours = dict(zip(study.units, found.matched.weights(), strict=True))
    assert ours == near(r_weights(spec), abs=1e-8)


def test_no_cut_point_at_all_leaves_a_column_out():
    uncut = {"method": "cem", "covariates": ["age", "race"]}
    _, whole = arranged(**uncut, cutpoints={"age": []})
    _, without = arranged(method="exact", covariates=["race"])
    assert (whole.matched.weights() == without.matched.weights()).all()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"cutpoints": {"aeg": [30]}}, "cutpoints.aeg: .* did you mean .age"),
        ({"cutpoints": {"race": [1]}}, "cutpoints.race: is text"),
        ({"caliper": {"age": {"width": 3, "unit": "raw"}}}, "caliper: method .cem"),
        ({"anti_exact": ["nodegree"]}, "anti_exact: method .cem"),
    ],
)
def test_what_cannot_be_kept_is_refused(more, message):
    with pytest.raises(DesignError, match=message):
        arranged(method="cem", **more)


@given(tables(), st.lists(st.integers(0, 10), max_size=4), st.randoms())
@settings(max_examples=100, deadline=None)
def test_weights_are_those_of_cells_made_by_hand(frame, cuts, random):
    design = Design.from_dict(
        keys(method="cem", exact=["school"], cutpoints={"pretest": cuts})
    )
    bins = ceil(log2(len(frame)) + 1)
    absence = frame["absence"]
    is_few = len(set(absence)) <= bins
    edges = sorted(set(absence)) if is_few else equal_widths(absence, bins)
    rows = frame.set_index("student")
    cell_of = {
        unit: (
            row.school,
            row.lunch,
            bin_of(row.pretest, cuts),
            bin_of(row.absence, edges),
        )
        for unit, row in rows.iterrows()
    }
    expected = att_weights(cell_of, (rows["treated"] == 1).to_dict())
    order = random.sample(range(len(frame)), len(frame))
    study, found = match_on(frame.iloc[order], design)
    assert weights_by_unit(study, found.matched) == near(expected)


@pytest.mark.parametrize(("values", "cells"), [(8, 8), (9, 2)])
def test_a_column_of_as_many_values_as_bins_keeps_them(values, cells):
    """A hundred students fill eight bins; one value far off leaves the rest in one."""
    x = np.arange(100.0) % values
    x[x == values - 1] = 1000
    assert sturges(100) == 8
    assert len(np.unique(_binned(x, None))) == cells
