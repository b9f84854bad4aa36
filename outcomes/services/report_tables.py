"""Every number of a report in tables that say what they mean."""

import csv
import io
from collections.abc import Callable, Mapping

from enrollment.exchange.formula import marked
from outcomes.charts.words import Report
from outcomes.services import effect_tables, gap_tables, sample_tables
from outcomes.services.table import Table, said, table, text_of, text_on


def verdicts(report: Report) -> Table:
    return table(
        "Is the comparison fair",
        "What a federal reviewer would say of the baseline, for each outcome.",
        {
            "Outcome": said("outcome"),
            "Verdict": said("code"),
            "Decided by": said("decided_by"),
            "In words": text_on("decided_by"),
        },
        report.get("verdicts", ()),
    )


def warnings(report: Report) -> Table:
    return table(
        "What limits the result",
        "What to know beside the numbers; it changes none of them.",
        {"About": said("code"), "In words": text_of(report)},
        report["warnings"],
    )


# Each section of a report, and the tables that tell it, in the order of the page.
TABLES: Mapping[str, tuple[Callable[[Report], Table], ...]] = {
    "effects": (effect_tables.effects,),
    "estimators": (effect_tables.estimators,),
    "clustering_corrections": (effect_tables.clustering,),
    "interactions": (effect_tables.interactions,),
    "gaps": (gap_tables.gaps,),
    "gaps_in_district": (gap_tables.rules, gap_tables.coverage, gap_tables.causes),
    "verdicts": (verdicts,),
    "sensitivity": (effect_tables.sensitivity,),
    "placebo": (effect_tables.placebo,),
    "essa": (effect_tables.essa,),
    "warnings": (warnings,),
    "sample": (sample_tables.flow,),
    "clusters": (sample_tables.clusters, sample_tables.cluster_balance),
    "balance": (sample_tables.balance,),
    "balance_analytic": (sample_tables.analytic,),
    "balance_by_group": (sample_tables.by_group,),
    "balance_of_products": (sample_tables.products,),
    "lost": (sample_tables.lost,),
    "discarded": (sample_tables.discarded,),
    "attrition": (sample_tables.attrition,),
    "broken_sets": (sample_tables.broken,),
    "overlap": (sample_tables.overlap,),
}
# What a reader asks, and the first of the sections that answer it.
QUESTIONS = {
    "effects": "How large is the effect?",
    "gaps": "What became of the gap?",
    "verdicts": "How far can it be trusted?",
    "sample": "Who was compared, and how alike are they?",
}


def chapters(report: Report) -> list[tuple[str, list[Table]]]:
    """All tables that have something to show, under the question that they answer."""
    found: dict[str, list[Table]] = {}
    for section, makers in TABLES.items():
        if section in QUESTIONS:
            here = found.setdefault(QUESTIONS[section], [])
        here += [made for make in makers if (made := make(report)).rows]
    return [(question, made) for question, made in found.items() if made]


def tables(report: Report) -> list[Table]:
    return [each for _, made in chapters(report) for each in made]


def as_csv(found: list[Table]) -> str:
    """A line a cell (table, row, column, value), so that one file holds them all: first
    what a row shows, then what the report says of it under its own keys."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["table", "row", "column", "value"])
    for each in found:
        rows = zip(each.rows, each.values, strict=True)
        for number, (shown, values) in enumerate(rows, start=1):
            for name, cell in zip(each.heading, shown, strict=True):
                writer.writerow([each.title, number, name, marked(cell)])
            for name, value in values.items():
                writer.writerow([each.title, number, name, marked(value)])
    return text.getvalue()
