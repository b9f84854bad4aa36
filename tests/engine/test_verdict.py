"""The WWC verdict: every code, its boundaries, and what decides it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, NotEstimable
from outcomes.engine import verdict
from outcomes.engine.balance import BalanceRow
from outcomes.engine.evaluate import evaluate
from outcomes.engine.outcome_model import difference, g_computation, stand_in
from outcomes.engine.sample import matched_sample
from outcomes.terms import Assignment, VerdictCode
from tests.engine import lalonde
from tests.engine.lalonde import caliper

MEETS = VerdictCode.MEETS_WITH_RESERVATIONS
ADJUST = VerdictCode.NEEDS_ADJUSTMENT_IN_MODEL
NOT = VerdictCode.NOT_EQUIVALENT


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("size", "without", "within"),
    [
        (0.0, MEETS, MEETS),
        (0.05, MEETS, MEETS),
        (np.nextafter(0.05, 1), ADJUST, MEETS),
        (0.25, ADJUST, MEETS),
        (np.nextafter(0.25, 1), NOT, NOT),
    ],
)
def test_the_thresholds_are_inclusive_and_unrounded(size, sign, without, within):
    assert verdict.judge(sign * size, in_model=False) == without
    assert verdict.judge(sign * size, in_model=True) == within


def row(name, judged):
    fields = BalanceRow.__dataclass_fields__
    return replace(BalanceRow(*[0.0] * len(fields)), covariate=name, judged=judged)


def judge(rows, in_model=(), *, pretest=True):
    return verdict.of_baseline(rows, lambda name: name in in_model, pretest=pretest)


def test_the_gravest_covariate_decides_not_the_largest_number():
    rows = [row("age", 0.2), row("pretest", -0.1)]
    found = judge(rows, in_model={"age"})
    assert (found.code, found.decided_by, found.value) == (ADJUST, "pretest", -0.1)
    assert "pretest" in found.text


def test_of_equally_grave_ones_the_largest_decides():
    found = judge([row("age", 0.3), row("lunch", -0.9), row("race", 0.31)])
    assert (found.code, found.decided_by, found.value) == (NOT, "lunch", -0.9)
    assert "lunch by 0.9 SD" in found.text
    assert verdict.beside(found, ["More."]).text == f"{found.text} More."


def test_the_outcome_model_is_asked_only_where_it_decides():
    rows = [row("age", -0.03), row("race", 0.01)]
    found = verdict.of_baseline(rows, pytest.fail, pretest=True)
    assert "on age, is 0.03 SD" in found.text
    apart = verdict.of_baseline([*rows, row("lunch", 0.3)], pytest.fail, pretest=True)
    assert apart.code == NOT


def test_a_difference_beyond_measure_is_not_equivalent():
    found = judge([row("age", NotEstimable("no spread"))])
    assert found.code == NOT
    assert found.text.startswith("The groups differ on age by more than SDs can tell,")


def test_without_a_pretest_nothing_is_established():
    found = judge([row("age", 0.01)], pretest=False)
    assert found.code == VerdictCode.NO_PRETEST
    assert found.decided_by is found.value is None
    assert "pretest" in found.text


@pytest.mark.parametrize("pretest", [True, False])
def test_without_covariates_nothing_is_established(pretest):
    assert judge([], pretest=pretest).code == VerdictCode.NO_PRETEST


@pytest.mark.parametrize("more", [{}, {"equivalent_on": []}])
def test_a_pretest_that_is_the_same_for_everyone_shows_nothing(more):
    table = lalonde.FRAME.assign(before=5.0)
    report = lalonde.report(table, pretests=["before"], **more)
    assert report["verdict"]["code"] == VerdictCode.NO_PRETEST
    assert "constant" in {w["code"] for w in report["warnings"]}


@pytest.mark.parametrize(
    ("schools", "assignment", "confounded"),
    [
        ("aab bcc", Assignment.SCHOOL, False),
        ("aaa bcc", Assignment.SCHOOL, True),
        ("abc ddd", Assignment.SCHOOL_GRADE, True),
        ("aaa bcc", Assignment.STUDENT, True),
        ("aaa abc", Assignment.STUDENT, False),
        ("abb bbb", Assignment.STUDENT, False),
        ("aaa aaa", Assignment.STUDENT, False),
        ("aaa abc", Assignment.SCHOOL, True),
    ],
)
def test_a_single_school_in_an_arm_is_a_confound(schools, assignment, confounded):
    codes = np.array([ord(c) for c in schools.replace(" ", "")])
    treated = np.arange(6) < 3
    assert verdict.is_confounded(codes, treated, assignment) == confounded


@pytest.mark.parametrize(
    ("pretests", "domain", "found"),
    [
        ([], "ela", False),
        (["re74"], "ela", True),
        ([{"name": "re74", "domain": "math"}], "ela", False),
        ([{"name": "re74", "domain": "math"}], "math", True),
        ([{"name": "re74", "domain": "math"}], "", False),
        ([{"name": "re74", "same_as": "re78"}], "", True),
        ([{"name": "re74", "domain": "math", "same_as": "re78"}], "ela", True),
        ([{"name": "re74", "same_as": "other"}], "", False),
        ([{"name": "re74", "same_as": "other"}], "math", True),
        ([{"name": "re74", "same_as": "other"}], "ela", False),
    ],
)
def test_a_pretest_serves_its_own_domain(pretests, domain, found):
    outcome = {"name": "re78", "domain": domain}
    outcomes = [outcome, {"name": "other", "domain": "math" if domain else ""}]
    plain = {"unit": "unit_id", "treatment": "treat", "outcomes": outcomes}
    design = Design.from_dict(plain | {"pretests": pretests})
    assert bool(verdict.own_pretests(design, design.outcomes[0])) == found
    assert verdict.own_pretests(design, None) == [*design.pretests]


@pytest.mark.parametrize(
    ("domain", "pretest", "said"),
    [
        ("", {"name": "re74"}, True),
        ("earnings", {"name": "re74"}, True),
        ("earnings", {"name": "re74", "domain": "earnings"}, False),
        ("", {"name": "re74", "same_as": "re78"}, False),
        ("earnings", {"name": "re74", "domain": "age"}, False),
    ],
)
def test_a_planned_outcome_whose_pretests_name_no_domain_is_told_of(
    domain, pretest, said
):
    outcome = {"name": "re78", "domain": domain, "confirmatory": True}
    report = lalonde.report(outcomes=[outcome], pretests=[pretest])
    assert ("domain_unsaid" in {w["code"] for w in report["warnings"]}) == said
    explored = lalonde.report(outcomes=["re78"], pretests=[pretest])
    assert "domain_unsaid" not in {w["code"] for w in explored["warnings"]}


def test_a_domain_is_said_by_the_same_measure_as_another_outcome_of_it():
    outcomes = [{"name": name, "domain": "math"} for name in ("re78", "other")]
    plain = {"unit": "unit_id", "treatment": "treat", "outcomes": outcomes}
    same = Design.from_dict(
        plain | {"pretests": [{"name": "re74", "same_as": "other"}]}
    )
    unsaid = Design.from_dict(plain | {"pretests": ["re74"]})
    assert not verdict.is_domain_unsaid(same, same.outcomes[0])
    assert verdict.is_domain_unsaid(unsaid, unsaid.outcomes[0])


PRETESTS = {"pretests": ["re74", "re75"], "caliper": caliper(0.2)}


def test_a_difference_that_the_model_adjusts_for_is_accepted():
    found = lalonde.report(**PRETESTS)["verdict"]
    assert (found["code"], found["decided_by"]) == (ADJUST, "nodegree")
    assert found["value"] == pytest.approx(0.189705, rel=1e-5)
    adjusted = lalonde.report(**PRETESTS, estimator="g_computation")["verdict"]
    assert adjusted["code"] == MEETS


@pytest.mark.parametrize(
    ("equivalent_on", "code", "decided_by"),
    [
        (None, NOT, "race=black"),
        ([], ADJUST, "re74"),
        (["age"], ADJUST, "age"),
        (["race"], NOT, "race=black"),
    ],
)
def test_a_protocol_may_name_what_is_judged_and_the_rest_is_told(
    equivalent_on, code, decided_by
):
    keys = {"pretests": ["re74", "re75"], "equivalent_on": equivalent_on}
    report = lalonde.report(**keys)
    found = report["verdict"]
    told = [w["text"] for w in report["warnings"] if w["code"] == "imbalance"]
    apart = [
        row["covariate"]
        for row in report["balance"]
        if abs(row["judged"]) > 0.25 and not row["covariate"].startswith("re7")
    ]
    assert (found["code"], found["decided_by"]) == (code, decided_by)
    if equivalent_on is None:
        assert told == []
    else:
        judged = {name for name in apart if name.split("=")[0] in equivalent_on}
        text = told[0] if told else ""
        assert all((name in text) != (name in judged) for name in apart)


def test_what_is_judged_must_be_matched_on():
    with pytest.raises(DesignError, match=r"equivalent_on\[0\].*age"):
        lalonde.report(equivalent_on=["aeg"])


def test_no_model_rescues_a_large_difference():
    keys = {"pretests": ["re74", "re75"], "estimator": "g_computation"}
    found = lalonde.report(**keys)["verdict"]
    assert (found["code"], found["decided_by"]) == (NOT, "race=black")


def test_what_stands_in_a_model_is_asked_of_its_columns():
    study, arranged = lalonde.arranged()
    sample = matched_sample(study, arranged.matched, study.outcomes["re78"])
    adjusted, plain = g_computation(sample), difference(sample)
    asked = study.covariates.x.dense(sample.rows)
    # The base level of race is not a column, yet the others imply it.
    assert stand_in(adjusted, sample, asked).all()
    assert not stand_in(plain, sample, asked).any()
    assert not stand_in(adjusted, sample, sample.y[:, None]).any()


def test_a_form_that_was_not_filled_in_is_told_and_does_not_decide():
    """Three of 400 lack it, two of them participants: nobody is there for one."""
    n = np.arange(400)
    pretest = np.where(n < 60, n, n - 60) % 20.0
    table = pd.DataFrame({"student": n.astype(str), "t": (n < 60) * 1})
    table = table.assign(pretest=pretest, form=n // 2 % 2.0, y=np.sin(n))
    table.loc[[0, 19, 399], "form"] = np.nan
    keys = {"unit": "student", "treatment": "t", "outcomes": ["y"]}
    keys |= {"pretests": ["pretest"], "covariates": ["form"]}
    design = Design.from_dict(keys | {"estimator": "g_computation"})
    report = evaluate(table, design).report()
    flag = "form=(missing)"
    (found,) = (row for row in report["balance"] if row["covariate"] == flag)
    assert abs(found["wwc_effect_size"]) > 0.25
    assert report["verdict"]["code"] == MEETS
    assert report["verdict"]["decided_by"] != flag
    (told,) = (w["text"] for w in report["warnings"] if w["code"] == "imbalance")
    assert flag in told


def test_a_measure_that_is_too_far_apart_taints_the_outcomes_of_its_domain_alone():
    """Two outcomes of reading, one of mathematics; on reading groups are .5 apart."""
    n = np.arange(400)
    t = n < 120
    table = pd.DataFrame({"student": n.astype(str), "t": t * 1, "band": n % 2})
    table = table.assign(read=n % 20 + 3.0 * t, maths=n // 2 % 20 * 1.0, y=np.sin(n))
    table = table.assign(second=np.cos(n), third=np.sin(2 * n))
    outcomes = [
        {"name": "y", "domain": "reading", "confirmatory": True},
        {"name": "second", "domain": "reading"},
        {"name": "third", "domain": "mathematics", "confirmatory": True},
    ]
    pretests = [
        {"name": "read", "same_as": "y"},
        {"name": "maths", "domain": "mathematics"},
    ]
    keys = {"unit": "student", "treatment": "t", "method": "cem", "outcomes": outcomes}
    cut = {"cutpoints": {"read": [], "maths": []}, "exact": ["band"]}
    design = Design.from_dict(
        keys | cut | {"pretests": pretests, "equivalent_on": [], "covariates": []}
    )
    report = evaluate(table, design).report()
    codes = {row["outcome"]: row["code"] for row in report["verdicts"]}
    assert codes == {"y": NOT, "second": NOT, "third": MEETS}
    assert report["verdict"]["code"] == NOT
    adjusted = {e["outcome"]: e["p_adjusted"] for e in report["effects"]}
    assert adjusted["second"] is None
    assert None not in (adjusted["y"], adjusted["third"])
