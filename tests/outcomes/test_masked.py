"""What is shown hangs on nothing that is hidden: other numbers there, same report."""

import copy

import numpy as np
import pytest

from outcomes import charts
from outcomes.disclosure.hiding import hidden_in
from outcomes.disclosure.masked import (
    NAMES,
    NOT_PROVEN,
    SOMETIMES,
    SUPPRESSED,
    UNSAID,
    Hidden,
    all_of,
    masked,
)
from outcomes.engine.evaluate import evaluate
from outcomes.exchange.report_text import report_lines
from outcomes.services import headlines, methods, report_tables
from tests.engine.lalonde import FRAME, caliper, design

OTHERS = Hidden.of([("race", "hispan"), ("race", "white")])


def cluster(school, n, **more):
    return {"cluster": {"school": school}, "n": n, **more}


@pytest.fixture(scope="module")
def report():
    wanted = design(
        covariates=["age", "educ", "married", "nodegree", "race"],
        subgroups=["married", "race"],
        gaps=[{"dimension": "race", "focal": "black", "reference": "white"}],
        outcomes=[{"name": "re78", "confirmatory": True}],
        discard="both",
        caliper=caliper(0.1),
        estimator="difference",
    )
    known = FRAME["re78"].where(np.arange(len(FRAME)) % 11 > 0)
    found = evaluate(FRAME.assign(re78=known), wanted).printed()
    found["verdict"] |= {"decided_by": "race=white", "value": 0.11}
    found["balance_of_products"]["worst"] = [
        {"product": "age x race=white", "smd_after": 0.3},
        {"product": "age x educ", "smd_after": 0.2},
    ]
    return found


def is_hidden(row):
    if row.get("covariate") in {"race=hispan", "race=white"}:
        return True
    labels = {row.get("group"), row.get("focal"), row.get("reference")}
    is_test = "statistic" in row and row["dimension"] == "race"
    names = {"hispan", "white", "race=hispan", "race=white"}
    return is_test or bool(labels & names)


def rewritten(value, rng, *, inside=False):
    """The report with other numbers, words and keys wherever a row is hidden."""
    if isinstance(value, list):
        return [rewritten(item, rng, inside=inside) for item in value]
    if isinstance(value, dict):
        inside = inside or is_hidden(value)
        made = {k: rewritten(v, rng, inside=inside) for k, v in value.items()}
        if inside:
            kept = {n for names in NAMES.values() for n in names} | {"covariate"}
            made = {k: value[k] if k in kept else v for k, v in made.items()}
            for key in SOMETIMES:
                made.pop(key, None)
                if rng.random() < 0.5:
                    made[key] = rng.random()
        return made
    other = (None, int(rng.integers(100)), rng.random(), "0.73")
    return other[rng.integers(4)] if inside else value


@pytest.mark.parametrize("seed", range(20))
def test_other_numbers_in_hidden_rows_change_nothing(report, seed):
    shown = masked(report, OTHERS)
    other = rewritten(report, np.random.default_rng(seed))
    other["design"] = report["design"]  # it names groups, and knows no numbers of them
    other["verdict"] |= {"value": 0.2, "text": "race=white is 0.2 SD apart."}
    other["balance_of_products"]["worst"][0]["smd_after"] = 0.4
    assert other["effects"] != report["effects"]
    assert masked(other, OTHERS) == shown


def test_that_an_arm_has_nobody_of_a_hidden_group_is_not_told(
    report,
):
    own = [row for row in report["lost"] if row["group"] != "white"]
    assert len(own) == len(report["lost"]) - 1
    shown = masked(report, OTHERS)
    assert masked({**report, "lost": own}, OTHERS) == shown
    groups = [row["group"] for row in shown["lost"] if row["dimension"] == "race"]
    assert groups == ["black", "hispan", "white"]


def test_it_changes_nothing_of_what_it_is_given(report):
    before = copy.deepcopy(report)
    masked(report, all_of(report))
    assert report == before


def test_where_nothing_is_hidden_the_report_is_as_it_was(report):
    assert masked(report, Hidden({})) == report


def test_rows_that_are_not_hidden_stay_as_they_were(report):
    shown = masked(report, OTHERS)
    for section in (*NAMES, "balance"):
        left = [row for row in shown[section] if SUPPRESSED not in row]
        assert left == [row for row in report[section] if not is_hidden(row)]
    assert shown["estimators"] == report["estimators"]


def test_the_verdict_keeps_its_word_and_loses_its_number(report):
    shown = masked({**report, "verdicts": [report["verdict"]]}, OTHERS)
    verdict = shown["verdict"]
    assert shown["verdicts"] == [verdict]
    assert verdict["code"] == report["verdict"]["code"]
    assert (verdict["decided_by"], verdict["value"]) == ("race=white", None)
    assert "0." not in verdict["text"]


@pytest.mark.parametrize(
    ("covariate", "is_shown"),
    [
        ("race=black", True),
        ("race=white", False),
        ("race@2025=white", False),
        ("race=(rare)", False),  # of several groups, and one of them may be hidden
        ("gender=M", False),  # in a cross alone, and the margin of its cells
        ("el=yes", True),
        ("age", True),
        ("el", True),
        ("swd", False),  # a flag of which both groups are hidden
        ("school_grade:race=white@2025", False),  # the share in the grade
        ("school_grade:race=black@2025", True),
        ("age over race=white", False),
    ],
)
def test_a_share_of_a_hidden_group_is_hidden_with_it(report, covariate, is_shown):
    design = {"subgroups": ["race", "race*gender", "el", "swd"], "gaps": []}
    design["subgroups"].append("race*el")
    row = {"covariate": covariate, "smd_before": 0.1, "mean_treated": 0.04}
    asked = {**report, "design": design, "balance": [row], "effects": []}
    asked |= {name: [] for name in NAMES} | {"balance_analytic": []}
    cells = [("race", "white"), ("race", "asian"), ("race*gender", "white*M")]
    cells.append(("race*el", "white*yes"))
    hidden = Hidden.of([*cells, ("race*gender", "white*F"), ("swd", "1"), ("swd", "0")])
    (found,) = masked(asked, hidden)["balance"]
    assert (found == row) == is_shown
    assert (found["smd_before"] is not None) == is_shown


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("thin_groups", "race=black, race=white: fewer than 15 students", UNSAID),
        ("rare_level", 'Levels of "race" that fewer than 5 have: white', UNSAID),
        ("imbalance", "The groups differ on race@2025=white (0.3 SD)", UNSAID),
        ("thin_groups", "race=hispan: fewer than 15 students", UNSAID),
        ("few_kept", "Less than 70% are left", "Less than 70% are left"),
        ("small_groups", "race=white: fewer than 10", None),
        ("reference_unavailable", 'Fewer than 10 in "white" (race)', None),
    ],
)
def test_a_warning_that_names_a_hidden_group_is_not_read_out(
    report, code, text, expected
):
    said = {**report, "warnings": [{"code": code, "text": text}]}
    said["balance"] = [{"covariate": "race@2025=white", "judged": 0.3}]
    first, *_ = masked(said, OTHERS)["warnings"]
    assert first == (
        {"code": code, "text": expected}
        if expected
        else {"code": SUPPRESSED, "text": first["text"]}
    )


def test_of_a_dimension_that_is_not_proven_nothing_is_told(report):
    text = "race=asian: fewer than 15 students"
    said = {**report, "warnings": [{"code": "thin_groups", "text": text}]}
    shown = masked(said, Hidden({}, ("race",)))
    assert shown["warnings"][0]["text"] == UNSAID
    assert [each["code"] for each in shown["warnings"][1:]] == [NOT_PROVEN]
    tests = {row["dimension"]: SUPPRESSED in row for row in shown["interactions"]}
    assert tests == {"race": True, "married": False}
    told = {row["covariate"] for row in shown["balance"] if SUPPRESSED not in row}
    assert not any("race" in name for name in told)
    assert {"age", "married"} <= told


@pytest.mark.parametrize(
    "key",
    [
        "difference_in_differences",
        "ess_treated",
        "exact_interval",
        "focal_percentile",
        "held_back",
        "not_estimable",
        "p_adjusted",
        "significant",
    ],
)
def test_that_a_hidden_row_had_a_key_is_not_told(report, key):
    effects = [{k: v for k, v in row.items() if k != key} for row in report["effects"]]
    without = masked({**report, "effects": effects}, OTHERS)["effects"]
    more = [{**row, key: 0.5} for row in effects]
    found = masked({**report, "effects": more}, OTHERS)["effects"]
    hidden = [row for row in found if SUPPRESSED in row]
    assert hidden == [row for row in without if SUPPRESSED in row]
    assert len(hidden) == 2
    assert all(row["alternatives"] == [] for row in hidden)


def test_a_gap_is_hidden_with_either_of_its_groups(report):
    for label in ("black", "white"):
        (*_, gap) = masked(report, Hidden.of([("race", label)]))["gaps"]
        assert gap["closed"] is None, label


def test_leavers_of_a_hidden_group_are_not_counted(report):
    row = {"outcome": "re78", "participants": 40, "participants_left": 3}
    groups = (None, "race=black", "race=white")
    leavers = [row | {"group": group} for group in groups]
    cohort = {"cohort": {"leavers": leavers, "rivals": []}}
    found = masked(report | cohort, OTHERS)["cohort"]
    assert found["rivals"] == []
    assert [each["participants"] for each in found["leavers"]] == [40, 40, None]


def test_only_hidden_groups_are_added_to_the_lost_and_the_unknown_come_last(report):
    arm = {"n_treated": 20, "n_matched": 15, "share_matched": 0.75}
    lost = [{"dimension": "el", "group": group, **arm} for group in ("a", None)]
    balance = [
        {"dimension": dimension, "group": group}
        for dimension, group in (("el", "a"), ("el", "b"), ("el", "c"), ("swd", "d"))
    ]
    sections = {"lost": lost, "balance_by_group": balance}
    sections["design"] = report["design"] | {"subgroups": ["el", "swd"], "gaps": []}
    plain = report | {name: [] for name in NAMES} | sections
    found = masked(plain, Hidden.of([("el", "b"), ("el", "d"), ("swd", "c")]))["lost"]
    assert [row["group"] for row in found] == ["a", "b", None]


def test_sizes_of_clusters_tell_of_groups_by_the_same_column(report):
    clusters = {
        "sets": [{"set": 1, "treated": cluster("A", 7), "comparison": []}],
        "unmatched": [cluster("B", 4, reason="cluster")],
        "balance": [{"covariate": name, "judged": 0.1} for name in ("school=A", "age")],
    }
    clusters["sets"][0]["comparison"] = [cluster("C", 20, distance=0.2)]
    by_school = {**report, "clusters": clusters}
    by_school["design"] = {**report["design"], "subgroups": ["school"]}
    by_school |= {name: [] for name in NAMES}
    found = masked(by_school, Hidden.of([("school", "A"), ("school", "C")]))["clusters"]
    rows = [found["sets"][0]["treated"], *found["sets"][0]["comparison"]]
    assert [row["n"] for row in [*rows, *found["unmatched"]]] == [None] * 3
    assert [row["judged"] for row in found["balance"]] == [None, 0.1]
    assert masked({**report, "clusters": clusters}, OTHERS)["clusters"] == clusters


def test_every_document_is_made_of_a_report_without_any_group(report):
    shown = masked(report, all_of(report))
    for draw in (charts.effect_plot, charts.gap_plot, charts.love_plot):
        assert draw(shown)["description"]
    assert headlines.cards(shown)[-1].answer == "Hidden"
    assert "is hidden" in methods.paragraph(shown)
    tables = {each.title: each.rows for each in report_tables.tables(shown)}
    _, *groups = tables["Effects"]
    assert len(groups) == 5
    assert all(row[2:] == ["hidden"] * 5 for row in groups)
    lines = [line.split() for line in report_lines(shown)]
    (effect,) = (line for line in lines if line[:2] == ["re78", "race=white"])
    assert {*effect[2:]} == {"-"}


def test_what_is_kept_is_what_was_worked_out(report):
    hidden = hidden_in(report)
    assert hidden.groups
    assert Hidden.from_dict(hidden.to_dict()) == hidden
    cells = [("race", "white"), ("el", "yes"), ("race", "black")]
    assert Hidden.of(cells).to_dict() == Hidden.of(reversed(cells)).to_dict()
