"""The WWC's correction as the report has it: R's ICC, the formulas read out."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import t as student

from tests.engine import lalonde
from tests.engine.degenerate import gains, run
from tests.engine.worked import honest

near = pytest.approx
EVERYONE = {"method": "cem", "cutpoints": {"age": []}, "covariates": ["age"]}
FRAME = lalonde.FRAME.assign(school=lalonde.FRAME["educ"].map("s{:02d}".format))


def corrected(**keys):
    found = lalonde.report(FRAME, **EVERYONE, cluster="school", **keys)
    (row,) = found["clustering_corrections"]
    return row, found["effects"][0]


def hc3(effect):
    (found,) = (a for a in effect["alternatives"] if a["se_kind"] == "HC3")
    return found["std_error"]


def test_whole_schools_are_corrected_by_the_formulas_of_the_handbook():
    row, effect = corrected(assignment="school")
    n, size = 614, 614 / 19
    assert (row["clustered"], row["clusters"]) == ("both", 19)
    assert row["size"] == near(size)
    (rho,) = honest()["icc_within_arms"]
    assert (row["icc"], row["icc_from"]) == (near(rho), "data")
    t = effect["estimate"] / hc3(effect)
    rest = (n - 2) - 2 * (size - 1) * rho
    t_a = t * sqrt(rest / ((n - 2) * (1 + (size - 1) * rho)))
    h = rest**2 / (
        (n - 2) * (1 - rho) ** 2
        + size * (n - 2 * size) * rho**2
        + 2 * (n - 2 * size) * rho * (1 - rho)
    )
    assert (row["t_ignoring"], row["t"], row["df"]) == near((t, t_a, h))
    assert row["p"] == near(2 * student.sf(abs(t_a), h))
    omega = 1 - 3 / (4 * n - 9)
    g = (1 - 3 / (4 * h - 1)) * effect["hedges_g"] / omega * sqrt(rest / (n - 2))
    assert row["g_total"] == near(g)
    assert abs(row["t"]) < abs(row["t_ignoring"])


def test_cohorts_of_students_assigned_alone_are_clusters_of_one_arm():
    row, effect = corrected(assignment="student")
    treated = FRAME[FRAME["treat"] == 1]
    n_t, n_c, clusters = 185, 429, treated["school"].nunique()
    size, n, rho = n_t / clusters, 614, row["icc"]
    assert (row["clustered"], row["clusters"]) == ("treated", clusters)
    eta = 1 + (size * n_c / n - 1) * rho
    gamma = 1 - (n_c + size - 2) * rho / (n - 2)
    t = effect["estimate"] / hc3(effect)
    assert row["t"] == near(t * sqrt(gamma / eta))


def test_whole_schools_without_a_cluster_cannot_be_corrected():
    (row,) = run(gains(), assignment="school")["clustering_corrections"]
    assert row["t"] is row["p"] is row["g_total"] is None
    assert "names no cluster" in row["not_estimable"]
    assert run(gains())["clustering_corrections"] == []


@pytest.mark.parametrize(
    ("domain", "icc"), [("ela", 0.2), ("", 0.2), ("attendance", 0.1)]
)
def test_where_the_data_cannot_tell_the_assumption_of_the_wwc_is_named(domain, icc):
    frame = gains(school=[f"s{i}" for i in range(120)])  # each school a student
    outcome = {"name": "read", "domain": domain}
    report = run(frame, outcomes=[outcome], cluster="school", assignment="school")
    (row,) = report["clustering_corrections"]
    assert (row["icc"], row["icc_from"]) == (icc, "assumed")
    assert row["t"] == near(row["t_ignoring"])  # clusters of one take nothing


def test_schools_more_alike_than_chance_take_nothing():
    frame = gains(school=[f"s{i % 30}" for i in range(120)])
    frame["read"] = np.where(frame["treated"] == 1, 1.0, 0.0) + np.tile(
        np.repeat([0.0, 1.0], 30), 2
    )
    report = run(frame, cluster="school", assignment="school", method="ipw")
    (row,) = report["clustering_corrections"]
    assert (row["icc"], row["icc_from"]) == (0.0, "data")


def test_a_share_has_a_test_but_no_total_sd():
    frame = gains(school=[f"s{i % 12}" for i in range(120)])
    frame["read"] = (frame["read"] > 1).astype(int)
    binary = {"outcomes": [{"name": "read", "kind": "binary"}]}
    report = run(frame, **binary, cluster="school", assignment="school")
    (row,) = report["clustering_corrections"]
    assert row["p"] is not None
    assert row["g_total"] is None


def test_three_students_have_neither_a_test_nor_a_size_in_sds():
    frame = gains(n_treated=1, n_comparison=2, school=["a", "b", "b"])
    keys = {"cluster": "school", "assignment": "school", "method": "full"}
    report = run(frame, **keys, distance="euclidean")
    (row,) = report["clustering_corrections"]
    assert row["t"] is row["p"] is None  # one alone shows no spread
    assert row["g_total"] is row["g_total_std_error"] is None
    assert "one student alone in an arm" in row["not_estimable"]
