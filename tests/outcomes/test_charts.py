"""What the charts say in words and where they put their marks."""

import pytest

from outcomes import charts
from outcomes.charts.words import estimate, in_words, listed, number, numbers
from tests.outcomes.reports import EFFECT, GAP, report

NOTHING = {"effects": [], "naive": [], "gaps": [], "balance": []}
PLOTS = [charts.love_plot, charts.effect_plot, charts.gap_plot]
MINUS = "\N{MINUS SIGN}"


def points(panel) -> dict:
    """Where the marks of a panel stand, by row and moment."""
    layer = next(each for each in panel["layer"] if "shape" in each["encoding"])
    x, y = (layer["encoding"][axis]["field"] for axis in "xy")
    return {(v[y], v["when"]): v[x] for v in layer["data"]["values"]}


@pytest.mark.parametrize("plot", PLOTS)
def test_a_chart_is_drawn_as_svg_and_png(plot):
    chart = plot(report())
    assert charts.draw(chart, "svg").startswith(b"<svg")
    assert charts.draw(chart, "png")[1:4] == b"PNG"


@pytest.mark.parametrize("plot", PLOTS)
def test_a_chart_of_nothing_says_so_and_can_be_drawn(plot):
    chart = plot(report(**NOTHING))
    assert chart["title"]["text"].startswith("No ")
    assert charts.draw(chart, "svg").startswith(b"<svg")


def test_a_chart_cannot_fetch_while_it_is_drawn():
    chart = charts.love_plot(report())
    chart["layer"][0]["data"] = {"url": "https://example.org/students.csv"}
    with pytest.raises(ValueError, match="not allowed"):
        charts.draw(chart, "svg")


@pytest.mark.parametrize(
    ("estimand", "people", "unit"),
    [
        ("ATC", "all comparison students", "in SDs of all comparison students"),
        ("ATE", "all students", "in SDs of the two groups, averaged"),
    ],
)
def test_charts_name_those_whom_the_effect_is_on(estimand, people, unit):
    told = report(design=report()["design"] | {"estimand": estimand})
    assert f"ela, {people}: +7.25" in charts.effect_plot(told)["description"]
    moves = charts.love_plot(told)["layer"][-1]["encoding"]["x"]["title"]
    assert moves.endswith(unit)


def test_the_love_plot_shows_the_distance_from_zero_the_worst_on_top():
    chart = charts.love_plot(report())
    assert points(chart) == {
        ("ela before", "before matching"): 0.9,
        ("ela before", "after matching"): 0.04,
        ("low income: yes", "before matching"): 0.3,
        ("low income: yes", "after matching"): 0.12,
    }
    assert chart["title"]["text"] == (
        "After matching, 1 of 2 covariates differ by 0.05 SD or less"
    )
    assert "low income: yes from 0.30 to 0.12" in chart["description"]


def test_the_effect_plot_has_a_panel_an_outcome_and_the_naive_difference_beside():
    other = {**EFFECT, "outcome": "math"}
    outcomes = [{"name": name, "kind": "continuous"} for name in ("ela", "math")]
    made = report(effects=[*report()["effects"], other], design={"outcomes": outcomes})
    ela, math = charts.effect_plot(made)["vconcat"]
    assert points(ela) == {
        ("all participants", "after matching"): 7.25,
        ("race or ethnicity: black", "after matching"): 9.0,
        ("all participants", "before matching, everyone"): -12.6,
    }
    assert points(math) == {("all participants", "after matching"): 7.25}


def test_a_share_is_shown_in_percentage_points():
    row = {**EFFECT, "estimate": 0.041, "ci_low": -0.01, "ci_high": 0.092}
    outcomes = [{"name": "ela", "kind": "binary"}]
    chart = charts.effect_plot(
        report(effects=[row], naive=[], design={"outcomes": outcomes})
    )
    (shown,) = points(chart["vconcat"][0]).values()
    assert shown == pytest.approx(4.1)
    assert f"+4.10 ({MINUS}1.00 to +9.20)" in chart["description"]
    assert chart["title"]["text"] == "The difference: +4.10 percentage points in ela"


def test_a_difference_of_levels_is_told_in_levels():
    outcomes = [{"name": "ela", "kind": "levels"}]
    chart = charts.effect_plot(report(design={"outcomes": outcomes}))
    assert chart["title"]["text"] == "The difference: +7.25 levels in ela"


def test_a_trifle_does_not_fill_the_axis_of_a_gap():
    def ends(**change):
        (panel,) = charts.gap_plot(report(gaps=[{**GAP, **change}]))["vconcat"]
        scale = panel["layer"][1]["encoding"]["x"]["scale"]
        return [scale["domainMin"], scale["domainMax"]]

    assert ends() == [0, 0.8]
    small = {"without_program": 0.0, "as_delivered": 0.02, "closed": -0.02}
    assert ends(**small) == pytest.approx([-0.09, 0.11])
    share = small | {"metric": "share_meeting"}
    assert ends(**share) == pytest.approx([-9, 11])


def test_an_effect_that_cannot_be_told_has_no_mark():
    unknown = {**EFFECT, "estimate": None, "ci_low": None, "ci_high": None}
    chart = charts.effect_plot(report(effects=[unknown], naive=[unknown]))
    assert chart["title"]["text"] == "No effect can be told"


def test_the_gap_plot_has_a_panel_a_metric_each_in_its_unit():
    average, share = charts.gap_plot(report())["vconcat"]
    row = "black behind white"
    assert points(average) == {
        (row, "without the program"): 0.8,
        (row, "with the program"): 0.5,
    }
    assert points(share)[row, "with the program"] == 50


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        ({}, "narrower by 0.30 SD"),
        ({"ci_low": -0.1}, "narrower by 0.30 SD, which chance could explain"),
        (
            {"ci_low": None, "ci_high": None},
            "narrower by 0.30 SD in this sample, and how sure that is cannot be told",
        ),
        (
            {"closed": -0.2, "ci_low": -0.3, "ci_high": -0.1},
            "wider by 0.20 SD",
        ),
    ],
)
def test_the_headline_says_which_way_the_gap_went_and_how_surely(change, headline):
    chart = charts.gap_plot(report(gaps=[{**GAP, **change}]))
    assert chart["title"]["text"] == f"The gap, black behind white, is {headline}"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0.02, -0.15, ": turned round by 0.17 SD"),
        (-0.1, 0.1, ": turned round by 0.20 SD"),
        (-0.14, -0.44, ": further ahead by 0.30 SD"),
        (-0.4, -0.1, ": less far ahead by 0.30 SD"),
        (0.3, 0.0, ", is narrower by 0.30 SD"),
        (0.0, 0.3, ", is wider by 0.30 SD"),
    ],
)
def test_a_gap_narrows_only_where_the_first_group_is_behind(before, after, words):
    closed = before - after
    told = {"without_program": before, "as_delivered": after, "closed": closed}
    row = {**GAP, **told, "ci_low": closed - 0.01, "ci_high": closed + 0.01}
    chart = charts.gap_plot(report(gaps=[row]))
    assert chart["title"]["text"] == f"The gap, black behind white{words}"
    several = charts.gap_plot(report(gaps=[row, row]))
    narrower = 2 if "narrower" in words else 0
    assert several["title"]["text"].startswith(f"{narrower} of 2 gaps narrowed")


@pytest.mark.parametrize(
    ("focal", "reference", "words"),
    [
        ("yes", "no", "house behind others"),
        ("1", "2", "house 1 behind house 2"),
        ("east", "2", "east behind 2"),
    ],
)
def test_groups_whose_labels_say_nothing_are_told_with_what_they_are(
    focal, reference, words
):
    row = {**GAP, "dimension": "house", "focal": focal, "reference": reference}
    assert f"ela: {words} (house)" in charts.gap_plot(report(gaps=[row]))["description"]


def test_a_gap_of_few_is_not_drawn():
    few = GAP | {"focal": "asian", "n_focal_treated": 9, "n_focal_comparison": 30}
    chart = charts.gap_plot(report(gaps=[GAP | few]))
    assert "asian" not in str(chart)
    assert chart["title"]["text"] == "No gap can be told"
    assert chart["title"]["subtitle"].endswith("fewer than 10 are not drawn")
    enough = charts.gap_plot(report(gaps=[GAP | few | {"n_focal_treated": 10}]))
    assert "asian behind white" in str(enough)
    assert "drawn" not in enough["title"]["subtitle"]


def test_several_gaps_are_counted():
    other = {**GAP, "outcome": "math", "ci_low": -0.1}
    chart = charts.gap_plot(report(gaps=[GAP, other]))
    assert chart["title"]["text"] == "1 of 2 gaps narrowed by more than chance"
    assert {row for row, _ in points(chart["vconcat"][0])} == {
        "ela: black behind white (race or ethnicity)",
        "math: black behind white (race or ethnicity)",
    }


def test_an_interval_is_told_in_the_direction_of_its_change():
    description = charts.gap_plot(report())["description"]
    assert "narrower by 0.30 SD (0.10 to 0.50)" in description
    assert "wider by 13.0 points (3.0 to 23.0)" in description


def test_names_and_numbers_are_said_as_people_say_them():
    assert in_words("race_ethnicity=black") == "race or ethnicity: black"
    assert in_words("school_grade:mcas@2025") == "mcas in the grade of 2025"
    share = "school_grade:low_income=yes@2025"
    assert in_words(share) == "low income: yes in the grade of 2025"
    rise = in_words("school_grade:mcas@2025 over school_grade:mcas@2024")
    assert rise == "mcas in the grade of 2025 over mcas in the grade of 2024"
    times = "\N{MULTIPLICATION SIGN}"
    assert in_words("age x swd=yes") == f"age {times} student with a disability: yes"
    crossed = "race_ethnicity*swd"
    both = "race or ethnicity and student with a disability"
    assert in_words(f"{crossed}=black*no") == f"{both}: black and no"
    assert in_words("mcas@2025.spring") == "mcas 2025 spring"
    assert in_words("mcas@2024=(missing)") == "mcas 2024: missing"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert number(1121.2) == "1,121"
    assert number(-0.001) == "0.00"
    assert numbers(23.31, -2.656) == ["23.3", f"{MINUS}2.7"]
    assert estimate(1, None, None) == "+1.00 (interval unknown)"
    assert estimate(0, -1, 1) == f"0.00 ({MINUS}1.00 to +1.00)"


def test_a_group_of_few_is_not_drawn():
    few = EFFECT | {"group": "race_ethnicity=asian", "n_treated": 9, "estimate": 30.0}
    enough = few | {"group": "race_ethnicity=black", "n_treated": 10}
    chart = charts.effect_plot(report(effects=[EFFECT, few, enough]))
    assert "asian" not in str(chart)
    assert "race or ethnicity: black" in str(chart)
    assert chart["title"]["subtitle"].endswith("fewer than 10 are not drawn")
    assert "drawn" not in str(charts.effect_plot(report(effects=[EFFECT, enough])))
