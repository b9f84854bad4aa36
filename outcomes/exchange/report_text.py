"""A report as text: for a program, a person at a terminal, or a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from enrollment.exchange.formula import marked
from outcomes.reasons import why_left_out, why_unmatched
from outcomes.terms import counted

BALANCE = ("covariate", "smd_before", "smd_after", "wwc_effect_size")
EFFECTS = ("outcome", "group", "estimate", "std_error", "ci_low", "ci_high", "p")
EFFECT = ("outcome", "group", "estimator", "estimate", "std_error", "se_kind", "df")
EFFECT += ("ci_low", "ci_high", "p", "hedges_g", "improvement_index", "e_value")
GAPS = ("dimension", "focal", "reference", "metric", "as_delivered")
GAPS += ("without_program", "closed", "ci_low", "ci_high")
SECTIONS = (
    (
        "balance",
        "Balance of all matched; the verdict is on who has the outcome",
        BALANCE,
    ),
    ("effects", "Effects, with 95% intervals", EFFECTS),
    ("gaps", "Gaps: reference minus focal; closed is what the program took off", GAPS),
)


def printed(report: Mapping[str, Any], form: str) -> str:
    """form : json, table, or csv, which is the effects alone."""
    if form == "table":
        return "\n".join(report_lines(report))
    if form == "csv":
        return effects_csv(report)
    return json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)


def report_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Sample, verdict, balance, effects, gaps and warnings, one line at a time."""
    yield from _sample(report["sample"], report["estimand"])
    verdict = report["verdict"]
    yield f"Verdict    {verdict['code']}: {verdict['text']}"
    yield f"Power      {report['power']['text']}"
    for name, title, columns in SECTIONS:
        if report[name]:
            yield from ("", title)
            yield from _table(columns, report[name])
    for warning in report["warnings"]:
        yield ""
        yield f"{warning['code']}: {warning['text']}"


def effects_csv(report: Mapping[str, Any]) -> str:
    """A row an effect with every number of it, safe to open in a spreadsheet."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(EFFECT)
    for effect in report["effects"]:
        rows.writerow(marked(effect[column]) for column in EFFECT)
    return text.getvalue().rstrip("\n")


def _sample(sample: Mapping[str, Any], estimand: str) -> Iterator[str]:
    yield (
        f"Matched    {sample['matched_treated']} of {sample['treated']} participants "
        f"with {sample['matched_comparison']} of {sample['comparison']} comparison "
        f"students ({estimand})"
    )
    for row in sample["excluded"]:
        yield (
            f"Left out   {counted(row['treated'], 'participants')} and "
            f"{counted(row['comparison'], 'comparison students')} "
            f"because {why_left_out(row['reason'])}"
        )
    for row in sample["unmatched"]:
        yield f"Unmatched  {row['n']} because {why_unmatched(row['reason'])}"


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    lines = [list(columns), *([_cell(row[c]) for c in columns] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        cells = zip(line, widths, strict=True)
        yield "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(cells)
        ).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
