"""Names and numbers of a report as people say them."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from outcomes.designs.clauses import crossed
from outcomes.terms import FEW_STUDENTS, Estimand, OutcomeKind

Report: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Mapping[str, Any]
ARMS = ("treated", "comparison", "focal_treated", "focal_comparison")
ARMS += ("reference_treated", "reference_comparison")
UNITS = {OutcomeKind.BINARY: "percentage points", OutcomeKind.LEVELS: "levels"}
MINUS = "\N{MINUS SIGN}"
FACTS = {  # what is known of a student, where its name says too little
    "el_status": "English learner",
    "swd": "student with a disability",
    "race_ethnicity": "race or ethnicity",
    "(size)": "number of students",
}
OF_GRADE = "school_grade:"
RISE = " over "  # a trend is called "later over earlier"
TIMES = " x "  # a product of two covariates, or a square


def estimand_of(report: Report) -> Estimand:
    """The plan's own; plans of long ago knew of participants only."""
    return Estimand(report.get("design", {}).get("estimand", Estimand.ATT))


def in_words(covariate: str) -> str:
    """`race_ethnicity=black` as people say it: `race or ethnicity: black`."""
    if RISE in covariate:
        return RISE.join(map(in_words, covariate.split(RISE)))
    if TIMES in covariate:
        return " \N{MULTIPLICATION SIGN} ".join(map(in_words, covariate.split(TIMES)))
    if covariate.startswith(OF_GRADE):
        of, _, pin = covariate.removeprefix(OF_GRADE).partition("@")
        return f"{in_words(of)} in the grade of {pin.replace('.', ' ')}"
    name, _, level = covariate.partition("=")
    names = [FACTS.get(each, each) for each in crossed(name)]
    said = re.sub(r"@(\d{4})\.?", r" \1 ", " and ".join(names)).strip()
    if level:
        levels = [each.strip("()") for each in crossed(level)]
        said = f"{said}: {' and '.join(levels)}"
    return said.replace("_", " ")


def is_of_few(row: Row) -> bool:
    """Whether one child of a group may move its number further than any program does,
    and a page is shown to who knows the children. Reports of long ago did not count."""
    sizes = [row.get(f"n_{arm}") for arm in ARMS]
    return any(size is not None and size < FEW_STUDENTS for size in sizes)


def is_hidden(row: Row) -> bool:
    """Whether it has no number because of a small group."""
    return bool(row.get("suppressed"))


def why_unknown(row: Row, *keys: str) -> str:
    """Why the first of these is null, without the names of all that is null with it."""
    said = re.split(r"(?:^|; )((?:\w+, )*\w+): ", row.get("not_estimable", ""))[1:]
    reasons = {
        key: reason
        for names, reason in zip(said[::2], said[1::2], strict=True)
        for key in names.split(", ")
    }
    return next((reasons[key] for key in keys if key in reasons), "")


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = items or [""]
    return f"{', '.join(first)} and {last}" if first else last


def sentence(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]


def number(value: float) -> str:
    """Three digits that count, no more than two after the point: 1,121; 12.3; 0.05."""
    return numbers(value)[0]


def numbers(*values: float) -> list[str]:
    """Numbers to be read together: as many places as the largest of them deserves."""
    largest = max(abs(value) for value in values)
    places = 0 if largest >= 100 else 1 if largest >= 10 else 2
    return [_with_minus(f"{value:,.{places}f}") for value in values]


def _with_minus(text: str) -> str:
    """The sign of mathematics, and none before a zero."""
    return text.replace("-", MINUS if text.strip("-0.,") else "")


def signed(text: str) -> str:
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def estimate(value: float, low: float | None, high: float | None) -> str:
    """`+7.3 (+5.0 to +9.5)`: an estimate and the interval around it."""
    if low is None or high is None:
        return f"{signed(number(value))} (interval unknown)"
    middle, start, end = map(signed, numbers(value, low, high))
    return f"{middle} ({start} to {end})"


def unit_of(kind: str) -> str:
    return UNITS.get(kind, "points")


def in_units(value: float, kind: str) -> float:
    """A share of students is told in percentage points; all else as it is."""
    return value * 100 if kind == OutcomeKind.BINARY else value
