"""Balance before and after matching."""

from outcomes.charts.style import (
    LINE,
    PALE,
    ROW,
    WIDTH,
    Chart,
    marks,
    rows_by,
    upright,
    whole,
)
from outcomes.charts.words import Report, Row, estimand_of, in_words

BEFORE, AFTER = "before matching", "after matching"
# Where a reviewer draws the line: alike; customary; beyond what a model may adjust.
ALIKE, CUSTOMARY, BEYOND = 0.05, 0.10, 0.25
SDS = {  # what a difference is measured in, by the estimand of the plan
    "ATT": "all participants",
    "ATC": "all comparison students",
    "ATE": "the two groups, averaged",
}
LEAST_WIDTH = 0.3  # of the axis in SDs, so that every line is on the chart


def love_plot(report: Report) -> Chart:
    """Balance before and after matching: a row a covariate, the worst one on top."""
    known = [row for row in report["balance"] if row["smd_before"] is not None]
    rows = sorted(known, key=lambda row: -abs(row["smd_before"]))
    values = [
        {"covariate": in_words(row["covariate"]), "when": when, "smd": abs(row[key])}
        for row in rows
        for when, key in ((BEFORE, "smd_before"), (AFTER, "smd_after"))
        if row[key] is not None
    ]
    return whole(
        _headline(values),
        "How far participants are from comparison students, covariate by covariate",
        _description(rows),
        {
            "width": WIDTH,
            "height": {"step": ROW},
            "layer": [*_lines(), *_moves(values, SDS[estimand_of(report)])],
        },
    )


def _headline(values: list[dict]) -> str:
    after = [value["smd"] for value in values if value["when"] == AFTER]
    alike = sum(smd <= ALIKE for smd in after)
    few = f"{alike} of {len(after)} covariates differ by {ALIKE} SD or less"
    return f"After matching, {few}" if after else "No covariate could be compared"


def _description(rows: list[Row]) -> str:
    """What the chart shows, for who listens to it."""
    moves = "; ".join(
        f"{in_words(row['covariate'])} from {_size(row['smd_before'])} to "
        f"{_size(row['smd_after'])}"
        for row in rows
    )
    return (
        f"Absolute standardized mean differences, before and after matching: {moves}."
    )


def _size(smd: float | None) -> str:
    return "unknown" if smd is None else f"{abs(smd):.2f}"


def _lines() -> list[Chart]:
    """The reviewer's lines, each with its number above: two lean out to stay apart."""
    leans = {ALIKE: ("right", 4), CUSTOMARY: ("left", -4), BEYOND: ("center", 0)}
    text = {"type": "text", "dy": -8, "baseline": "bottom", "color": PALE}
    drawn = []
    for line, (align, dx) in leans.items():
        label = {
            "data": {"values": [{"at": line, "label": f"{line:.2f}"}]},
            "mark": {**text, "align": align, "dx": dx},
            "encoding": {
                "x": {"field": "at", "type": "quantitative"},
                "y": {"value": 0},
                "text": {"field": "label"},
            },
        }
        drawn += [upright(line), label]
    return drawn


def _moves(values: list[dict], whose: str) -> list[Chart]:
    """From where each covariate was to where matching brought it."""
    widest = max([LEAST_WIDTH, *(value["smd"] for value in values)])
    x = {
        "field": "smd",
        "type": "quantitative",
        "title": f"absolute standardized mean difference, in SDs of {whose}",
        "scale": {"domain": [0, widest * 1.04], "nice": False},
        "axis": {"grid": False, "tickCount": 6, "format": ".2~f"},
    }
    y = rows_by("covariate", dict.fromkeys(value["covariate"] for value in values))
    path = {
        "data": {"values": values},
        "mark": {"type": "line", "color": LINE, "strokeWidth": 3},
        "encoding": {"x": x, "y": y, "detail": {"field": "covariate"}},
    }
    said = [{"field": name, "type": "nominal"} for name in ("covariate", "when")]
    said.append({"field": "smd", "type": "quantitative", "format": ".3f"})
    points = marks(values, x, y, (BEFORE, AFTER))
    points["encoding"]["tooltip"] = said
    return [path, points]
