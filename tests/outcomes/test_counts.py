"""What a reader of a report can count with: each number is told of whom it counts."""

import pytest

from outcomes.disclosure.attacker import Kinds
from outcomes.disclosure.counts import cell_of, counts_of, dimensions_of
from outcomes.disclosure.hiding import hidden_in

SAMPLE = {"treated": 100, "comparison": 300}
SAMPLE |= {"matched_treated": 80, "matched_comparison": 90}


def report(dimensions=("swd",), **sections):
    return {"sample": SAMPLE, "design": {"subgroups": [*dimensions]}, **sections}


def told(found):
    """Everyone and the cells of each sample, arm by arm."""
    return {(*each.sample, each.arm): (each.everyone, each.of) for each in found}


def lost(group, n, kept):
    row = {"dimension": "swd", "group": group, "n_treated": n}
    return {**row, "n_matched": kept, "share_matched": kept / n}


def test_who_was_lost_is_counted_before_the_match_and_after_it():
    rows = [lost("yes", 30, 20), lost("no", 60, 55)]
    found = told(counts_of(report(lost=rows)))
    assert found["all", "treated"] == (
        100,
        {("swd", "yes"): 30, ("swd", "no"): 60, ("swd", None): 10},
    )
    assert found["found a match", "treated"] == (
        80,
        {("swd", "yes"): 20, ("swd", "no"): 55, ("swd", None): 5},
    )


def sizes(group, n, dimension="swd", **more):
    arms = {"n_treated": n, "n_comparison": n + 1}
    return {"dimension": dimension, "group": group, **arms, **more}


@pytest.mark.parametrize(
    ("section", "sample", "everyone"),
    [("discarded", "discarded from", 100), ("balance_by_group", "matched", 80)],
)
def test_students_are_counted_before_any_outcome(section, sample, everyone):
    rows = [sizes("yes", 30), sizes("no", 40)]
    found = told(counts_of(report(**{section: rows})))
    rest = everyone - 70
    cells = {("swd", "yes"): 30, ("swd", "no"): 40, ("swd", None): rest}
    assert found[sample, "treated"] == (everyone, cells)
    assert found[sample, "comparison"][1]["swd", "no"] == 41


def attrition(of, dimension, group, n, answered):
    with_outcome = {"with_treated": answered, "with_comparison": answered}
    row = sizes(group, n, dimension, **with_outcome)
    return {**row, "outcome": "ela", "of": of}


def test_who_has_an_outcome_is_counted_apart_and_the_unknown_as_they_are_told():
    rows = [
        attrition("all", None, None, 40, 35),
        attrition("all", "swd", "yes", 30, 28),
        attrition("all", "swd", None, 10, 7),
        attrition("matched", None, None, 25, 25),
    ]
    found = told(counts_of(report(attrition=rows)))
    asked = {("swd", "yes"): 30, ("swd", None): 10}
    assert found["asked", "ela", "all", "treated"] == (40, asked)
    answered = {("swd", "yes"): 28, ("swd", None): 7}
    assert found["answered", "ela", "all", "treated"] == (35, answered)


def test_a_label_and_a_dimension_may_hold_the_signs_that_join_them():
    both = ["race", "race=black"]
    assert cell_of("race=black=yes", both) == ("race=black", "yes")
    assert cell_of("race=white=yes", both) == ("race", "white=yes")
    kinds = Kinds.of([("race", "a*b"), ("race", "c")])
    assert kinds.within(("race", "a*b")).tolist() == [True, False, False]


def test_groups_are_those_of_effects_and_of_gaps():
    design = {"subgroups": ["swd"], "gaps": [{"dimension": "race"}]}
    assert dimensions_of({"design": design}) == ["swd", "race"]


def leavers(group, began, left):
    arms = {"participants": began, "comparison": 200}
    gone = {"participants_left": left, "comparison_left": 100}
    return {"outcome": "ela", "group": group, **arms, **gone}


def test_of_leavers_those_who_stayed_can_be_few():
    everyone = leavers(None, 100, 50)
    rows = [everyone, leavers("swd=yes", 40, 31), leavers("swd=no", 60, 19)]
    found = report(cohort={"leavers": rows})
    of_group = told(counts_of(found))["stayed", "ela", "treated"][1]
    assert of_group == {("swd", "yes"): 9, ("swd", "no"): 41, ("swd", None): 0}
    assert hidden_in(found).groups == {"swd": ("no", "yes")}
    rows[1:] = [leavers("swd=yes", 40, 30), leavers("swd=no", 60, 20)]
    assert not hidden_in(found)


def gap(focal, reference):
    row = {"dimension": "race", "focal": focal, "reference": reference}
    sizes = {"n_focal_treated": 20, "n_focal_comparison": 30}
    sizes |= {"n_reference_treated": 40, "n_reference_comparison": 50}
    return {"outcome": "ela", **row, **sizes}


def test_a_gap_does_not_say_how_many_are_of_no_known_group():
    """It names two groups of several; a dimension with effects by group names all."""
    everyone = {"outcome": "ela", "group": None, "n_treated": 70, "n_comparison": 90}
    sections = {"effects": [everyone], "gaps": [gap("black", "white")]}
    two = {("race", "black"): 20, ("race", "white"): 40}
    asked = ("effect", "ela", "treated")
    assert told(counts_of(report(**sections)))[asked] == (70, two)
    whole = told(counts_of(report(["race"], **sections)))[asked]
    assert whole == (70, two | {("race", None): 10})
