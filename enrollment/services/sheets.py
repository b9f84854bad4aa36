"""What is asked of the rows of a file together, before any is written."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model

from enrollment.exchange.problems import Wrong
from enrollment.exchange.reading import Row
from enrollment.services.facts import chunks

SHOWN = 10  # line numbers in a note


@dataclass(frozen=True)
class Reference:
    """A column that names a row of another table by its natural key."""

    field: str  # of the table that is filled
    model: type[Model]
    by: str  # the field of the other table that the column holds
    called: str

    def missing(self) -> Wrong:
        return Wrong(
            "not_found",
            f"a {self.called} that is known",
            f"Correct it, or import the {self.called} first.",
        )


def find(rows: list[Row], references: dict[str, Reference]) -> dict[str, dict]:
    """By column: the numbers of the rows that the column names."""
    found = {}
    for column, reference in references.items():
        names = sorted({row.values[column] for row in rows})
        found[column] = {}
        for chunk in chunks(names):
            those = reference.model.objects.filter(**{f"{reference.by}__in": chunk})
            found[column] |= dict(those.values_list(reference.by, "pk"))
    return found


def known(rows: list[Row], references, found, applied) -> list[Row]:
    """The rows whose references all exist; the others become problems."""
    kept = []
    for row in rows:
        missing = [it for it in references if row.values[it] not in found[it]]
        applied.problems += [
            references[it].missing().at(row.line, it, row.written[it]) for it in missing
        ]
        kept += [] if missing else [row]
    return kept


def folded(rows: list[Row], key: Iterable[str], applied) -> list[Row]:
    """One row a key: equal ones are one, and of those that differ none is believed."""
    by_key = defaultdict(list)
    for row in rows:
        by_key[tuple(row.values.get(column, "") for column in key)].append(row)
    kept, again = [], []
    for same in by_key.values():
        if all(row.values == same[0].values for row in same):
            kept.append(same[0])
            again += same[1:]
        else:
            applied.problems += list(_contradicting(same, key))
    if again:
        applied.notes.append(
            f"{len(again)} rows said the same as one before them and were folded into "
            f"it: {lines_of(again)}."
        )
    return kept


def unshared(rows: list[Row], key, column: str, model, applied) -> list[Row]:
    """The rows whose value in the column belongs to nobody else."""
    owners = defaultdict(set)
    for row in rows:
        if row.values.get(column):
            owners[row.values[column]].add(row.values[key[0]])
    for chunk in chunks(sorted(owners)):
        stored = model.objects.filter(**{f"{column}__in": chunk})
        for value, owner in stored.values_list(column, key[0]):
            owners[value].add(owner)
    wrong = Wrong(
        "not_unique",
        f"a {column} that nobody else has",
        f"Two {key[0]} have it, here or in the records: correct one of them.",
    )
    kept = []
    for row in rows:
        if len(owners[row.values.get(column)]) > 1:
            applied.problems.append(wrong.at(row.line, column, row.written[column]))
        else:
            kept.append(row)
    return kept


def lines_of(rows: list[Row]) -> str:
    shown = ", ".join(str(row.line) for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"line{'s' if len(rows) > 1 else ''} {shown}{more}"


def _contradicting(same: list[Row], key):
    wrong = Wrong(
        "duplicate_key",
        f"one row for each {', '.join(key)}",
        f"{lines_of(same).capitalize()} differ: keep the right one.",
    )
    for row in same:
        first = next(iter(key))
        yield wrong.at(row.line, first, row.written[first])
