"""Did the gap close: each gap with the program, and as it would have been."""

from outcomes.charts.style import (
    LINE,
    ROW,
    WIDTH,
    Chart,
    across,
    beside,
    marks,
    panels,
    rows_by,
    upright,
    whole,
)
from outcomes.charts.words import Report, Row, in_words, is_of_few, numbers
from outcomes.terms import FEW_STUDENTS

NARROWER, WIDER = "narrower", "wider"
WITHOUT, WITH = "without the program", "with the program"
AVERAGE = "mean_sd"
LEAST = 0.2  # SDs, or as a share of students: an axis of less makes much of a trifle
# What each metric compares, its unit, and how many of the unit make one.
METRICS = {
    AVERAGE: ("gap in the average score, in SDs", "SD", 1),
    "share_meeting": (
        "gap in the share that meets, in percentage points",
        "points",
        100,
    ),
    "v": ("gap in who outranks whom (V), in SDs", "SD", 1),
}


def gap_plot(report: Report) -> Chart:
    """A panel a metric, a row a gap: the diamond moves to the circle, 0 is no gap.

    A gap of few is not drawn, no more than an effect on few is.
    """
    told = [row for row in report["gaps"] if row["closed"] is not None]
    known = [row for row in told if not is_of_few(row)]
    few = f"; gaps of groups of fewer than {FEW_STUDENTS} are not drawn"
    parts = [
        _panel(metric, rows)
        for metric in METRICS
        if (rows := [row for row in known if row["metric"] == metric])
    ]
    return whole(
        _headline(known),
        "How far the first group is behind the second, among participants"
        + few * (len(known) < len(told)),
        _description(known),
        panels(parts),
    )


def gap_in_words(row: Row) -> str:
    """`ela: black behind white (race ethnicity)`."""
    outcome, dimension = in_words(row["outcome"]), in_words(row["dimension"])
    return f"{outcome}: {groups_in_words(row)} ({dimension})"


def groups_in_words(row: Row) -> str:
    """`black behind white`; where the labels say nothing, what they are labels of."""
    dimension, labels = in_words(row["dimension"]), (row["focal"], row["reference"])
    if labels == ("yes", "no"):
        return f"{dimension} behind others"
    if all(label.isdecimal() for label in labels):
        labels = tuple(f"{dimension} {label}" for label in labels)
    return " behind ".join(map(in_words, labels))


def change_in_words(row: Row) -> str:
    """`narrower by 0.10 SD (0.02 to 0.18)`: the interval in the direction told."""
    _, unit, size = METRICS[row["metric"]]
    way = size if row["closed"] >= 0 else -size
    verb = _verb(row)
    if row["ci_low"] is None:
        return f"{verb} by {numbers(row['closed'] * way)[0]} {unit}"
    ends = sorted(row[end] * way for end in ("ci_low", "ci_high"))
    change, low, high = numbers(row["closed"] * way, *ends)
    return f"{verb} by {change} {unit} ({low} to {high})"


def _verb(row: Row) -> str:
    """A gap narrows or widens for a group that is behind, before and after."""
    before, after, closes = row["without_program"], row["as_delivered"], row["closed"]
    if min(before, after) < 0 < max(before, after):
        return "turned round"
    if min(before, after) < 0:
        return "further ahead" if closes >= 0 else "less far ahead"
    return NARROWER if closes >= 0 else WIDER


def is_sure(row: Row) -> bool:
    """Whether the interval leaves zero out, be it of an effect or of a gap's change."""
    return row["ci_low"] is not None and row["ci_low"] * row["ci_high"] > 0


def _headline(known: list[Row]) -> str:
    averages = [row for row in known if row["metric"] == AVERAGE]
    if not averages:
        return "No gap can be told"
    if len(averages) > 1:
        narrower = sum(is_sure(row) and _verb(row) == NARROWER for row in averages)
        return f"{narrower} of {len(averages)} gaps narrowed by more than chance"
    (row,) = averages
    change = change_in_words(row).partition(" (")[0]
    told = ", is" if _verb(row) in {NARROWER, WIDER} else ":"
    return f"The gap, {groups_in_words(row)}{told} {change}{_doubt(row)}"


def _doubt(row: Row) -> str:
    if row["ci_low"] is None:
        return " in this sample, and how sure that is cannot be told"
    return "" if is_sure(row) else ", which chance could explain"


def _description(known: list[Row]) -> str:
    """What the chart shows, for who listens to it."""
    said = []
    for row in known:
        title, _, size = METRICS[row["metric"]]
        before, after = numbers(
            row["without_program"] * size, row["as_delivered"] * size
        )
        said.append(
            f"{gap_in_words(row)}, {title}: {before} {WITHOUT}, {after} {WITH}, "
            f"{change_in_words(row)}"
        )
    return f"Gaps among participants: {'; '.join(said)}."


def _panel(metric: str, rows: list[Row]) -> Chart:
    title, _, size = METRICS[metric]
    names = [groups_in_words(row) for row in rows]
    if len(set(names)) < len(rows):
        names = [gap_in_words(row) for row in rows]
    values = [
        {"row": name, "when": when, "gap": row[key] * size}
        for name, row in zip(names, rows, strict=True)
        for when, key in ((WITHOUT, "without_program"), (WITH, "as_delivered"))
    ]
    said = [
        {"row": name, "said": change_in_words(row)}
        for name, row in zip(names, rows, strict=True)
    ]
    ends = [0.0, *(value["gap"] for value in values)]
    spare = max(0.0, (LEAST * size - (max(ends) - min(ends))) / 2)
    x, y = across("gap", title), rows_by("row", names)
    x["scale"] |= {"domainMin": min(ends) - spare, "domainMax": max(ends) + spare}
    path = {
        "data": {"values": values},
        "mark": {"type": "line", "color": LINE, "strokeWidth": 3},
        "encoding": {"x": x, "y": y, "detail": {"field": "row"}},
    }
    layers = [upright(0), path, marks(values, x, y, (WITHOUT, WITH)), beside(said, y)]
    return {"width": WIDTH, "height": {"step": ROW}, "layer": layers}
