"""A table of a report as people read it: what it means, a heading, rows of words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from outcomes.charts.effects import effect_in_words
from outcomes.charts.words import Report, Row, in_words, is_hidden, number
from outcomes.designs.clauses import crossed

Value: TypeAlias = str | float | None
DASH = "\N{EN DASH}"
EVERYONE = "everyone"
HIDDEN = "hidden"  # with a small group


@dataclass(frozen=True)
class Table:
    """rows : as many cells each as the heading has names; values : of each row, what
    the report says under its own keys, in full."""

    title: str
    meaning: str
    heading: list[str]
    rows: list[list[str]]
    values: list[dict[str, Value]]


def table(
    title: str,
    meaning: str,
    columns: Mapping[str, str | Callable[[Row], Any]],
    rows: Iterable[Row],
) -> Table:
    """columns : by heading, the key of a row or what to make of the row."""
    ways = [
        (lambda row, key=way: row.get(key)) if isinstance(way, str) else way
        for way in columns.values()
    ]
    rows = [*rows]
    cells = [
        [cell(way(row), HIDDEN if is_hidden(row) else DASH) for way in ways]
        for row in rows
    ]
    values = [dict(_values(row)) for row in rows]
    return Table(title, meaning, [*columns], cells, values)


def _values(row: Row, within: str = "") -> Iterator[tuple[str, Value]]:
    """Numbers and words by key, those of a record as `matters.chance`; no lists."""
    for key, value in row.items():
        if isinstance(value, Mapping):
            yield from _values(value, f"{within}{key}.")
        elif not isinstance(value, list | tuple):
            yield f"{within}{key}", value


def cell(value: Any, nothing: str = DASH) -> str:
    """A number with the digits that count, a word as it is said, a dash for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return number(value)
    return nothing if value in (None, "") else str(value)


def said(key: str) -> Callable[[Row], str]:
    """The name under a key, as people say it."""
    return lambda row: in_words(str(row[key])) if row.get(key) is not None else ""


def text_on(key: str) -> Callable[[Row], str]:
    """The text of a row, with the name under a key as people say it."""

    def told(row: Row) -> str:
        text, name = row.get("text") or "", row.get(key)
        return text.replace(name, in_words(name)) if name else text

    return told


def text_of(report: Report) -> Callable[[Row], str]:
    """The text of a row, with each column that the plan names as people say it."""
    spoken = {name: in_words(name) for name in _named_by(report.get("design", {}))}
    longest_first = sorted(spoken, key=len, reverse=True)
    column = re.compile(
        rf"(?<![\w-])({'|'.join(map(re.escape, longest_first))})(?![\w-])"
    )

    def told(row: Row) -> str:
        text = row.get("text") or ""
        return column.sub(lambda found: spoken[found[1]], text) if spoken else text

    return told


def _named_by(design: Mapping[str, Any]) -> Iterator[str]:
    """The columns of a plan that tell what students are like."""
    for key in ("covariates", "pretests", "exact", "anti_exact", "placebo"):
        for each in design.get(key, ()):
            yield each if isinstance(each, str) else each["name"]
    for dimension in design.get("subgroups", ()):
        yield from crossed(dimension)


def share(key: str) -> Callable[[Row], str]:
    """A share of students in percent."""
    return lambda row: "" if row.get(key) is None else f"{100 * row[key]:.0f}%"


def group_of(row: Row) -> str:
    """`married: 1`; everyone where a row has no dimension."""
    if row.get("dimension") is None:
        return EVERYONE
    name = in_words(row["dimension"])
    return f"{name}: {in_words(row['group']) if row['group'] else 'not known'}"


def arms_of(row: Row) -> str:
    """`101 and 211`: participants and comparison students."""
    if row["n_treated"] is None:
        return ""
    return f"{row['n_treated']:,} and {row['n_comparison']:,}"


def with_interval(row: Row, kind: str = "") -> str:
    """An estimate and its 95% interval in the units of its outcome."""
    return "" if row["estimate"] is None else effect_in_words(row, kind)


def change(row: Row) -> str:
    """Of a gap in SDs: by how much it is closed, and the interval."""
    if row.get("closed") is None:
        return ""
    ends = {"ci_low": row.get("ci_low"), "ci_high": row.get("ci_high")}
    if ends["ci_low"] is None:
        return cell(float(row["closed"]))
    return effect_in_words({"estimate": row["closed"], **ends}, "")


def chance(row: Row) -> str:
    """A p-value, never so small that it looks like certainty."""
    if row.get("p") is None:
        return ""
    return "< 0.001" if row["p"] < 0.001 else f"{row['p']:.3f}"
