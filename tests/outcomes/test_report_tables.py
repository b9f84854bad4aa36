"""Every section of a report stands in a table, or is known to be told in words."""

import csv
import io

import numpy as np
import pytest

from outcomes.charts.effects import effect_in_words
from outcomes.engine.evaluate import evaluate
from outcomes.services import effect_tables, gap_tables, sample_tables
from outcomes.services.report_tables import (
    QUESTIONS,
    TABLES,
    as_csv,
    chapters,
    tables,
)
from outcomes.services.table import DASH
from outcomes.terms import Estimator
from tests.engine.lalonde import FRAME, caliper, design
from tests.engine.test_cluster_sets import design as two_levels
from tests.engine.test_cluster_sets import made_up
from tests.outcomes.reports import EFFECT, report

GAP = {"dimension": "race", "focal": "black", "reference": "white", "meets": 5000}
OUTCOME = {"name": "re78", "confirmatory": True, "domain": "earnings", "matters": 500}
# On the card on fairness, beside the estimators, in the method and at the page's foot.
IN_WORDS = {"verdict", "naive", "power", "estimand", "design"}
IN_WORDS |= {"design_hash", "input_hash", "engine"}
UNSAID = {effect_tables.UNLIKE, effect_tables.UNPLANNED}


@pytest.fixture(scope="module")
def found() -> dict:
    """A report with something in every section."""
    frame = FRAME.assign(re78=FRAME["re78"].where(np.arange(len(FRAME)) % 11 > 0))
    wanted = design(
        pretests=["re75"],
        covariates=["age", "educ", "married", "nodegree", "re74"],
        subgroups=["married"],
        gaps=[GAP],
        outcomes=[OUTCOME],
        caliper=caliper(0.02),
        cluster="educ",
        placebo=["re74"],
    )
    return evaluate(frame, wanted).report()


def test_every_section_has_a_table_or_is_told_in_words(found):
    assert set(found) - set(TABLES) == IN_WORDS | {"pairs"}


def test_every_section_that_is_not_empty_shows_something(found):
    for name, makers in TABLES.items():
        for make in makers:
            if found.get(name):
                assert make(found).rows, name


def test_every_table_stands_under_the_question_that_it_answers(found):
    parts = dict(chapters(found))
    assert [*parts] == [*QUESTIONS.values()]
    assert [each.title for each in parts["What became of the gap?"]] == [
        "Gaps among participants",
        "The gap in the whole district, had others taken part",
        "Whom the program reached",
        "What the district's gap is made of",
    ]
    told = [row[1] for row in gap_tables.rules(found).rows]
    assert set(told) == set(gap_tables.RULES.values())


def test_every_row_has_a_cell_for_each_heading_and_a_title_is_said_once(found):
    made = tables(found)
    assert len({each.title for each in made}) == len(made)
    for each in made:
        assert each.meaning.endswith(".")
        assert {len(row) for row in each.rows} == {len(each.heading)}
        assert not any("None" in cell or not cell for r in each.rows for cell in r)


@pytest.mark.parametrize(
    ("section", "make"),
    [
        ("effects", effect_tables.effects),
        ("interactions", effect_tables.interactions),
        ("gaps", gap_tables.gaps),
        ("lost", sample_tables.lost),
        ("attrition", sample_tables.attrition),
        ("balance", sample_tables.balance),
        ("balance_by_group", sample_tables.by_group),
    ],
)
def test_no_row_of_a_section_is_left_out(section, make, found):
    assert len(make(found).rows) == len(found[section]) > 0


def test_estimators_stand_below_what_matching_was_for(found):
    made = effect_tables.estimators(found)
    assert len(made.rows) == 1 + len(Estimator)
    assert made.rows[0][1] == "everyone, before any matching"


def test_all_rules_of_the_district_and_all_parts_of_its_gap_are_told(found):
    (row,) = found["gaps_in_district"]
    assert len(gap_tables.rules(found).rows) == len(row["rules"])
    parts = gap_tables.causes(found).rows
    names = [*row["accounting"]["explained"], *gap_tables.PARTS, "what is not named"]
    assert len(parts) == len(names)
    assert [p[1] for p in parts if "takes part more" in p[1]] == [
        "because one group takes part more"
    ]


def test_what_was_left_out_stands_with_what_it_would_have_done(found):
    made = effect_tables.sensitivity(found)
    (tried,) = found["sensitivity"]["re78"]["omitted_pretests"]
    assert [row[1] for row in made.rows] == [DASH, "re75"]
    assert tried["estimate_without"] is not None
    assert made.rows[1][2] == tried["text"]


def test_texts_name_columns_as_people_do_and_reasons_without_keys():
    verdict = {"outcome": "ela", "code": "not_equivalent", "decided_by": "swd=yes"}
    verdict |= {"text": "The groups differ on swd=yes by 0.3 SD."}
    tried = {"pretest": "pre", "text": None}
    tried |= {"not_estimable": "estimate_without, moved_by: nobody is matched: all go"}
    made = report(
        verdicts=[verdict],
        interactions=[
            {"outcome": "ela", "dimension": "swd*race_ethnicity", "p": 0.5}
            | {"text": "That it is the same by swd*race_ethnicity is not contradicted."}
        ],
        sensitivity={"ela": {"text": "Much.", "omitted_pretests": [tried]}},
    )
    said = [row[-1] for each in tables(made) for row in each.rows]
    assert "The groups differ on student with a disability: yes by 0.3 SD." in said
    by = "student with a disability and race or ethnicity"
    assert f"That it is the same by {by} is not contradicted." in said
    assert "It cannot be told: nobody is matched: all go." in said


def test_what_makes_up_the_gap_and_what_it_helps_stand_with_their_intervals(found):
    (row,) = found["gaps_in_district"]
    ends = [row["coverage"][f"att_focal_{end}"] for end in ("ci_low", "ci_high")]
    shown = effect_in_words(
        {
            "estimate": row["coverage"]["att_focal"],
            "ci_low": ends[0],
            "ci_high": ends[1],
        },
        "",
    )
    assert shown in gap_tables.coverage(found).rows[0]
    parts = [size for *_, size in gap_tables.causes(found).rows]
    assert all(" to " in size for size in parts)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"significant": True}, "yes"),
        ({"significant": False, "p": 0.2, "p_adjusted": 0.2, "held_back": ()}, "no"),
        ({"p": 0.2, "held_back": ["few_clusters"]}, "not claimed: too few schools"),
        ({"p": 0.01, "p_adjusted": 0.06, "held_back": ()}, "no"),
        ({"p": 0.01, "p_adjusted": 0.02, "held_back": ()}, effect_tables.UNLIKE),
        ({"p": 0.01, "p_adjusted": None}, effect_tables.UNPLANNED),
        ({"p": 0.2, "p_adjusted": None}, "no"),
        ({"p": None, "p_adjusted": None}, DASH),
    ],
)
def test_more_than_chance_is_claimed_or_it_is_said_why_not(row, said):
    told = EFFECT | {"significant": False} | row
    ((*_, claim, _),) = effect_tables.effects(report(effects=[told])).rows
    assert claim == (said if said not in UNSAID else f"not claimed: {said}")


def test_students_are_followed_from_the_table_to_the_match(found):
    rows = sample_tables.flow(found).rows
    sample = found["sample"]
    gone = [int(row[1]) for row in rows if row[0].startswith("found no match")]
    assert sum(gone) == sample["treated"] - sample["matched_treated"] > 0
    assert [
        "matched",
        str(sample["matched_treated"]),
        str(sample["matched_comparison"]),
    ] in rows


def test_those_of_both_arms_are_counted_together_where_the_effect_is_on_both():
    wanted = design(method="exact", estimand="ATE", subgroups=["married"])
    found = evaluate(FRAME, wanted).report()
    made = sample_tables.flow(found)
    total = sum(row["n"] for row in found["sample"]["unmatched"])
    assert made.heading[-1] == "Both together"
    assert f"{total}" in {row[-1] for row in made.rows}
    arms = {row[1] for row in sample_tables.lost(found).rows}
    assert arms == {"participants", "comparison students"}


def test_those_beyond_comparison_are_told_by_group():
    found = evaluate(FRAME, design(discard="both", subgroups=["married"])).report()
    made = sample_tables.discarded(found)
    assert [row[0] for row in made.rows] == ["married: 0", "married: 1"]
    assert sum(int(row[-1]) for row in made.rows) == 57


def test_whole_clusters_are_told_with_their_distance_and_those_without():
    whole = evaluate(made_up(5, taking_part=3), two_levels()).report()
    found, told = whole["clusters"], sample_tables.clusters(whole).rows
    one, (other,) = found["sets"][0]["treated"], found["sets"][0]["comparison"]
    where = "school {school}, grade {grade}"
    assert told[0] == [
        where.format(**one["cluster"]),
        str(one["n"]),
        f"{where.format(**other['cluster'])} ({other['n']} students, "
        f"{other['distance']:.2f} SD apart)",
    ]
    assert [row[2] for row in told[4:]] == [
        "none: all others like it had been taken"
    ] * 2
    balance = sample_tables.cluster_balance(whole).rows
    made_up_of = [f"race: {level}" for level in "abc"]
    rest = ["late over early", "number of students"]
    assert [row[0] for row in balance] == ["late", *made_up_of, *rest]


def test_a_report_of_long_ago_shows_what_it_has():
    titles = [each.title for each in tables(report())]
    assert titles == [
        "Effects",
        "Gaps among participants",
        "What limits the result",
        "Who was compared",
        "Balance at matching",
    ]


def test_the_tables_hold_every_number_and_a_dash_for_what_is_unknown():
    effects, gaps, *_, balance = tables(report())
    assert [row[:3] for row in effects.rows] == [
        ["ela", "all participants", "+7.25 (+5.00 to +9.50)"],
        ["ela", "race or ethnicity: black", "+9.00 (+5.00 to +9.50)"],
    ]
    assert gaps.rows[1][-1] == "wider by 13.0 points (3.0 to 23.0)"
    assert balance.rows[-1][:3] == ["grade", DASH, DASH]


def test_one_file_holds_every_cell_and_no_formula(found):
    made = tables(found)
    lines = list(csv.DictReader(io.StringIO(as_csv(made))))
    assert not any(
        line["value"].startswith(("+", "=", "-", "@"))
        for line in lines
        if not is_number(line["value"])
    )
    shown = [
        [*zip(each.heading, row, strict=True)] for each in made for row in each.rows
    ]
    cells = [(line["column"], line["value"].removeprefix("'")) for line in lines]
    assert {cell for row in shown for cell in row} <= set(cells)


def test_the_file_holds_each_number_of_a_row_in_full_under_its_own_key(found):
    lines = list(csv.DictReader(io.StringIO(as_csv(tables(found)))))

    def told(title: str, number: int) -> dict[str, str]:
        return {
            line["column"]: line["value"]
            for line in lines
            if (line["table"], line["row"]) == (title, str(number))
        }

    for section, title in (
        ("effects", "Effects"),
        ("gaps", "Gaps among participants"),
        ("balance", "Balance at matching"),
    ):
        for i, row in enumerate(found[section], start=1):
            said = told(title, i)
            for key, value in row.items():
                if not isinstance(value, list | dict):
                    expected = "" if value is None else str(value)
                    assert said[key].removeprefix("'") == expected
    effect = found["effects"][0]
    assert said["judged"] != ""
    assert float(told("Effects", 1)["matters.chance"]) == effect["matters"]["chance"]


def is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
