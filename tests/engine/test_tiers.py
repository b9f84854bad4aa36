"""Students alike in what the design prefers come first, and limits come before them."""

import dataclasses
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outcomes.designs.design import Design
from outcomes.designs.errors import DesignError, InputError, PromiseBroken
from outcomes.engine.evaluate import evaluate
from outcomes.engine.promises import check_promises
from outcomes.engine.tiers import is_overlooked
from tests.engine import lalonde, oracles_turns
from tests.engine.random_studies import keys, match_on, tables
from tests.engine.test_literal import pairs_of

often = settings(max_examples=150, deadline=None)
wishes = st.sampled_from(
    [[["school"]], [["school", "grade"], ["school"]], [["grade"], ["school"]]]
)
ORDERS = ["largest", "smallest", "closest", "random"]


# A participant and three others: the nearer, the less alike.
SCHOOLS = pd.DataFrame(
    {
        "student": ["t1", "own", "type", "any", "t2", "far"],
        "treated": [1, 0, 0, 0, 1, 0],
        "school": ["a", "a", "b", "c", "a", "d"],
        "level": ["low", "low", "low", "high", "low", "high"],
        "before": [10.0, 13.0, 12.0, 11.0, 10.0, 40.0],
        "after": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    }
)
PREFER = {"prefer": [["school"], ["level"]]}


def wished(**keys):
    plain = {"unit": "student", "treatment": "treated", "outcomes": ["after"]}
    plain |= {"covariates": ["before"], "distance": "mahalanobis"}
    return Design.from_dict({**plain, **keys})


def schools(**keys):
    return evaluate(SCHOOLS, wished(**PREFER | keys))


def found_in(findings):
    """Who was given to a participant, and in which tier."""
    return sorted((p["unit"], p["tier"]) for p in findings.pairs if not p["treated"])


def test_one_looks_in_the_own_school_then_in_its_level_then_anywhere():
    assert found_in(schools()) == [("own", 1), ("type", 2)]
    assert found_in(schools(prefer=[["school"]])) == [("any", 2), ("own", 1)]
    assert found_in(schools(ratio=2)) == [
        ("any", 3), ("far", 3), ("own", 1), ("type", 2)
    ]  # fmt: skip


def test_with_replacement_each_tier_is_used_up_before_the_next():
    found = found_in(schools(ratio=2, replacement=True))
    assert found == [("own", 1)] * 2 + [("type", 2)] * 2


def test_a_preferred_student_beyond_the_caliper_is_not_taken():
    near = {"before": {"width": 2, "unit": "raw"}}
    assert found_in(schools(caliper=near)) == [("any", 3), ("type", 2)]


def test_two_of_unknown_schools_are_not_of_one():
    unknown = SCHOOLS["student"].isin(["t1", "any"])
    frame = SCHOOLS.assign(school=SCHOOLS["school"].mask(unknown))
    assert found_in(evaluate(frame, wished(**PREFER))) == [("own", 1), ("type", 2)]


def test_the_report_counts_the_pairs_of_each_tier():
    assert schools(ratio=2).report()["sample"]["tiers"] == [
        {"tier": 1, "alike": ["school"], "pairs": 1},
        {"tier": 2, "alike": ["level"], "pairs": 1},
        {"tier": 3, "alike": [], "pairs": 2},
    ]
    without = lalonde.report()
    assert "tiers" not in without["sample"]
    assert all("tier" not in pair for pair in without["pairs"])


@often
@given(
    tables(),
    wishes,
    st.integers(1, 3),
    st.sampled_from(["largest", "smallest"]),
    st.sampled_from([None, 0.1]),
    st.sampled_from([None, 1, 2]),
)
def test_pairs_are_those_of_a_look_at_everyone(
    frame, prefer, ratio, order, width, reuse
):
    plain = keys(prefer=prefer, ratio=ratio, order=order)
    plain |= {"reuse": reuse, "replacement": True} if reuse else {}
    oracles_turns.refuse_other_pairs(frame, plain, width)


@often
@given(
    tables(),
    wishes,
    st.integers(1, 2),
    st.sampled_from(ORDERS),
    st.sampled_from(["propensity", "mahalanobis"]),
    st.booleans(),
)
def test_the_best_tier_is_used_whenever_it_is_allowed(
    frame, prefer, ratio, order, distance, replacement
):
    plain = keys(prefer=prefer, ratio=ratio, order=order, distance=distance)
    caliper = {"pretest": {"width": 3, "unit": "raw"}}
    plain |= {"replacement": replacement, "caliper": caliper, "exact": ["lunch"]}
    design = Design.from_dict(plain)
    study, arranged = match_on(frame, design)
    by_row = frame.set_index("student").loc[study.units].reset_index()
    pairs = pairs_of(arranged.matched)
    used = set() if replacement else {other for _, other in pairs}
    for row, other in pairs:
        free = set(np.flatnonzero(~study.treated).tolist()) - used
        free -= {o for r, o in pairs if r == row}
        better = [
            o
            for o in free
            if wish(by_row, row, o, prefer) < wish(by_row, row, other, prefer)
        ]
        assert not any(allowed(by_row, row, o) for o in better)
        assert allowed(by_row, row, other)


@often
@given(
    tables(most=8),
    wishes,
    st.integers(1, 2),
    st.sampled_from(["propensity", "mahalanobis"]),
    st.sampled_from([None, 0.1]),
)
def test_optimal_pairs_are_the_best_of_all_ways_to_pair(
    frame, prefer, ratio, distance, width
):
    plain = keys(prefer=prefer, ratio=ratio, distance=distance, method="optimal")
    plain |= {"caliper": {"pretest": {"width": 3, "unit": "raw"}}} if width else {}
    study, arranged = match_on(frame, Design.from_dict(plain))
    by_row = frame.set_index("student").loc[study.units].reset_index()
    assume(not arranged.space.is_separated)
    costs = costs_of_pairs(by_row, study.treated, arranged, prefer, width)

    def best(rows, free):
        """(-participants, -pairs, tiers, distance) of the best way, by trying all."""
        if not rows:
            return 0, 0, 0, 0.0
        found = []
        for count in range(ratio + 1):
            for others in combinations(sorted(free), count):
                if any((rows[0], other) not in costs for other in others):
                    continue
                pairs = [costs[rows[0], other] for other in others]
                rest = best(rows[1:], free - {*others})
                tiers, far = sum(t for t, _ in pairs), sum(d for _, d in pairs)
                own = (-bool(others), -count, tiers, far)
                found.append(tuple(a + b for a, b in zip(own, rest, strict=True)))
        return min(found, key=lambda way: (*way[:3], round(way[3], 9)))

    pairs = pairs_of(arranged.matched)
    least = best(
        np.flatnonzero(study.treated).tolist(),
        {*np.flatnonzero(~study.treated).tolist()},
    )
    tiers, far = (sum(costs[pair][i] for pair in pairs) for i in (0, 1))
    assert (-len({row for row, _ in pairs}), -len(pairs), tiers) == least[:3]
    assert far == pytest.approx(least[3], abs=1e-7)


def costs_of_pairs(table, treated, arranged, prefer, width):
    """Tier and distance of each pair that is allowed."""
    space, limits, costs = arranged.space, arranged.limits, {}
    for row in np.flatnonzero(treated & limits.known).tolist():
        for other in np.flatnonzero(~treated & limits.known).tolist():
            far = space.between(np.array([row]), np.array([other]))[0]
            apart = abs(table.pretest[row] - table.pretest[other])
            if far <= limits.width and not (width and apart > 3):
                costs[row, other] = wish(table, row, other, prefer), far
    return costs


def test_of_equal_tiers_an_optimal_match_takes_the_least_total():
    assert found_in(schools(method="optimal")) == [("own", 1), ("type", 2)]
    assert found_in(schools(method="optimal", prefer=[["level"]])) == [
        ("own", 1), ("type", 1)
    ]  # fmt: skip


def test_one_lesser_tier_is_worth_no_distance_that_all_others_would_save():
    """The student of another school would bring every distance to 0: each of the own
    is a step away, and in reach of two participants only."""
    frame = pd.DataFrame(
        {
            "student": ["t1", "t2", "t3", "own1", "own2", "own3", "other"],
            "treated": [1, 1, 1, 0, 0, 0, 0],
            "school": [*"aaaaaa", "b"],
            "before": [0.0, 10.0, 20.0, 10.0, 20.0, 30.0, 0.0],
            "after": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
        }
    )
    near = {"before": {"width": 10, "unit": "raw"}}
    plan = wished(prefer=[["school"]], caliper=near, method="optimal")
    own = [("own1", 1), ("own2", 1), ("own3", 1)]
    assert found_in(evaluate(frame, plan)) == own


def wish(table, row, other, prefer):
    """The place of the first list in which both are alike."""
    one, two = table.loc[row], table.loc[other]
    alike = [all(one[c] == two[c] for c in columns) for columns in prefer]
    return [*alike, True].index(True)


def allowed(table, row, other):
    one, two = table.loc[row], table.loc[other]
    return abs(one["pretest"] - two["pretest"]) <= 3 and one["lunch"] == two["lunch"]


def test_a_match_that_overlooks_a_better_one_is_not_reported():
    _, careless = match_on(SCHOOLS, wished())
    study, arranged = match_on(SCHOOLS, wished(**PREFER))
    check_promises(study, wished(**PREFER), *whole(arranged))
    wrong = dataclasses.replace(arranged, matched=careless.matched)
    with pytest.raises(PromiseBroken, match='"prefer"'):
        check_promises(study, wished(**PREFER), *whole(wrong))


@pytest.mark.parametrize(("reuse", "is_broken"), [(None, True), (2, True), (1, False)])
def test_who_served_another_is_overlooked_while_he_may_serve_again(reuse, is_broken):
    """Both took the student of their school; one is given another in his place."""
    study, found = match_on(SCHOOLS, wished(prefer=[["school"]], replacement=True))
    own, other = (np.flatnonzero(study.units == who)[0] for who in ("own", "any"))
    rows = found.matched.rows.copy()
    rows[np.flatnonzero(rows == own)[1]] = other
    matched = dataclasses.replace(found.matched, rows=rows)
    limits = dataclasses.replace(found.limits, reuse=reuse)
    assert is_overlooked(limits, matched, found.space) == is_broken


def whole(arranged):
    return arranged.limits, arranged.matched, arranged.space


def test_a_wish_that_cannot_be_is_refused():
    with pytest.raises(DesignError, match=r"prefer\[0\]: found .*at least 1"):
        lalonde.design(prefer=[[]])
    with pytest.raises(DesignError, match='prefer: "re78" is already an outcome'):
        lalonde.design(prefer=[["re78"]])
    with pytest.raises(DesignError, match=r"prefer: method .* has no use for it"):
        lalonde.report(method="full", prefer=[["race"]])
    with pytest.raises(InputError, match='no column "school"'):
        lalonde.report(prefer=[["school"]])
