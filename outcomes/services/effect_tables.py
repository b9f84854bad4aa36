"""The tables of effects: how large, for whom, by which way, how sure."""

from collections.abc import Iterator
from typing import Any

from outcomes.charts.effects import group_in_words, kinds_of
from outcomes.charts.words import Report, Row, in_words, is_hidden, number, why_unknown
from outcomes.services.cautions import limit
from outcomes.services.table import (
    Table,
    arms_of,
    chance,
    said,
    table,
    text_of,
    text_on,
    with_interval,
)
from outcomes.terms import ALPHA

WAYS = {
    "difference": "weighted averages alone",
    "g_computation": "averages adjusted by a regression (g-computation)",
    "aipw": "adjusted by a regression and by the chance to take part (AIPW)",
}
UNPLANNED = "the plan did not ask for it beforehand"
UNLIKE = "the groups were not shown to be alike"
NAIVE = "everyone, before any matching"


def effects(report: Report) -> Table:
    kinds = kinds_of(report)
    return table(
        "Effects",
        "How much higher or lower an outcome is with the program than without it, for "
        "everyone and by group. Where the interval holds 0 or p is .05 or more, chance "
        "could explain it: with few schools each is the most cautious of several.",
        {
            "Outcome": said("outcome"),
            "Group": lambda row: group_in_words(row, report),
            "Difference (95% interval)": lambda row: with_interval(
                row, kinds[row["outcome"]]
            ),
            "In SDs (g)": lambda row: row["hedges_g"],
            "p": chance,
            "More than chance": claim,
            "n": arms_of,
        },
        report["effects"],
    )


def claim(row: Row) -> str:
    """Whether more than chance is claimed; where something else forbids it, that is
    why."""
    if is_hidden(row) or row["p"] is None:
        return ""
    if row.get("significant"):
        return "yes"
    why = [limit(code) for code in row.get("held_back", ())]
    planned_p = row.get("p_adjusted")
    if not why and (planned_p or row["p"]) <= ALPHA:
        why = [UNPLANNED if planned_p is None else UNLIKE]
    return f"not claimed: {', '.join(why)}" if why else "no"


def estimators(report: Report) -> Table:
    """Everyone's effect before matching, then by every estimator."""
    kinds = kinds_of(report)
    rows = [{**row, "way": NAIVE} for row in report.get("naive", ())]
    rows += [
        {**row, "way": WAYS[row["estimator"]]} for row in report.get("estimators", ())
    ]
    return table(
        "The same effect, estimated in other ways",
        "An answer that only one way gives is weaker than one that all of them give.",
        {
            "Outcome": said("outcome"),
            "Way": "way",
            "Difference (95% interval)": lambda row: with_interval(
                row, kinds[row["outcome"]]
            ),
            "p": chance,
            "n": arms_of,
        },
        rows if report.get("estimators") else [],
    )


def interactions(report: Report) -> Table:
    return table(
        "Do groups differ in their effect",
        "One test for all groups together: that one group's effect is significant and "
        "another's is not would not show that they differ.",
        {
            "Outcome": said("outcome"),
            "Groups by": said("dimension"),
            "p": chance,
            "In words": text_on("dimension"),
        },
        report.get("interactions", ()),
    )


def sensitivity(report: Report) -> Table:
    return table(
        "What something unseen would have to do",
        "Matching cannot see everything. The stronger a hidden cause would have to be, "
        "the safer the result.",
        {
            "Outcome": said("outcome"),
            "Left out": said("left_out"),
            "In words": text_of(report),
        },
        _hidden(report.get("sensitivity") or {}),
    )


def _hidden(found: dict[str, Any]) -> Iterator[Row]:
    for outcome, part in found.items():
        yield {"outcome": outcome, "text": part.get("text")}
        for row in part.get("omitted_pretests", ()):
            text = row["text"] or f"It cannot be told: {why_unknown(row, 'moved_by')}."
            yield {"outcome": outcome, "left_out": row["pretest"], "text": text}


def essa(report: Report) -> Table:
    rows = [
        {**criterion, "outcome": row["outcome"], "tier": row["tier"]}
        for row in report.get("essa", ())
        for criterion in row["criteria"]
    ]
    return table(
        "Evidence tier (ESSA)",
        "Which federal tier of evidence this would be a candidate for, and what each "
        "condition found. Other evidence may outweigh it.",
        {
            "Outcome": said("outcome"),
            "Candidate for": said("tier"),
            "Condition": said("name"),
            "Needed": lambda row: _plain(row["needed"]),
            "Found": lambda row: _plain(row["found"]),
            "Met": "is_met",
        },
        rows,
    )


def clustering(report: Report) -> Table:
    return table(
        "As a reviewer would correct for clusters",
        "The What Works Clearinghouse's own correction where whole clusters took part; "
        "our errors above allow for clusters already.",
        {
            "Outcome": said("outcome"),
            "Alike within a cluster (ICC)": "icc",
            "Taken from": said("icc_from"),
            "Clusters": lambda row: row["clusters"] and round(row["clusters"]),
            "t without": "t_ignoring",
            "t with": "t",
            "p": chance,
            "In SDs (g)": "g_total",
        },
        report.get("clustering_corrections", ()),
    )


def placebo(report: Report) -> Table:
    """What was asked of a measure of before the program, as if it were an outcome."""
    return table(
        "What the program moved before it began",
        "It cannot have moved anything: what is found here is the bias of the "
        "comparison, or chance.",
        {
            "Measure of before": said("outcome"),
            "Difference (95% interval)": with_interval,
            "In SDs (g)": "hedges_g",
            "p": chance,
            "Moved": "moved",
            "In words": text_of(report),
        },
        report.get("placebo", ()),
    )


def _plain(value: Any) -> str:
    return number(value) if isinstance(value, float) else in_words(str(value))
