"""Each number of a gap stands in the table under the heading that it belongs to."""

import pytest

from outcomes.services import gap_tables
from outcomes.services.table import DASH
from tests.outcomes.reports import GAP, report

MINUS = "\N{MINUS SIGN}"
HEAD = {key: GAP[key] for key in ("dimension", "focal", "reference", "outcome")}


def in_district(**parts) -> dict:
    return report(gaps_in_district=[{**HEAD, **parts}])


def told(table) -> list[dict[str, str]]:
    return [dict(zip(table.heading, row, strict=True)) for row in table.rows]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["0.80", "0.50", "narrower by 0.30 SD (0.10 to 0.50)"]),
        (
            {"metric": "share_meeting"},
            ["80.0", "50.0", "narrower by 30.0 points (10.0 to 50.0)"],
        ),
        ({"closed": None, "without_program": None}, [DASH] * 3),
        ({"as_delivered": None, "without_program": None}, [DASH] * 3),
    ],
)
def test_a_gap_is_told_without_the_program_and_with_it(change, expected):
    ((_, _, *cells),) = gap_tables.gaps(report(gaps=[GAP | change])).rows
    assert cells == expected


def test_the_reach_of_each_group_stands_under_its_name():
    found = {"share_focal": 0.2, "share_reference": 0.1, "att_focal": 0.35}
    found |= {"att_reference": 0.25, "without_program": 0.9, "as_delivered": 0.85}
    found |= {"closed": 0.045, "if_all_focal_served": 0.6}
    found |= {"closed_ci_low": 0.01, "closed_ci_high": 0.08, "ci_low": -9.0}
    (row,) = told(gap_tables.coverage(in_district(coverage=found)))
    del row["Gap"]
    assert [*row.values()] == [
        *("20%", "10%", "0.35", "0.25", "0.90", "0.85"),
        "+0.04 (+0.01 to +0.08)",
        "0.60",
    ]
    assert told(gap_tables.coverage(in_district(coverage=None))) == []


def test_a_rule_of_the_plan_s_own_is_told_by_its_name():
    plain = {"estimator": "doubly_robust", "closed": 0.1}
    asked = {"all": 0.5, "by_lottery": 0.4}
    rules = [{"rule": rule, "gap": gap, **plain} for rule, gap in asked.items()]
    found = told(gap_tables.rules(in_district(rules=rules)))
    assert [row["If"] for row in found] == ["everybody takes part", "by lottery"]
    assert [row["Gap would be"] for row in found] == ["0.50", "0.40"]


def test_each_part_of_the_gap_has_its_size_and_its_interval():
    parts = {name: i / 10 for i, name in enumerate(gap_tables.PARTS, start=1)}
    for name, size in [*parts.items()]:
        parts |= {f"{name}_ci_low": size - 0.1, f"{name}_ci_high": size + 0.1}
    explained = {"low_income": 0.25, "swd": None}
    of_each = [{"covariate": "low_income", "ci_low": 0.2, "ci_high": 0.3}]
    accounting = {"explained": explained, "explained_errors": of_each}
    accounting |= {"unexplained": 0.15, "unexplained_ci_low": -0.1}
    found = in_district(
        four_parts=parts, accounting=accounting | {"unexplained_ci_high": 0.4}
    )
    sizes = [row[2] for row in gap_tables.causes(found).rows]
    assert sizes[1:] == [
        "+0.20 (+0.10 to +0.30)",
        "+0.30 (+0.20 to +0.40)",
        "+0.40 (+0.30 to +0.50)",
        "+0.25 (+0.20 to +0.30)",
        DASH,
        f"+0.15 ({MINUS}0.10 to +0.40)",
    ]
    old = {"explained": explained, "unexplained": 0.15}
    rows = gap_tables.causes(in_district(accounting=old)).rows
    assert [row[2] for row in rows] == ["0.25", DASH, "0.15"]
