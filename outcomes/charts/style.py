"""What all charts share: a look, and the two marks that mean the same in each.

Colours are of Okabe and Ito, which readers with any colour vision tell apart, and
shapes say the same once more: an orange diamond is what a reader would see without
matching or without the program, a blue circle is what is left after it.
"""

from collections.abc import Iterable
from typing import Any

Chart = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
BLUE, ORANGE, INK, PALE, LINE = "#0072B2", "#D55E00", "#24292f", "#6e7781", "#d0d7de"
WIDTH, ROW = 520, 26
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
    "legend": {
        "labelFontSize": 12,
        "labelColor": INK,
        "labelLimit": 300,
        "symbolSize": 90,
    },
}
LEGEND = {"orient": "bottom", "direction": "horizontal", "offset": 12}


def whole(title: str, subtitle: str, description: str, parts: Chart) -> Chart:
    """A chart with its headline, and the words for who listens to it."""
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": subtitle},
        "description": description,
        **parts,
        "config": CONFIG,
    }


def rows_by(field: str, order: Iterable[str]) -> Chart:
    """One row for each name, in this order, with room for a long one."""
    return {
        "field": field,
        "type": "nominal",
        "sort": list(order),
        "title": None,
        "axis": {"labelLimit": 320, "ticks": False, "domain": False, "labelPadding": 8},
    }


def across(field: str, title: str) -> Chart:
    """An axis of differences: zero is always on it."""
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": {"zero": True, "nice": True},
        "axis": {"grid": False, "tickCount": 6},
    }


def marks(values: list[Chart], x: Chart, y: Chart, two: tuple[str, str]) -> Chart:
    """The diamond of `two[0]` and the circle of `two[1]`, told apart by `when`."""
    when = {"field": "when", "type": "nominal", "title": None}
    colour = {"domain": list(two), "range": [ORANGE, BLUE]}
    shape = {"domain": list(two), "range": ["diamond", "circle"]}
    return {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "size": 95, "opacity": 1},
        "encoding": {
            "x": x,
            "y": y,
            "color": {**when, "scale": colour, "legend": LEGEND},
            "shape": {**when, "scale": shape},
        },
    }


def upright(at: float) -> Chart:
    """A dashed line from top to bottom."""
    return {
        "data": {"values": [{"at": at}]},
        "mark": {"type": "rule", "strokeDash": [4, 3], "color": PALE},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }


def beside(values: list[Chart], y: Chart) -> Chart:
    """The numbers of a row in words, in a column of their own on the right."""
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": "left", "fontSize": 12, "color": INK},
        "encoding": {"x": {"value": WIDTH + 14}, "y": y, "text": {"field": "said"}},
    }


def panels(parts: list[Chart]) -> Chart:
    """One above the other, each on its own scale; an empty field when there is none."""
    nothing = {"data": {"values": []}, "mark": "point", "width": WIDTH, "height": ROW}
    return {"vconcat": parts or [nothing], "spacing": 28}
