"""Which groups are hidden: an attacker who solves for them never tells one to less than
ten students, and without the groups beside them he does."""

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from outcomes.disclosure import attacker, hiding
from outcomes.disclosure.attacker import Attacker, Kinds, NotProven
from outcomes.disclosure.counts import Counts
from outcomes.disclosure.hiding import enough, few_in

RACES, GENDERS = ("asian", "black", "white"), ("F", "M")
DIMENSIONS = ("race", "gender", "race*gender")
EVERYBODY = "everybody"


def group_of(kind, dimension):
    """The group of a (race, gender) in a dimension; None where not known."""
    named = dict(zip(("race", "gender"), kind, strict=True))
    labels = [named[column] for column in dimension.split("*")]
    return None if None in labels else "*".join(labels)


def counts_of_kinds(sample, arm, students, dimensions=DIMENSIONS):
    """students : by (race, gender)."""
    of = {(d, None): 0 for d in dimensions}
    for d in dimensions:
        for kind, n in students.items():
            cell = d, group_of(kind, d)
            of[cell] = of.get(cell, 0) + n
    return Counts(sample, arm, of, sum(students.values()))


def interval(counts, hidden, target):
    """The literal twin: the least and the most of one cell that fit all that is shown,
    by two integer programmes over every kind of student."""
    kinds = [*product((*RACES, None), (*GENDERS, None))]
    rows, values = [np.ones(len(kinds))], [counts.everyone]
    for (dimension, group), n in counts.of.items():
        if (dimension, group) not in hidden:
            rows.append([group_of(kind, dimension) == group for kind in kinds])
            values.append(n)
    cost = np.array([group_of(k, target[0]) == target[1] for k in kinds], float)
    ends = []
    for sign in (1, -1):
        found = milp(
            sign * cost,
            constraints=LinearConstraint(np.array(rows, float), values, values),
            integrality=np.ones(len(kinds)),
            bounds=Bounds(0, counts.everyone),
        )
        assert found.status == 0
        ends.append(round(sign * found.fun))
    return tuple(ends)


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 9, "b": 30, "c": 40}, {"a", "b"}),  # one alone is the total less others
        ({"a": 3, "b": 4, "c": 20, "d": 50}, {"a", "b", "c"}),  # seven are few as well
        ({"a": 3, "b": 7, "c": 20}, {"a", "b"}),
        ({"a": 9, "b": 30}, {"a", "b"}),
        ({"a": 5, "b": 4}, {"a", "b"}),  # all there are
        ({"a": 10, "b": 30}, set()),
        ({"a": 0, "b": 9, "c": 12}, {"b", "c"}),  # an empty group hides nothing
    ],
)
def test_of_one_column_siblings_are_hidden_until_they_are_ten(sizes, hidden):
    counts = [
        Counts((EVERYBODY,), arm, {("d", k): n for k, n in sizes.items()}, None)
        for arm in ("treated", "comparison")
    ]
    whole = [
        Counts(e.sample, e.arm, {**e.of, ("d", None): 0}, sum(e.of.values()))
        for e in counts
    ]
    primary = few_in(whole)
    found = enough(whole, primary) if primary else set()
    assert found == {("d", label) for label in hidden}


def test_arms_count_apart_and_an_empty_one_is_small_where_the_other_is_not():
    def both(treated, comparison):
        return [
            Counts(("matched",), arm, {("d", "a"): n, ("d", None): 0}, n)
            for arm, n in (("treated", treated), ("comparison", comparison))
        ]

    small = {("d", "a")}
    assert few_in(both(10, 9)) == few_in(both(0, 50)) == few_in(both(9, 500)) == small
    assert few_in(both(0, 0)) == few_in(both(10, 10)) == set()


def test_a_cross_is_not_given_away_by_its_margins():
    """Worked by hand: 4 of 44 black students are boys. That cell and the smallest of
    the same race hidden, F is told by its margin; so a rectangle is hidden."""
    students = {
        ("black", "F"): 40,
        ("black", "M"): 4,
        ("white", "F"): 30,
        ("white", "M"): 50,
        ("asian", "F"): 60,
        ("asian", "M"): 70,
    }
    counts = counts_of_kinds((EVERYBODY,), "treated", students)
    target = ("race*gender", "black*M")
    assert interval(counts, {target}, target) == (4, 4)
    row = {target, ("race*gender", "black*F")}
    assert interval(counts, row, target) == (4, 4)
    hidden = enough([counts], {target})
    assert hidden == row | {("race*gender", "white*F"), ("race*gender", "white*M")}
    low, high = interval(counts, hidden, target)
    assert (low, high) == (0, 44)


tables = st.fixed_dictionaries(
    {kind: st.integers(0, 40) for kind in product(RACES, GENDERS)}
    | {(None, "F"): st.integers(0, 6), ("black", None): st.integers(0, 6)}
)
LISTS = [DIMENSIONS, ("race", "race*gender"), ("race*gender",), ("race", "gender")]


@settings(max_examples=60, deadline=None)
@given(st.lists(tables, min_size=2, max_size=4), st.sampled_from(LISTS))
def test_no_attacker_tells_a_small_group_to_less_than_ten(samples, dimensions):
    counts = [
        counts_of_kinds((f"sample {i // 2}",), arm, students, dimensions)
        for i, (arm, students) in enumerate(
            zip(["treated", "comparison"] * 2, samples, strict=False)
        )
    ]
    primary = few_in(counts)
    hidden = enough(counts, primary)
    assert primary <= hidden
    for each in counts:
        groups = {cell for cell in each.of if cell[1] is not None and each.of[cell]}
        for dimension in {dimension for dimension, _ in hidden}:
            known = each.labels(dimension)
            gone = sum(n for cell, n in known.items() if cell in hidden)
            assert gone >= min(10, sum(known.values()))
        for target in primary & each.of.keys():
            low, high = interval(each, hidden, target)
            assert low <= each.of[target] <= high
            assert high - low >= 10 or groups <= hidden


@settings(max_examples=60, deadline=None)
@given(tables, st.sampled_from(LISTS), st.integers(0, 2**32 - 1))
def test_the_attacker_tells_just_what_two_programmes_a_cell_tell(
    students, dimensions, seed
):
    counts = counts_of_kinds((EVERYBODY,), "treated", students, dimensions)
    cells = sorted(cell for cell in counts.of if cell[1] is not None)
    hidden = np.random.default_rng(seed).permutation(len(cells))[: len(cells) // 2]
    hidden = [cells[i] for i in hidden]
    reader = Attacker(Kinds.of(cells), inf)
    spans = [np.ptp(interval(counts, hidden, cell)) for cell in hidden]
    for width in (1, 10, max(spans)):
        narrow = [c for c, span in zip(hidden, spans, strict=True) if span < width]
        assert reader.narrow(counts, hidden, hidden, width) == narrow


def test_more_kinds_than_there_is_time_for_are_not_begun(monkeypatch):
    cells = [("race*gender", "black*M"), ("race*gender", "white*F")]
    assert len(Kinds.of(cells)) == 3 * 3
    monkeypatch.setattr(attacker, "MOST_KINDS", 8)
    with pytest.raises(NotProven):
        Kinds.of(cells)


def test_the_attacker_breaks_tables_that_only_hide_what_is_small():
    """The control: a test that finds no leak must find one where there is one."""
    rng = np.random.default_rng(5)
    told = asked = 0
    for _ in range(30):
        students = {kind: int(rng.integers(2, 40)) for kind in product(RACES, GENDERS)}
        counts = counts_of_kinds((EVERYBODY,), "treated", students)
        primary = few_in([counts])
        for target in primary:
            low, high = interval(counts, primary, target)
            told, asked = told + (low == high), asked + 1
    assert asked > 30
    assert told > 0.3 * asked


def test_what_is_not_proven_in_time_is_not_shown():
    students = dict.fromkeys(product(RACES, GENDERS), 30) | {("black", "M"): 4}
    counts = counts_of_kinds((EVERYBODY,), "treated", students)
    with pytest.raises(NotProven):
        enough([counts], few_in([counts]), seconds=0.0)
    row = {"n_treated": 4, "n_comparison": 40}
    report = {
        "sample": dict.fromkeys(
            ["treated", "comparison", "matched_treated", "matched_comparison"], 200
        ),
        "design": {"subgroups": ["race*gender", "race", "el"]},
        "balance_by_group": [
            {"dimension": "race*gender", "group": "black*M", **row},
            {"dimension": "race*gender", "group": "black*F", **row},
            {"dimension": "race", "group": "black", **row},
            {"dimension": "el", "group": "yes", "n_treated": 90, "n_comparison": 90},
            {"dimension": "el", "group": "no", "n_treated": 90, "n_comparison": 90},
        ],
    }
    found = hiding.hidden_in(report, seconds=0.0)
    assert (found.groups, found.not_proven) == ({}, ("race", "race*gender"))


def effect(group, **more):
    row = {"n_treated": 40, "n_comparison": 60, "ess_comparison": 30.0}
    return {"outcome": "suspended", "group": group, **row, **more}


@pytest.mark.parametrize(
    ("more", "is_hidden"),
    [
        ({}, False),
        ({"ess_comparison": 9.9}, True),
        ({"ess_comparison": 10.0}, False),
        ({"ess_treated": 9.9}, True),
        ({"ess_comparison": None}, False),
        ({"exact_interval": [-0.1, 0.02]}, True),  # nobody was suspended
        ({"ess_comparison": 0.0, "n_treated": 0, "n_comparison": 0}, False),
    ],
)
def test_a_group_that_counts_for_few_or_is_all_alike_is_small(more, is_hidden):
    everyone = effect(None, n_treated=80, n_comparison=120)
    if more.get("n_treated") == 0:
        everyone = effect(None)
    names = ("treated", "comparison", "matched_treated", "matched_comparison")
    report = {
        "sample": dict.fromkeys(names, 200),
        "design": {"subgroups": ["swd"]},
        "effects": [everyone, effect("swd=yes", **more), effect("swd=no")],
    }
    expected = {"swd": ("no", "yes")} if is_hidden else {}
    assert hiding.hidden_in(report).groups == expected


def test_dimensions_without_a_common_column_are_proven_apart():
    linked = hiding._linked(["race", "el", "gender", "race*gender", "swd*el"])
    assert sorted(map(sorted, linked)) == [
        ["el", "swd*el"],
        ["gender", "race", "race*gender"],
    ]


def test_beside_a_hidden_cell_goes_the_smallest_that_shares_a_label_with_it():
    cells = {("race*el", "black*yes"): 5, ("race*el", "white*no"): 11, ("swd", "1"): 10}
    cells |= {("race*el", "black*no"): 30, ("race*el", "asian*yes"): 40}
    counts = Counts(("all",), "treated", cells, None)
    hidden = {("race*el", "black*yes")}
    choice = hiding._Choice([counts], hidden, cells)
    for expected in ("black*no", "asian*yes"):
        more = choice._next_to(("race*el", "black*yes"), hidden)
        assert more == {("race*el", expected)}
        hidden |= more
    assert choice._next_to(("race*el", "black*yes"), hidden) == {("swd", "1")}
