"""The paragraph says every number that decided something."""

import ast

import pytest

from outcomes.designs.uses import UNUSED
from outcomes.disclosure.masked import NOT_PROVEN, SUPPRESSED
from outcomes.services.cautions import COUNTED, LIMITS
from outcomes.services.matching import MATCHING
from outcomes.services.methods import (
    ESTIMATORS,
    VERDICTS,
    WHOSE,
    chance,
    error_in_words,
    paragraph,
)
from outcomes.terms import ATM, Estimand, Estimator, Method, VerdictCode
from tests.engine import lalonde
from tests.house.source import modules
from tests.outcomes.reports import EFFECT, GAP, REPORT, report

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    "sentence",
    [
        "109 of 126 participants were compared with 244 of 2,062 students who did not "
        "take part.",
        "Weighted, the comparison students count as much as 200 students.",
        "17 participants are left out because nobody was near enough.",
        "Students were matched on low income and ela before: each participant was "
        "given the nearest",
        "up to 3 each, and every one of them may be used once only.",
        "They are equal in grade.",
        "In distance they are no more than 0.27 (0.2 SD) apart.",
        "was 0.90 SD before matching, on ela before, and is 0.12 SD after it, on low "
        "income: yes.",
        "the comparison meets its standards with reservations",
        "This was decided by low income: yes, with a difference of 0.12 SD",
        "On ela it is +7.25 (+5.00 to +9.50) points, with its 95% interval.",
        "It rests on 101 participants and 211 comparison students whose outcome is",
        "The standard error is 1 with 17.3 degrees of freedom, which allows for "
        "students of one school being alike and for few of them (CR2)",
        "would be 0.80 SD without the program and is 0.50 SD with it: narrower by 0.30 "
        "SD (0.10 to 0.50).",
        "This design can see an effect of 0.29 SD.",
        "What limits the result: too few schools.",
        "design dddddddddddd, data iiiiiiiiiiii",
    ],
)
def test_it_says(sentence):
    assert sentence in paragraph(report())


def test_what_cannot_be_told_is_said_to_be_so():
    nobody = {"not_estimable": "estimate, p: nobody is left; pool years; df: no p"}
    effect = {**EFFECT, "estimate": None, "std_error": None, "p": None} | nobody
    gap = {**GAP, "as_delivered": None, "closed": None}
    said = paragraph(report(effects=[effect], gaps=[gap], balance=[]))
    assert "The effect on ela cannot be told: nobody is left; pool years." in said
    assert "(race or ethnicity) cannot be told." in said
    assert "before matching" not in said
    assert "None" not in said


def test_whole_clusters_come_before_their_students():
    found = {"treated": 6, "matched_treated": 5, "matched_comparison": 10}
    design = report()["design"] | {"match_clusters": {"of": ["school", "grade"]}}
    said = paragraph(report(clusters=found | {"comparison": 40}, design=design))
    assert (
        "First 5 of 6 whole clusters of participants (by school and grade) were given "
        "the 10 most like them of 40 others"
    ) in said
    assert "First" not in paragraph(report())


def test_an_error_of_a_share_is_in_percentage_points():
    design = report()["design"] | {"outcomes": [{"name": "ela", "kind": "binary"}]}
    effect = {**EFFECT, "estimate": 0.05, "std_error": 0.021}
    said = paragraph(report(effects=[effect], design=design))
    assert "The standard error is 2.1 with" in said


def test_an_effect_without_an_interval_is_not_told_with_one():
    alone = EFFECT | {"ci_low": None, "ci_high": None, "std_error": None, "p": None}
    said = paragraph(report(effects=[alone]))
    assert "On ela it is +7.25 (interval unknown) points. It rests" in said


def test_a_large_error_is_a_number_too():
    said = paragraph(report(effects=[EFFECT | {"std_error": 1237.4}]))
    assert "The standard error is 1,237 with" in said


def test_one_is_not_many():
    alone = {"matched_treated": 1, "treated": 1, "matched_comparison": 1}
    lost = [{"reason": "caliper", "n": 1}, {"reason": "exact", "n": 2}]
    sample = REPORT["sample"] | alone | {"comparison": 1, "unmatched": lost}
    said = paragraph(report(sample=sample))
    assert "1 of 1 participant was compared with 1 of 1 student who did not" in said
    assert "1 participant is left out because nobody was near enough." in said
    assert "2 participants are left out because nobody was equal" in said


def test_it_says_who_could_not_be_compared_at_all():
    rows = [
        {"reason": "pretest_missing: ela_before", "treated": 1, "comparison": 1183},
        {"reason": "cluster_missing", "treated": 0, "comparison": 2},
        {"reason": "already_participant", "treated": 0, "comparison": 30},
        {"reason": "classmate", "treated": 0, "comparison": 272},
        {"reason": "support", "treated": 3, "comparison": 0},
    ]
    said = paragraph(report(sample=REPORT["sample"] | {"excluded": rows}))
    assert said.startswith(
        "Left out before matching: 1 participant and 1,183 other students whose ela "
        "before is not known; 2 other students whose school is not known; 272 other "
        "students because they are classmates of participants; 3 participants because "
        "their score is beyond that of everyone in the other group. 109 of 126"
    )
    assert "Left out before" not in paragraph(report())


def test_where_nobody_was_matched_nothing_is_told_as_if_somebody_had_been():
    nobody = {"matched_treated": 0, "matched_comparison": 0, "ess_comparison": 0.0}
    unmatched = {"unmatched": [{"reason": "cluster", "n": 126}], "calipers": []}
    clusters = {"treated": 6, "matched_treated": 0, "matched_comparison": 0}
    design = REPORT["design"] | {"match_clusters": {"of": ["school"]}}
    said = paragraph(
        report(
            sample=REPORT["sample"] | nobody | unmatched,
            effects=[EFFECT | {"estimate": None}],
            clusters=clusters | {"comparison": 0},
            design=design,
        )
    )
    assert said.startswith(
        "None of 126 participants could be compared with any of 2,062 students who did "
        "not take part. 126 participants are left out because no school or grade"
    )
    assert "Students were to be matched on low income and ela before. The" in said
    assert "The effect on ela cannot be told." in said
    for untrue in ("were matched", "was given", "whole clusters", "are equal", "ATM"):
        assert untrue not in said


def test_an_effect_on_all_who_were_matched_needs_no_second_count():
    everyone = {"n_treated": 109, "n_comparison": 244}
    assert "It rests on" not in paragraph(report(effects=[EFFECT | everyone]))
    fewer = EFFECT | everyone | {"n_comparison": 243}
    assert "It rests on 109 participants and 243" in paragraph(report(effects=[fewer]))


def test_each_limit_is_said_once_and_not_what_was_counted_above():
    said = ["missing_covariate", "participants_unmatched", "missing_covariate"]
    warnings = [{"code": c, "text": "In full."} for c in [*said, "of_long_ago"]]
    text = paragraph(report(warnings=warnings))
    assert "limits the result: covariates with missing values; of long ago." in text
    assert "In full." not in text
    assert "limits the result" not in paragraph(report(warnings=[]))


def test_every_warning_of_the_engine_has_words():
    given = {
        call.args[0].value
        for _, tree in modules("outcomes/engine")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "warn"
        if isinstance(call.args[0], ast.Constant)
    }
    assert len(given) > 20
    of_masks = {SUPPRESSED, NOT_PROVEN}
    assert given | {UNUSED} | of_masks == {*LIMITS, *COUNTED}


def test_every_setting_has_words():
    assert set(MATCHING) == set(Method)
    assert set(ESTIMATORS) == set(Estimator)
    assert set(VERDICTS) == set(VerdictCode)
    assert set(WHOSE) == {*Estimand, ATM}


def with_design(**keys) -> str:
    return paragraph(report(design=REPORT["design"] | keys))


def test_it_says_how_often_one_may_serve_and_whom_to_prefer():
    said = with_design(
        replacement=True, reuse=3, prefer=[["school"], ["school_level", "grade"]]
    )
    assert "every one of them may be used up to 3 times." in said
    assert (
        "The nearest was sought first among those alike in school, then in school "
        "level and grade, and only then among all others."
    ) in said
    assert "may be used again" in with_design(replacement=True)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"method": "subclass", "subclasses": 8}, "within 8 ranges of the score, by"),
        ({"method": "cardinality", "tolerance": 0.01}, "each average within 0.01 SD."),
        (
            {"method": "cem", "cutpoints": {"age": [30.5, 40], "ela@2024": [480]}},
            "Cut points of age: 30.5 and 40. Cut points of ela 2024: 480.",
        ),
        ({"order": "random", "seed": 9}, "order drawn by lot (seed 9)."),
        ({"tie_tolerance": 1e-5}, "Distances within 1e-05 count as equal."),
        ({"discard": "both"}, "Left out were students whose estimated chance"),
        ({"level_minimum": 15}, "Levels that fewer than 15 students have are one."),
    ],
)
def test_it_says_what_was_chosen_by_number_or_by_lot(keys, words):
    assert words in with_design(**keys)
    assert words not in with_design()


def test_a_caliper_of_a_metric_is_told_on_the_score_that_it_is_on():
    sample = REPORT["sample"] | {"calipers": [{"on": "propensity", "width": 0.02}]}
    design = REPORT["design"] | {"distance": "mahalanobis"}
    said = paragraph(report(sample=sample, design=design))
    chance_of = "their estimated chance of taking part"
    assert f"In {chance_of} they are no more than 0.02 (0.2 SD) apart." in said


def test_it_says_when_an_error_is_the_widest_and_a_p_is_one_of_several():
    plain = paragraph(report())
    few = paragraph(report(effects=[EFFECT | {"few_clusters": True}]))
    assert "with few schools, this is the least sure." in few
    assert "the least sure" not in plain
    several = paragraph(report(effects=[EFFECT | {"p": 0.02, "p_adjusted": 0.04}]))
    assert (
        "Adjusted for the other planned outcomes of its domain, p = 0.040." in several
    )
    assert "Adjusted" not in plain
    jackknife = "which leaves out one school at a time (a jackknife)"
    assert error_in_words("jackknife by school") == jackknife


def test_without_anything_to_match_on_a_sentence_still_begins_as_one():
    said = with_design(covariates=[], pretests=[])
    assert "Students were matched on" not in said
    assert ". Each participant was given the nearest of the other students, by" in said


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"estimand": "ATC"}, "each comparison student was given the nearest of the "),
        ({"estimand": "ATE", "method": "ipw"}, "both groups were weighted by how"),
        ({"estimand": "ATC", "method": "entropy"}, "averages are those of the other"),
        ({"method": "ipw"}, "other students were weighted by their odds"),
        ({"estimand": "ATC"}, "17 comparison students are left out because nobody"),
        ({"estimand": "ATC"}, "on those comparison students who found a match (ATM)"),
    ],
)
def test_it_says_whose_effect_it_is(keys, words):
    assert words in with_design(**keys)


def test_it_says_what_weighted_participants_are_worth():
    sample = REPORT["sample"] | {"ess_treated": 61.4}
    design = REPORT["design"] | {"estimand": "ATE"}
    said = paragraph(report(sample=sample, estimand="ATE", design=design))
    assert "Weighted, the participants count as much as 61.4 students." in said
    assert "on all students, whether they took part or not (ATE)" in said
    whole = REPORT["sample"] | {"ess_comparison": 243.7}
    assert "Weighted" not in paragraph(report(sample=whole))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("CR1 by set", "students of one matched set being alike (CR1)"),
        ("influence", "how much each student moves the result"),
        ("HC3", "students who vary more than others (HC3)"),
        ("bootstrap by set", "of the kind bootstrap by set"),
    ],
)
def test_a_standard_error_is_explained(kind, words):
    assert words in error_in_words(kind)


def test_a_p_value_is_a_frequency():
    assert chance(0.012) == "in 12 of 1,000 such studies (p = 0.012)"
    assert chance(0.0127) == "in 13 of 1,000 such studies (p = 0.013)"
    assert chance(0.001) == "in 1 of 1,000 such studies (p = 0.001)"
    assert "fewer than 1 of 1,000" in chance(0.0004)


@pytest.mark.parametrize(("folds", "said"), [(1, "(AIPW)."), (5, "each of 5 folds")])
def test_folds_are_told_where_there_are_some(folds, said):
    text = paragraph(lalonde.report(estimator="aipw", folds=folds))
    assert said in text
    assert "folds" not in with_design(folds=folds)
