"""The page says first what decides how the numbers may be read."""

import pytest

from outcomes.services.headlines import FAIR, FOUND, cards, headline
from outcomes.services.methods import paragraph
from outcomes.terms import Estimand, VerdictCode
from tests.outcomes.reports import EFFECT, GAP, REPORT, report

MINUS = "\N{MINUS SIGN}"


def verdict(code) -> dict:
    return REPORT["verdict"] | {"code": code}


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ({}, "Participants are higher in ela than they would have been"),
        (
            {"estimate": -7.25},
            "Participants are lower in ela than they would have been",
        ),
        (
            {"significant": False},
            "Participants seem higher in ela, but that is not sure",
        ),
        ({"significant": False, "ci_low": -1.0}, "No clear difference in ela"),
        ({"estimate": None}, "What the program did for ela cannot be told"),
    ],
)
def test_the_headline_is_as_sure_as_the_finding(effect, said):
    assert headline(report(effects=[EFFECT | effect])) == said


@pytest.mark.parametrize("code", set(VerdictCode) - {"meets_with_reservations"})
def test_an_unfair_comparison_claims_nothing(code):
    said = headline(report(verdict=verdict(code)))
    assert said == "This comparison does not establish what the program did for ela"


def test_every_verdict_has_an_answer():
    assert set(FAIR) == set(VerdictCode)
    assert set(FOUND) == set(Estimand)


def test_the_plan_s_own_outcome_comes_first():
    other = EFFECT | {"outcome": "math", "estimate": -1.0}
    outcomes = [
        {"name": "math", "kind": "continuous", "confirmatory": False},
        {"name": "ela", "kind": "continuous", "confirmatory": True},
    ]
    of_group = EFFECT | {"group": "race_ethnicity=black", "estimate": -9.0}
    whole = report(effects=[other, of_group, EFFECT], design={"outcomes": outcomes})
    assert "higher in ela" in headline(whole)


def test_a_size_that_the_plan_calls_worth_having_has_its_chance():
    matters = {"cutoff": 3.0, "chance": 0.9987}
    size, _, _ = cards(report(effects=[EFFECT | {"matters": matters}]))
    assert "The chance that it is +3 points or beyond: 99%" in size.details
    hardly = EFFECT | {"matters": {"cutoff": 30.0, "chance": 0.0004}}
    size, _, _ = cards(report(effects=[hardly]))
    assert "The chance that it is +30 points or beyond: 1%" in size.details
    unknown = EFFECT | {"matters": {"cutoff": 3.0, "chance": None}}
    size, _, _ = cards(report(effects=[unknown]))
    assert not any("chance" in detail for detail in size.details)


def test_three_cards_answer_how_big_how_fair_and_how_much_of_the_gap():
    size, fair, gap = cards(report())
    assert size.answer == "+7.25 points"
    assert f"Without matching it would read {MINUS}12.6" in size.details
    assert "As if a student at percentile 50 now stood at percentile 64" in size.details
    assert (fair.answer, fair.standing) == ("Yes, with reservations", "good")
    decided = f"{abs(REPORT['verdict']['value']):.2f} SD apart as reviewers measure it"
    assert f"Decided by low income: yes: {decided}" in fair.details
    assert "109 of 126 participants, 244 comparison students" in fair.details
    assert gap.answer == "Narrower by 0.30 SD"
    assert "0.80 SD without the program, 0.50 SD with it" in gap.details
    assert "Chance could explain a change of this size" not in gap.details


@pytest.mark.parametrize(
    ("improvement", "place"), [(50.0, 99), (-49.9, 1), (0.4, None), (None, None)]
)
def test_a_percentile_is_between_1_and_99_and_untold_at_50(improvement, place):
    effect = EFFECT | {"improvement_index": improvement}
    size, _, _ = cards(report(effects=[effect]))
    told = [detail for detail in size.details if "percentile" in detail]
    said = f"As if a student at percentile 50 now stood at percentile {place}"
    assert told == [said] * (place is not None)


def test_without_matching_is_told_of_the_same_outcome_and_where_it_is_known():
    math, unknown = {"outcome": "math", "estimate": 1.5}, {"estimate": None}
    size, _, _ = cards(report(naive=[EFFECT | math, EFFECT | unknown]))
    assert not any("Without matching" in detail for detail in size.details)


@pytest.mark.parametrize(("name", "value"), [(None, 1.0), ("nodegree", None)])
def test_a_verdict_that_no_difference_decided_tells_of_none(name, value):
    found = verdict("confound_n1") | {"decided_by": name, "value": value}
    _, fair, _ = cards(report(verdict=found))
    assert not any("Decided by" in detail for detail in fair.details)


def test_a_placebo_that_moved_stands_beside_the_verdict():
    rows = [{"outcome": "ela@2025", "moved": True}, {"outcome": "math", "moved": None}]
    _, fair, _ = cards(report(placebo=rows))
    assert (fair.answer, fair.standing) == ("Yes, with reservations", "care")
    said = [detail for detail in fair.details if "Before it began" in detail]
    assert len(said) == 1
    assert "ela" in said[0]
    _, bad, _ = cards(report(placebo=rows, verdict=verdict("not_equivalent")))
    assert bad.standing == "bad"


def test_a_doubtful_gap_is_doubted():
    doubtful = GAP | {"ci_low": -0.1, "agree": False}
    _, _, gap = cards(report(gaps=[doubtful]))
    assert gap.details[-2:] == [
        "Chance could explain a change of this size",
        "Other ways to measure the gap tell another story",
    ]


def test_a_gap_is_told_in_sds_and_metrics_that_cannot_be_compared_do_not_disagree():
    share = GAP | {"metric": "share_meeting", "closed": 0.13}
    _, _, gap = cards(report(gaps=[share, GAP | {"agree": None}]))
    assert gap.answer == "Narrower by 0.30 SD"
    assert not any("another story" in detail for detail in gap.details)


def test_a_hidden_gap_is_told_to_be_hidden():
    numbers = dict.fromkeys(("as_delivered", "without_program", "closed", "ci_low"))
    gap = GAP | numbers | {"suppressed": True}
    _, _, card = cards(report(gaps=[gap]))
    assert (card.answer, card.details[-1]) == ("Hidden", "A group in it is small")
    said = paragraph(report(gaps=[gap]))
    assert "is hidden, because of a group of few students." in said


def test_only_what_is_judged_has_a_sign():
    assert [card.sign for card in cards(report())] == ["", "\N{CHECK MARK}", ""]


def test_a_card_without_a_number_says_why():
    reason = "estimate, std_error, df: nobody is left; pool years; g: too few"
    effect = EFFECT | {"estimate": None, "not_estimable": reason}
    reason = "agree: one metric only; as_delivered, closed: nobody is left"
    gap = GAP | {"as_delivered": None, "not_estimable": reason}
    size, _, widened = cards(report(effects=[effect], gaps=[gap]))
    assert size.answer == "Cannot be told"
    assert size.details == ["Nobody is left; pool years"]
    assert widened.details[-1] == "Nobody is left"
    assert cards(report(gaps=[]))[2].answer == "Not asked"


def test_a_gap_of_few_is_no_headline():
    few = report(gaps=[GAP | {"n_reference_comparison": 9}])
    _, _, gap = cards(few)
    assert gap.answer == "Too few students"
    assert "0.80" not in " ".join(gap.details)
    said = "white (race or ethnicity) rests on fewer than 10 students of a group"
    assert said in paragraph(few)
    unknown = few["gaps"][0] | {"closed": None}
    assert cards(report(gaps=[unknown]))[2].answer == "Cannot be told"
    assert "rests on fewer" not in paragraph(report(gaps=[unknown]))


def test_a_gap_without_an_interval_is_no_headline():
    unsure = {"ci_low": None, "ci_high": None, "not_estimable": "ci_low: no error"}
    _, _, gap = cards(report(gaps=[GAP | unsure]))
    assert gap.answer == "Cannot be told"
    assert gap.details[-1] == "No error"


@pytest.mark.parametrize(
    ("estimand", "sure", "unsure"),
    [
        ("ATC", "did not take part would have been higher", "might have been higher"),
        ("ATE", "Students are higher in ela with the program", "Students seem higher"),
    ],
)
def test_the_headline_speaks_of_those_whom_the_effect_is_on(estimand, sure, unsure):
    design = REPORT["design"] | {"estimand": estimand}
    doubtful = EFFECT | {"significant": False}
    assert sure in headline(report(design=design))
    assert unsure in headline(report(design=design, effects=[doubtful]))


# --- The same in the paragraph of the method.


def test_everyone_s_effect_and_the_gap_in_sds_are_told_and_no_others():
    said = paragraph(report())
    assert (said.count("On ela it is"), said.count("the gap of")) == (1, 1)


def test_a_verdict_without_a_number_and_a_balance_of_before_are_told_without_one():
    verdict = REPORT["verdict"] | {"code": "no_overlap", "value": None}
    before = [{"covariate": "ela_before", "smd_before": -0.9, "smd_after": None}]
    said = paragraph(report(verdict=verdict, balance=before))
    assert "nobody like them to be compared with. The effect" in said
    assert "standardized difference" not in said


def test_a_small_p_that_must_not_be_claimed_is_not_left_to_the_reader():
    planned = {"significant": False, "p_adjusted": EFFECT["p"]}
    said = paragraph(report(effects=[EFFECT | planned | {"held_back": ["few_kept"]}]))
    assert "As more than chance it is not claimed: too few were kept." in said
    said = paragraph(report(effects=[EFFECT | planned | {"significant": True}]))
    assert "claimed" not in said
