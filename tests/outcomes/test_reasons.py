"""Every reason for which somebody is not in the sample is told in words."""

import ast
import re

import pytest

from outcomes.engine.whole_clusters import CLASSMATE
from outcomes.exchange.report_text import report_lines
from outcomes.reasons import LEFT_OUT, UNMATCHED, UNMATCHED_CLUSTER, why_unmatched
from outcomes.services import sample_tables
from tests.house.source import functions, modules
from tests.outcomes.reports import REPORT, report

ENGINE = {path.stem: tree for path, tree in modules("outcomes/engine")}


def codes_in(module: str, function: str) -> set[str]:
    (body,) = (each for each in functions(ENGINE[module]) if each.name == function)
    said = (n.value for n in ast.walk(body) if isinstance(n, ast.Constant))
    return {each for each in said if re.fullmatch("[a-z_]+", str(each))}


def test_every_reason_of_the_engine_has_words():
    assert codes_in("unmatched", "_reasons") | {"no_overlap"} == {*UNMATCHED}
    assert codes_in("cluster_sets", "alone") == {*UNMATCHED_CLUSTER}
    of_rows = codes_in("entries", "set_aside")
    of_places = codes_in("whole_clusters", "of_the_program") | {CLASSMATE}
    of_columns = {"treatment_missing", "cluster_missing", "support"}
    assert of_rows | of_places | of_columns == {*LEFT_OUT}


def test_a_reason_of_long_ago_is_told_by_its_code():
    assert why_unmatched("of_long_ago") == "of long ago"


@pytest.mark.parametrize(
    ("reason", "in_table", "at_terminal"),
    [
        ("classmate", "they are classmates of participants", None),
        ("cluster_missing", "their cluster is not known", None),
        (
            "pretest_missing: ela_before",
            "ela before is not known of them",
            '"ela_before" is not known of them',
        ),
    ],
)
def test_who_was_left_out_before_is_told_with_the_reason(reason, in_table, at_terminal):
    row = {"reason": reason, "treated": 1, "comparison": 272}
    found = report(sample=REPORT["sample"] | {"excluded": [row]})
    first = sample_tables.flow(found).rows[0]
    assert first == [f"left out before: {in_table}", "1", "272"]
    why = at_terminal or in_table
    said = f"Left out   1 participant and 272 comparison students because {why}"
    assert said in report_lines(found | {"balance": [], "effects": [], "gaps": []})


def test_who_found_no_match_is_told_with_the_reason():
    rows = sample_tables.flow(report()).rows
    assert ["found no match: nobody was near enough", "17"] in [row[:2] for row in rows]
    alone = {"cluster": {"school": "S1"}, "n": 4, "reason": "pool_exhausted"}
    found = report(clusters={"sets": [], "unmatched": [alone], "balance": []})
    ((_, _, why),) = sample_tables.clusters(found).rows
    assert why == "none: all others like it had been taken"
