"""A kind of file and the table it fills: rows are told apart by their natural key, and
only what changed is written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Model

from enrollment.exchange.kinds import Kind
from enrollment.exchange.problems import Problem, Wrong
from enrollment.exchange.reading import Row
from enrollment.models import User
from enrollment.services.facts import chunks
from enrollment.services.records import (
    BATCH,
    CHANGED,
    CREATED,
    past,
    update_many,
    write_history,
)
from enrollment.services.sheets import Reference, find, folded, known, unshared

FEW = 500  # values of a key's column that are worth asking for by name
Fault = tuple[str, Wrong]  # a column, and what is wrong with it


def no_faults():
    return lambda row: ()


@dataclass
class Applied:
    """What was written, and which rows were not."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    kind: Kind
    model: type[Model]
    references: dict[str, Reference] = field(default_factory=dict)
    # Makes the function that tells what is wrong with a row as it would be stored.
    faults: Callable[[], Callable[[Model], Iterable[Fault]]] = no_faults
    unique: str = ""  # a column besides the key that no two rows share

    def apply(self, rows: list[Row], *, by: User, at_each=lambda done: None) -> Applied:
        applied = Applied()
        found = find(rows, self.references)
        rows = known(rows, self.references, found, applied)
        rows = folded(rows, self.kind.key, applied)
        if self.unique:
            rows = unshared(rows, self.kind.key, self.unique, self.model, applied)
        _Change(self, found, applied).apply(rows, by=by, at_each=at_each)
        return applied

    def attribute(self, column: str) -> str:
        reference = self.references.get(column)
        return f"{reference.field}_id" if reference else column


class _Change:
    """The difference between the rows of a file and those of the table."""

    def __init__(self, table: Table, found: dict, applied: Applied):
        self.table, self.found, self.applied = table, found, applied
        self.faults_of = table.faults()
        self.new, self.changed, self.changing = [], [], set()

    def apply(self, rows: list[Row], *, by: User, at_each) -> None:
        stored = self._stored([self._attributes(row) for row in rows])
        for done, row in enumerate(rows, start=1):
            attributes = self._attributes(row)
            self._compare(row, attributes, stored.get(self._key(attributes)))
            at_each(done)
        self._write(by)

    def _attributes(self, row: Row) -> dict:
        return {
            self.table.attribute(column): self.found[column][value]
            if column in self.found
            else value
            for column, value in row.values.items()
        }

    def _key(self, attributes: dict) -> tuple:
        return tuple(attributes.get(name, "") for name in self._key_names())

    def _key_names(self) -> list[str]:
        return [self.table.attribute(column) for column in self.table.kind.key]

    def _stored(self, wanted: list[dict]) -> dict[tuple, Model]:
        """The rows of the table with one of these keys, locked until the end."""
        first, *others = self._key_names()
        rows = self.table.model.objects.select_for_update(no_key=True).order_by("pk")
        for name in others:
            values = {attributes.get(name, "") for attributes in wanted}
            if len(values) <= FEW:
                rows = rows.filter(**{f"{name}__in": values})
        return {
            self._key(vars(row)): row
            for chunk in chunks(sorted({it[first] for it in wanted}))
            for row in rows.filter(**{f"{first}__in": chunk})
        }

    def _compare(self, row: Row, attributes: dict, stored: Model | None) -> None:
        instance = stored or self.table.model()
        differing = {
            name for name, it in attributes.items() if getattr(instance, name) != it
        }
        for name in differing:
            setattr(instance, name, attributes[name])
        if stored and not differing:
            self.applied.unchanged += 1
        elif wrong := list(self.faults_of(instance)):
            self.applied.problems += [
                fault.at(row.line, column, row.written.get(column, ""))
                for column, fault in wrong
            ]
        elif stored:
            self.changed.append(instance)
            self.changing |= differing
        else:
            self.new.append(instance)

    def _write(self, by: User) -> None:
        if any(field.name == "version" for field in self.table.model._meta.fields):
            self.changing.add("version")
            for row in self.changed:
                row.version += 1
        self.table.model.objects.bulk_create(self.new, batch_size=BATCH)
        update_many(self.changed, sorted(self.changing))
        write_history(past(row, CREATED, by=by) for row in self.new)
        write_history(past(row, CHANGED, by=by) for row in self.changed)
        self.applied.created = len(self.new)
        self.applied.updated = len(self.changed)
