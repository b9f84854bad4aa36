"""AIPW with few clusters: leaving out one at a time, and whether its interval holds."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine import aipw_jackknife
from outcomes.engine.aipw import effect_of, fold_of
from outcomes.engine.aipw_jackknife import by_refits, left_out_in_turn
from outcomes.engine.inference import by_influence
from outcomes.engine.sample import unmatched_sample
from outcomes.engine.standardized import standardized
from outcomes.engine.study import Study
from tests.engine.worked import REFERENCE, lalonde_table

near = pytest.approx
R = json.loads((REFERENCE / "aipw_jackknife.json").read_text())
PLAIN = {"unit": "key", "treatment": "t", "outcomes": ["y"], "estimator": "aipw"}


def everyone(table, **keys):
    design = Design.from_dict(PLAIN | {"cluster": "school"} | keys)
    study = Study.from_frame(table, design)
    return unmatched_sample(study, study.outcomes["y"]), design


def made_up(seed, *, taking=8, of=30, covariates=2, effect=0.0):
    """Whole schools take part by lot; levels of schools are unlike."""
    random = np.random.default_rng(seed)
    school = np.repeat(np.arange(of), random.integers(8, 20, of))
    x = random.normal(size=(len(school), covariates))
    level = random.normal(scale=0.5, size=of)[school]
    y = 0.4 * x.sum(axis=1) + level + random.normal(size=len(school))
    t = np.isin(school, random.permutation(of)[:taking])
    facts = {"key": np.arange(len(y)).astype(str), "t": t.astype(int)}
    names = [f"x{i}" for i in range(covariates)]
    table = pd.DataFrame(facts | dict(zip(names, x.T, strict=True)))
    return table.assign(y=y + effect * t, school=school.astype(str)), names


def test_the_error_is_that_of_refits_in_r():
    table = lalonde_table()
    table = table.assign(key=table["unit_id"], t=table["treat"], y=table["re78"])
    names = ["age", "married", "nodegree", "re74", "re75"]
    table["school"] = table["educ"].astype(str)
    sample, design = everyone(table, covariates=names)
    found = effect_of(sample, design)
    spread = left_out_in_turn(found.value, sample, design)
    assert found.value == near(R["aipw_att"], rel=1e-8)
    assert spread.std_error == near(R["jackknife_se"], rel=1e-6)
    assert sample.cluster_codes.max() + 1 == R["clusters"]


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([1, 3]))
def test_leaving_out_is_forgetting_the_rows_of_a_school(seed, folds):
    table, names = made_up(seed, of=10, taking=4)
    sample, design = everyone(table, covariates=names, folds=folds)
    whole, fold = effect_of(sample, design), fold_of(sample, design)
    spread = left_out_in_turn(whole.value, sample, design)
    assert spread.std_error == near(literally(whole, sample, design, fold), rel=1e-9)
    assert spread.df == 3


def literally(whole, sample, design, fold=None):
    """Each fit from nothing, on a table that knows of no other student."""
    moves = []
    for school in (schools := np.unique(sample.clusters)):
        keep = np.flatnonzero(sample.clusters != school)
        own = None if fold is None else fold[keep]
        moves.append(effect_of(sample.where(keep), design, own).value - whole.value)
    return np.sqrt((1 - 1 / len(schools)) * np.sum(np.square(moves)))


@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE"])
def test_what_only_one_school_has_leaves_with_it(estimand):
    """Then there is a column less to fit than with everyone."""
    table, names = made_up(7, of=10, taking=4)
    table["own"] = np.where(table["school"] == "3", np.arange(len(table)) % 5, 0)
    keys = {"covariates": [*names, "own"], "estimand": estimand, "method": "ipw"}
    sample, design = everyone(table, **keys)
    sample = replace(sample, estimand=design.estimand)
    whole = effect_of(sample, design)
    model = standardized(sample.as_read, np.arange(3))
    rest = sample.where(sample.clusters != sample.clusters[table["school"] == "3"][0])
    assert model.of_some(rest.as_read) is None
    spread = left_out_in_turn(whole.value, sample, design)
    assert spread.std_error == near(literally(whole, sample, design), rel=1e-9)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.1, 9), st.floats(-9, 9))
def test_it_follows_the_scale_of_the_outcome_and_not_the_order_of_rows(
    seed, scale, shift
):
    table, names = made_up(seed, of=10, taking=4)
    moved = table.assign(y=scale * table["y"] + shift).sample(frac=1, random_state=1)
    errors = []
    for frame in (table, moved):
        sample, design = everyone(frame, covariates=names)
        found = effect_of(sample, design)
        errors.append(by_refits(found, sample, design).std_error)
    assert errors[1] == near(scale * errors[0], rel=1e-6)


def test_where_schools_are_few_the_wider_is_reported_and_the_other_stands_beside():
    table, names = made_up(3, covariates=4)
    sample, design = everyone(table, covariates=names)
    found = effect_of(sample, design)
    alone, both = by_influence(found, sample, design), by_refits(found, sample, design)
    assert both.is_widest
    kinds = {both.se_kind, *(other.se_kind for other in both.alternatives)}
    assert kinds == {"influence by school", "jackknife by school"}
    assert both.std_error >= alone.std_error
    assert both.p >= alone.p
    assert both.df == alone.df == 7


def test_where_schools_are_many_or_there_are_none_it_is_the_influence():
    table, names = made_up(4, taking=25, of=60)
    sample, design = everyone(table, covariates=names)
    found = effect_of(sample, design)
    assert by_refits(found, sample, design) == by_influence(found, sample, design)
    alone = replace(sample, clusters=None)
    assert by_refits(found, alone, design) == by_influence(found, alone, design)


def test_no_jackknife_where_one_school_is_all_the_overlap(monkeypatch):
    """All comparison students who are like participants are in one school."""
    table, _ = made_up(5, of=6, taking=2)
    near_by = table["school"] == table.loc[table["t"] == 0, "school"].iloc[0]
    table["x0"] += np.where((table["t"] == 1) | near_by, 0, -40)
    sample, design = everyone(table, covariates=["x0"])
    found = by_refits(effect_of(sample, design), sample, design)
    assert found.se_kind == "influence by school"
    (other,) = found.alternatives
    assert "no overlap" in str(other.std_error)


def test_a_table_too_large_to_refit_by_school_says_so(monkeypatch):
    table, names = made_up(6)
    sample, design = everyone(table, covariates=names, folds=2)
    monkeypatch.setattr(aipw_jackknife, "READ", 1000)
    found = by_refits(effect_of(sample, design), sample, design)
    assert found.se_kind == "influence by school"
    assert "would take too long" in str(found.alternatives[0].std_error)
    reads = sample.cluster_codes.max() + 1, len(sample.rows), design.folds
    monkeypatch.setattr(aipw_jackknife, "READ", np.prod(reads))
    assert left_out_in_turn(0.0, sample, design).std_error > 0
    monkeypatch.setattr(aipw_jackknife, "READ", np.prod(reads) - 1)
    with pytest.raises(NotEstimable, match="would take too long"):
        left_out_in_turn(0.0, sample, design)
    with pytest.raises(NotEstimable, match="names no cluster"):
        left_out_in_turn(0.0, replace(sample, clusters=None), design)


def test_many_covariates_and_few_schools_do_not_make_an_effect():
    """Of 30 schools 8 take part, eight covariates: by influence 10 of a hundred."""
    missed, draws = 0, 120
    for seed in range(draws):
        table, names = made_up(1000 + seed, covariates=8)
        sample, design = everyone(table, covariates=names)
        found = by_refits(effect_of(sample, design), sample, design)
        missed += not found.ci_low <= 0 <= found.ci_high
    assert missed / draws < 0.1
