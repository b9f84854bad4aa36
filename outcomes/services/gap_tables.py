"""The tables of gaps: among participants, in the district, and their causes."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from outcomes.charts.gaps import METRICS, change_in_words, gap_in_words
from outcomes.charts.words import Report, Row, in_words, numbers
from outcomes.services.table import Table, change, share, table

RULES = {
    "as_is": "as it was",
    "none": "nobody takes part",
    "all": "everybody takes part",
    "focal_only": "only the focal group takes part",
}
PARTS = {
    "baseline": "would be there without the program",
    "prevalence": "because one group takes part more",
    "effect": "because it helps one group more",
    "selection": "because those who gain most take part",
}


def gaps(report: Report) -> Table:
    return table(
        "Gaps among participants",
        "Reference group minus focal group, as it would be without the program and as "
        "it is with it. Three ways to measure may disagree; then trust none alone.",
        {
            "Gap": gap_in_words,
            "Measured as": lambda row: METRICS[row["metric"]][0],
            "Without": lambda row: _sizes(row)[0],
            "With": lambda row: _sizes(row)[1],
            "Change (95% interval)": lambda row: (
                change_in_words(row) if _sizes(row)[0] else ""
            ),
        },
        report["gaps"],
    )


def _sizes(row: Row) -> list[str]:
    """Without and with, on one scale; nothing where either cannot be told."""
    if row["as_delivered"] is None or row["closed"] is None:
        return ["", ""]
    size = METRICS[row["metric"]][2]
    return numbers(row["without_program"] * size, row["as_delivered"] * size)


def rules(report: Report) -> Table:
    """The district's gap under other rules for taking part."""
    return table(
        "The gap in the whole district, had others taken part",
        "All students, not only participants, in SDs. Closed: the gap as it was, minus "
        "that under the rule.",
        {
            "Gap": gap_in_words,
            "If": lambda row: RULES.get(row["rule"], in_words(row["rule"])),
            "Estimated by": lambda row: in_words(row["estimator"]),
            "Gap would be": "gap",
            "Closed (95% interval)": change,
        },
        [*_of_district(report, "rules")],
    )


def _of_district(report: Report, part: str) -> Iterator[dict[str, Any]]:
    for row in report.get("gaps_in_district", ()):
        head = {key: row[key] for key in ("dimension", "focal", "reference", "outcome")}
        found = row.get(part)
        for item in found if isinstance(found, list) else [found] if found else []:
            yield {**head, **item}


def coverage(report: Report) -> Table:
    return table(
        "Whom the program reached",
        "How far it closes the district's gap is how many it reaches times how much it "
        "helps them. Shares of those who have the outcome; effects and gaps in SDs.",
        {
            "Gap": gap_in_words,
            "Focal group takes part": share("share_focal"),
            "Reference group takes part": share("share_reference"),
            "Helps focal by (95% interval)": partial(_sure, "att_focal"),
            "Helps reference by (95% interval)": partial(_sure, "att_reference"),
            "Gap without": "without_program",
            "Gap with": "as_delivered",
            "Closed (95% interval)": partial(_sure, "closed"),
            "If all focal were served (95% interval)": partial(
                _sure, "if_all_focal_served"
            ),
        },
        [*_of_district(report, "coverage")],
    )


def _sure(key: str, row: Row) -> str:
    """A number and its interval, where the report tells one."""
    ends = {end: row.get(f"{key}_{end}") for end in ("ci_low", "ci_high")}
    return change({"closed": row.get(key), **ends})


def causes(report: Report) -> Table:
    """The four parts of the gap, and what covariates account for."""
    rows = [
        {**row, "part": words, "size": row[name], **_ends(row, f"{name}_")}
        for row in _of_district(report, "four_parts")
        for name, words in PARTS.items()
    ]
    for row in _of_district(report, "accounting"):
        # Reports of 1.3.0 and before tell no errors of these.
        of_parts = row.get("explained_errors", ())
        ends = {part["covariate"]: _ends(part) for part in of_parts}
        rows += [
            {**row, "part": f"accounted for by {in_words(name)}", "size": size}
            | ends.get(name, {})
            for name, size in row["explained"].items()
        ]
        rest = {"size": row["unexplained"], **_ends(row, "unexplained_")}
        rows.append({**row, "part": "accounted for by nothing named here"} | rest)
    return table(
        "What the district's gap is made of",
        "Parts of the gap in SDs; each way of dividing it adds up to the whole. To be "
        "accounted for is not to be caused.",
        {
            "Gap": gap_in_words,
            "Part": "part",
            "Size (95% interval)": partial(_sure, "size"),
        },
        rows,
    )


def _ends(row: Row, name: str = "") -> dict[str, Any]:
    return {f"size_{end}": row.get(f"{name}{end}") for end in ("ci_low", "ci_high")}
