"""Charts as Vega-Lite documents: a browser, Python or R draws them, and so do we.

Colours are of Okabe and Ito, which readers with any colour vision tell apart, and
shapes say the same once more. Nothing is drawn when this is imported, and a document
can fetch nothing while it is drawn.
"""

from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
BEFORE, AFTER = "before matching", "after matching"
BLUE, ORANGE, INK, PALE = "#0072B2", "#D55E00", "#24292f", "#8c959f"
# Where a reviewer draws the line: alike; customary; beyond what a model may adjust.
ALIKE, CUSTOMARY, BEYOND = 0.05, 0.10, 0.25
LEAST_WIDTH = 0.3  # of the axis in SDs, so that every line is on the chart
CONFIG = {
    "font": "Helvetica, Arial, sans-serif",
    "background": "white",
    "padding": 16,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "group",
        "fontSize": 16,
        "subtitleFontSize": 12,
        "subtitleColor": "#57606a",
        "color": INK,
        "offset": 28,
    },
    "axis": {
        "labelColor": INK,
        "labelFontSize": 12,
        "titleColor": INK,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {"labelFontSize": 12, "labelColor": INK, "symbolSize": 90},
}
Chart = dict[str, Any]


def draw(chart: Chart, form: str) -> bytes:
    """The chart as "svg" or "png"."""
    import vl_convert  # here, for who has drawn once must not be forked any more

    if form == "svg":
        return vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(chart, scale=2, allowed_base_urls=[])


def love_plot(report: dict[str, Any]) -> Chart:
    """Balance before and after matching: a row a covariate, the worst one on top."""
    known = [row for row in report["balance"] if row["smd_before"] is not None]
    rows = sorted(known, key=lambda row: -abs(row["smd_before"]))
    values = [
        {"covariate": in_words(row["covariate"]), "when": when, "smd": abs(row[key])}
        for row in rows
        for when, key in ((BEFORE, "smd_before"), (AFTER, "smd_after"))
        if row[key] is not None
    ]
    order = list(dict.fromkeys(value["covariate"] for value in values))
    widest = max([LEAST_WIDTH, *(value["smd"] for value in values)])
    return {
        "$schema": SCHEMA,
        "title": {
            "text": _headline(values),
            "subtitle": "How far participants are from comparison students, covariate "
            "by covariate",
        },
        "description": _description(rows),
        "width": 520,
        "height": {"step": 26},
        "layer": [*_lines(), *_moves(values, order, widest)],
        "config": CONFIG,
    }


def in_words(covariate: str) -> str:
    """`race_ethnicity=black` as people say it: `race ethnicity: black`."""
    name, _, level = covariate.replace("_", " ").partition("=")
    return f"{name}: {level}" if level else name


def _headline(values: list[dict]) -> str:
    after = [value["smd"] for value in values if value["when"] == AFTER]
    alike = sum(smd <= ALIKE for smd in after)
    few = f"{alike} of {len(after)} covariates differ by {ALIKE} SD or less"
    return f"After matching, {few}" if after else "No covariate could be compared"


def _description(rows: list[dict]) -> str:
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
    rule = {"type": "rule", "strokeDash": [4, 3], "color": PALE}
    text = {"type": "text", "dy": -8, "baseline": "bottom", "color": PALE}
    drawn = []
    for line, (align, dx) in leans.items():
        data = {"values": [{"line": line, "label": f"{line:.2f}"}]}
        x = {"field": "line", "type": "quantitative"}
        label = {"x": x, "y": {"value": 0}, "text": {"field": "label"}}
        drawn.append({"data": data, "mark": rule, "encoding": {"x": x}})
        drawn.append(
            {
                "data": data,
                "mark": {**text, "align": align, "dx": dx},
                "encoding": label,
            }
        )
    return drawn


def _moves(values: list[dict], order: list[str], widest: float) -> list[Chart]:
    """From where each covariate was to where matching brought it."""
    x = {
        "field": "smd",
        "type": "quantitative",
        "title": "absolute standardized mean difference, in SDs of all participants",
        "scale": {"domain": [0, widest * 1.04], "nice": False},
        "axis": {"grid": False, "tickCount": 6, "format": ".2~f"},
    }
    y = {
        "field": "covariate",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelLimit": 260, "ticks": False, "domain": False, "labelPadding": 8},
    }
    when = {"field": "when", "scale": {"domain": [BEFORE, AFTER]}, "title": None}
    legend = {"orient": "bottom", "direction": "horizontal", "offset": 12}
    said = [{"field": name, "type": "nominal"} for name in ("covariate", "when")]
    said.append({"field": "smd", "type": "quantitative", "format": ".3f"})
    colour = {"domain": [BEFORE, AFTER], "range": [ORANGE, BLUE]}
    shape = {"domain": [BEFORE, AFTER], "range": ["diamond", "circle"]}
    return [
        {
            "data": {"values": values},
            "mark": {"type": "line", "color": "#d0d7de", "strokeWidth": 3},
            "encoding": {"x": x, "y": y, "detail": {"field": "covariate"}},
        },
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 95, "opacity": 1},
            "encoding": {
                "x": x,
                "y": y,
                "color": {**when, "scale": colour, "legend": legend},
                "shape": {**when, "scale": shape},
                "tooltip": said,
            },
        },
    ]
