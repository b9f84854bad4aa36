"""All that a sceptic needs to redo a run: rows under pseudonyms, the plan, an R script.

Rows leave here, so only who may see students and scores can have them; the key behind
the pseudonyms is made for one bundle and thrown away with it.
"""

import csv
import hmac
import io
import json
import secrets
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
from django.db import transaction

from enrollment.exchange.formula import marked
from enrollment.models import User
from enrollment.services.refusal import Refused
from outcomes.designs.design import Design
from outcomes.engine import columns
from outcomes.engine.fingerprint import input_hash
from outcomes.engine.study import Study
from outcomes.frames import frame_of
from outcomes.models import Run
from outcomes.models.findings import MatchedStudent
from outcomes.plans import Plan
from outcomes.services import runs
from outcomes.services.evaluations import plan_of
from outcomes.services.redo import script
from outcomes.services.report_tables import as_csv, tables

CODE, SET, WEIGHT = "code", "set", "weight"
Member = Mapping[str, Any]  # set, unit, entry, weight


class RowsNotYours(Refused):
    code = "rows_not_yours"


class InputChanged(Refused):
    code = "input_changed"


def write(run: Run, viewer: User, path: Path, *, at_terminal: str) -> list[str]:
    """The bundle as a zip file; the names of what is in it."""
    if not runs.sees_every_student(viewer):
        raise RowsNotYours(
            f"{viewer} may not see students and scores everywhere, and a bundle holds "
            "them: let somebody of the office export it."
        )
    with transaction.atomic():  # a bundle that is refused was never looked at
        report = runs.report_for(
            run, viewer, part="bundle", needs="effects", at_terminal=at_terminal
        )
        plan = plan_of(run.evaluation)
        made = files(_table(run, plan), plan.design, report, _members(run))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in made.items():
            bundle.writestr(name, text)
    return list(made)


def _table(run: Run, plan: Plan) -> pd.DataFrame:
    """The rows that the run saw, made again; refused when they are others by now."""
    table = frame_of(run.evaluation, plan, with_outcomes=True).table
    if input_hash(table) != run.input_hash:
        raise InputChanged(
            f"The rows behind {run} have changed since: run the evaluation again, and "
            "export that run."
        )
    return table


def _members(run: Run) -> list[Member]:
    rows = MatchedStudent.objects.filter(run=run)
    return [
        {
            "unit": str(student),
            "entry": entry and str(entry),
            "set": number,
            "weight": weight,
        }
        for student, entry, number, weight in rows.values_list(
            "student_id", "entry", "set_number", "weight"
        )
    ]


def files(
    table: pd.DataFrame,
    design: Design,
    report: Mapping[str, Any],
    members: list[Member],
) -> dict[str, str]:
    """Each file by its name."""
    study = Study.from_frame(table, design)
    pool = _pool(table, study, design)
    code_of = _pseudonyms(pool.index)
    if study.entries is not None and len(study.entries.labels) == 1:
        design = replace(design, entry=None)  # R matches one entry as we do
    rows = {
        code_of[row]: [code_of[row], *values]
        for row, *values in pool.itertuples(index=True, name=None)
    }
    numeric = [name for name in pool if not columns.is_text(pool[name])]
    shown = {name: value for name, value in report.items() if name != "pairs"}
    return {
        "matched.csv": _csv(
            [CODE, SET, WEIGHT, *pool], _matched_rows(members, code_of, rows)
        ),
        "all.csv": _csv([CODE, *pool], [rows[code] for code in sorted(rows)]),
        "design.json": _json(design.to_dict()),
        "report.json": _json(shown),
        "tables.csv": as_csv(tables(shown)),
        "redo.R": script(design, shown, numeric),
    }


def _pool(table: pd.DataFrame, study: Study, design: Design) -> pd.DataFrame:
    """Everyone who could be matched, by row, in the columns that the design names."""
    named = [*design.matched_on, *design.exact, *design.anti_exact, *design.require]
    named += [*design.preferred_columns, *design.caliper_columns]
    named += design.group_columns
    named += design.cluster_columns
    named += [column for column in (design.cluster, design.entry) if column]
    keys = [columns.labels(table[column]).tolist() for column in _key(design)]
    pool = table.set_axis([_row(*key) for key in zip(*keys, strict=True)])
    pool = pool.loc[_rows(study)]
    return pd.DataFrame(
        {
            design.treatment: study.treated.astype(int),
            **{name: _plain(pool[name]) for name in dict.fromkeys(named)},
            **study.outcomes,
        },
        index=pool.index,
    )


def _key(design: Design) -> list[str]:
    """The columns that tell a row from all others."""
    return [design.unit, *([design.entry] if design.entry else [])]


def _rows(study: Study) -> list[str]:
    units, entries = study.units.tolist(), study.entries
    if entries is None:
        return [_row(str(unit)) for unit in units]  # whole numbers stay numbers there
    days = [entries.labels[code] for code in entries.code]
    return [_row(*key) for key in zip(units, days, strict=True)]


def _row(unit: str, entry: str | None = None) -> str:
    return unit if entry is None else f"{unit}\x1f{entry}"


def _row_of(member: Member) -> str:
    return _row(member["unit"], member.get("entry"))


def _plain(column: columns.Series) -> Any:
    """Words as they are, and truth values as the numbers that R reads."""
    return column if columns.is_text(column) else columns.numbers(column)


def _pseudonyms(rows: Iterable[str]) -> dict[str, str]:
    """A code for each row that nobody can compute again: the key is not kept."""
    key = secrets.token_bytes(32)
    return {row: hmac.new(key, row.encode(), sha256).hexdigest()[:20] for row in rows}


def _matched_rows(
    members: list[Member], code_of: Mapping[str, str], rows: Mapping[str, list[Any]]
) -> list[list[Any]]:
    """Sets numbered by their first code, so that no order of the district shows."""
    first: dict[int, str] = {}
    for each in members:
        code = code_of[_row_of(each)]
        first[each["set"]] = min(code, first.get(each["set"], code))
    by_code = sorted(first, key=lambda number: (first[number], number))
    place = {number: i + 1 for i, number in enumerate(by_code)}
    matched = sorted(
        (code_of[_row_of(each)], place[each["set"]], each["weight"]) for each in members
    )
    return [[code, number, w, *rows[code][1:]] for code, number, w in matched]


def _csv(heading: list[str], rows: Iterable[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Text that a spreadsheet cannot run, and nothing for what is not known."""
    return "" if pd.isna(value) else marked(value)


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
