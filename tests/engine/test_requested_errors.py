"""Errors on request stand beside the others, and say so where they have no number."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from tests.engine import lalonde

BOTH = ["two_way", "abadie_imbens"]
SCHOOLS = lalonde.FRAME.assign(school=np.arange(len(lalonde.FRAME)) % 37)


def requested(frame=SCHOOLS, **keys) -> tuple[dict, dict]:
    report = lalonde.report(frame=frame, **{"errors": BOTH, **keys})
    rows = report["effects"][0]["alternatives"]
    return report, {row["se_kind"]: row for row in rows}


def memberships(report) -> pd.DataFrame:
    """A row for each student and set with the weight that he has in it."""
    pairs = pd.DataFrame(report["pairs"])
    return pairs.merge(SCHOOLS, left_on="unit", right_on="unit_id")


@pytest.mark.parametrize("keys", [{}, {"cluster": "school"}])
@pytest.mark.parametrize("ratio", [1, 3])
def test_two_ways_are_statsmodels_on_the_stacked_sets(keys, ratio):
    report, rows = requested(replacement=True, ratio=ratio, **keys)
    table = memberships(report)
    second = keys.get("cluster", "unit")
    groups = np.column_stack([pd.factorize(table[c])[0] for c in ("set", second)])
    fit = smf.wls("re78 ~ treat", table, weights=table["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    row = rows[f"CR1 by set and {keys.get('cluster', 'student')}"]
    assert report["effects"][0]["estimate"] == pytest.approx(fit.params["treat"])
    assert row["std_error"] == pytest.approx(fit.bse["treat"], rel=1e-9)
    assert row["df"] == min(table["set"].nunique(), table[second].nunique()) - 1


def test_abadie_imbens_is_its_formula_on_the_reported_pairs():
    report, rows = requested(replacement=True)
    table = memberships(report)
    others = table[~table["treated"]]
    share = others["weight"] / others.groupby("set")["weight"].transform("sum")
    own = table[table["treated"]].set_index("set")["re78"]
    apart = own - (share * others["re78"]).groupby(others["set"]).sum()
    effect = apart.mean()
    deviation = own.loc[others["set"]].to_numpy() - others["re78"] - effect
    sigma2 = (share * deviation**2).sum() / (2 * len(apart))
    counts = share.groupby(others["unit"]).sum() ** 2
    reuse = (counts - (share**2).groupby(others["unit"]).sum()).sum()
    total = ((apart - effect) ** 2).sum() + sigma2 * reuse
    row = rows["Abadie-Imbens"]
    assert row["std_error"] == pytest.approx(np.sqrt(total) / len(apart), rel=1e-9)
    assert row["df"] is None
    assert "normal" in row["not_estimable"]


@pytest.mark.parametrize(
    ("keys", "kind", "reason"),
    [
        ({"estimator": "g_computation"}, "Abadie-Imbens", "plain difference"),
        ({"estimator": "aipw"}, "CR1 by set and student", "own score"),
        ({"method": "ipw"}, "Abadie-Imbens", "sets"),
        ({"method": "ipw"}, "CR1 by set and student", "cluster"),
        ({"method": "full"}, "Abadie-Imbens", "several participants"),
    ],
)
def test_what_cannot_be_had_says_why(keys, kind, reason):
    _, rows = requested(**keys)
    assert rows[kind]["std_error"] is None
    assert reason in rows[kind]["not_estimable"]


def test_nothing_more_stands_there_unasked():
    _, rows = requested(errors=[])
    assert set(rows) == {"HC3"}
