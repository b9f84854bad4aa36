"""Balance by group and of products, against pandas and one product at a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import NotEstimable
from outcomes.engine.balance import balance_table
from outcomes.engine.evaluate import diagnose
from outcomes.engine.study import Study
from tests.engine import lalonde
from tests.engine.random_studies import keys

MATCH = {"caliper": lalonde.caliper(0.2)}


def table(report: dict) -> pd.DataFrame:
    """Every student with the weight that he has after matching."""
    pairs = pd.DataFrame(report["pairs"])
    weights = pairs.groupby("unit")["weight"].sum()
    frame = lalonde.FRAME
    return frame.assign(w=frame["unit_id"].map(weights).fillna(0.0))


def smd(x: pd.Series, rows: pd.DataFrame, sd: float) -> float:
    t, c = rows["treat"] == 1, rows["treat"] == 0
    w = rows["w"]
    return (np.average(x[t], weights=w[t]) - np.average(x[c], weights=w[c])) / sd


def test_each_group_names_the_covariate_in_which_it_differs_most():
    report = lalonde.report(subgroups=["race"], covariates=["age", "educ"], **MATCH)
    everyone = table(report)
    for row in report["balance_by_group"]:
        group = everyone[everyone["race"] == row["group"]]
        own = group[group["treat"] == 1]
        sizes = {x: abs(smd(group[x], group, own[x].std())) for x in ("age", "educ")}
        assert row["covariate"] == max(sizes, key=sizes.get)
        assert row["largest"] == pytest.approx(max(sizes.values()))
        assert row["beyond"] == sum(size > 0.1 for size in sizes.values())
        used = group[group["w"] > 0]["treat"]
        assert (row["n_treated"], row["n_comparison"]) == (
            used.sum(),
            (1 - used).sum(),
        )


def test_a_group_in_one_arm_only_says_none():
    frame = lalonde.FRAME.assign(gender="M")
    frame.loc[frame.index[frame["treat"] == 0][:5], "gender"] = "N"
    report = lalonde.report(frame=frame, subgroups=["gender"])
    (_, none) = report["balance_by_group"]
    assert none["group"] == "N"
    assert none["largest"] is none["beyond"] is None
    assert "none: no participant" in none["not_estimable"]


def literally(report: dict) -> dict[str, float]:
    """Each square and product formed student by student."""
    frame = table(report)
    own = frame["treat"] == 1
    parts = {name: frame[name] for name in ("age", "educ", "married", "re74")}
    parts |= {
        f"race={r}": (frame["race"] == r).astype(float)
        for r in ("black", "hispan", "white")
    }
    parts = {name: x - x[own].mean() for name, x in parts.items()}
    names = list(parts)
    out = {}
    for i, a in enumerate(names):
        for b in names[i:]:
            same_column = a.partition("=")[0] == b.partition("=")[0]
            if same_column and (a != b or "race" in a or a == "married"):
                continue
            x = parts[a] * parts[b]
            out[f"{a} x {b}"] = smd(x, frame, x[own].std())
    return out


@pytest.mark.parametrize("method", ["nearest", "full", "entropy"])
def test_products_are_what_they_are_one_by_one(method):
    columns = ["age", "educ", "married", "re74", "race"]
    keys = {"covariates": columns, "method": method}
    report = lalonde.report(**keys)
    known = literally(report)
    found = report["balance_of_products"]
    assert found["count"] == len(known)
    assert found["beyond"] == sum(abs(size) > 0.1 for size in known.values())
    worst = sorted(known, key=lambda name: -abs(known[name]))[:5]
    assert [row["product"] for row in found["worst"]] == worst
    for row in found["worst"]:
        assert row["smd_after"] == pytest.approx(known[row["product"]], rel=1e-6)


@given(st.floats(-1e4, 1e4), st.floats(0.01, 100))
def test_no_unit_of_measurement_matters(shift, scale):
    columns = {"covariates": ["age", "educ"], "method": "entropy"}
    plain = lalonde.report(**columns)["balance_of_products"]
    moved = lalonde.FRAME.assign(age=shift + scale * lalonde.FRAME["age"])
    again = lalonde.report(frame=moved, **columns)["balance_of_products"]
    assert again["beyond"] == plain["beyond"]
    for one, other in zip(plain["worst"], again["worst"], strict=True):
        assert other["smd_after"] == pytest.approx(one["smd_after"], abs=1e-5)


@pytest.mark.parametrize(("arm", "sign"), [(1, 1), (0, -1)])
def test_where_nobody_has_it_a_difference_of_shares_is_judged_in_its_sds(arm, sign):
    """Two of four against none of five: variances of 1/3 and 0, with 3 and 4 degrees
    of freedom."""
    rows = [arm] * 4 + [1 - arm] * 5
    has = [1, 1, 0, 0] + [0] * 5
    frame = pd.DataFrame({"student": range(9), "treated": rows, "lunch": has})
    design = Design.from_dict(keys(covariates=["lunch"]))
    study = Study.from_frame(frame.assign(score=1.0), design)
    (row,) = balance_table(study, np.ones(9))
    assert isinstance(row.wwc_effect_size, NotEstimable)
    assert row.judged == pytest.approx(sign * 0.5 * 7**0.5)


def test_diagnostics_show_both_without_an_outcome():
    frame = lalonde.FRAME.drop(columns="re78")
    found = diagnose(frame, lalonde.design(subgroups=["race"]))
    assert len(found["balance_by_group"]) == 3
    assert found["balance_of_products"]["count"] > 20


def test_products_that_differ_by_rounding_alone_are_not_named():
    covariates = ["race", "married", "nodegree"]
    report = lalonde.report(method="exact", covariates=covariates)
    assert report["balance_of_products"]["count"] > 0
    assert report["balance_of_products"]["worst"] == []
