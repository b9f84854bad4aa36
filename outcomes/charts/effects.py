"""How much, and how sure: each effect with its interval."""

from itertools import groupby

from outcomes.charts.style import (
    BLUE,
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
from outcomes.charts.words import (
    Report,
    Row,
    estimand_of,
    estimate,
    in_units,
    in_words,
    is_hidden,
    is_of_few,
    unit_of,
)
from outcomes.terms import FEW_STUDENTS, PEOPLE

NAIVE, MATCHED = "before matching, everyone", "after matching"


def effect_plot(report: Report) -> Chart:
    """A panel an outcome in its own points, a row a group, zero always in sight.

    A group of few is not drawn.
    """
    kinds = kinds_of(report)
    known, naive = (
        [
            {**row, "people": group_in_words(row, report)}
            for row in report[section]
            if row["estimate"] is not None and not _is_group_of_few(row)
        ]
        for section in ("effects", "naive")
    )
    parts = [
        _panel(name, kinds[name], list(rows), naive)
        for name, rows in groupby(known, key=lambda row: row["outcome"])
    ]
    return whole(
        _headline(known, kinds),
        "Participants minus comparison students, with 95% intervals"
        + _left_out(report),
        _description(known, kinds),
        panels(parts),
    )


def _is_group_of_few(row: Row) -> bool:
    return bool(row["group"]) and is_of_few(row)


def _left_out(report: Report) -> str:
    if any(map(is_hidden, report["effects"])):
        return "; small groups, and others that would tell them, are hidden"
    are_few = any(_is_group_of_few(row) for row in report["effects"])
    return f"; groups of fewer than {FEW_STUDENTS} are not drawn" if are_few else ""


def group_in_words(row: Row, report: Report) -> str:
    """`race: black`, or all whom the plan's effect is on."""
    if row["group"]:
        return in_words(row["group"])
    return f"all {PEOPLE[estimand_of(report)]}"


def kinds_of(report: Report) -> dict[str, str]:
    return {each["name"]: each["kind"] for each in report["design"]["outcomes"]}


def effect_in_words(row: Row, kind: str) -> str:
    """`+7.3 (+5.0 to +9.5)`, in the units of its outcome."""
    ends = (row["ci_low"], row["ci_high"])
    low, high = (None if end is None else in_units(end, kind) for end in ends)
    return estimate(in_units(row["estimate"], kind), low, high)


def _headline(known: list[Row], kinds: dict[str, str]) -> str:
    overall = [row for row in known if row["group"] is None]
    said = [
        f"{effect_in_words(row, kinds[row['outcome']]).partition(' ')[0]} "
        f"{unit_of(kinds[row['outcome']])} in {in_words(row['outcome'])}"
        for row in overall
    ]
    return f"The difference: {', '.join(said)}" if said else "No effect can be told"


def _description(known: list[Row], kinds: dict[str, str]) -> str:
    """What the chart shows, for who listens to it."""
    said = "; ".join(
        f"{in_words(row['outcome'])}, {row['people']}: "
        f"{effect_in_words(row, kinds[row['outcome']])}"
        for row in known
    )
    return f"Effects with 95% intervals: {said}."


def _panel(name: str, kind: str, rows: list[Row], naive: list[Row]) -> Chart:
    shown = [(row, MATCHED) for row in rows]
    shown += [(row, NAIVE) for row in naive if row["outcome"] == name]
    values = [_value(row, kind, when) for row, when in shown]
    said = [value for value in values if value["when"] == MATCHED]
    x = across("estimate", f"{in_words(name)}, in {unit_of(kind)}")
    y = rows_by("group", [row["people"] for row in rows])
    whiskers = {
        "data": {"values": [value for value in said if "low" in value]},
        "mark": {"type": "rule", "color": BLUE, "strokeWidth": 2},
        "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
    }
    points = marks(values, x, y, (NAIVE, MATCHED))
    layers = [upright(0), whiskers, points, beside(said, y)]
    return {"width": WIDTH, "height": {"step": ROW}, "layer": layers}


def _value(row: Row, kind: str, when: str) -> dict:
    value = {
        "group": row["people"],
        "when": when,
        "estimate": in_units(row["estimate"], kind),
        "said": effect_in_words(row, kind),
    }
    if row["ci_low"] is not None:
        value["low"] = in_units(row["ci_low"], kind)
        value["high"] = in_units(row["ci_high"], kind)
    return value
