"""Which fact a write would have made false, whatever the database calls it."""

from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import IntegrityError
from django.db.models import UniqueConstraint

from enrollment.services.refusal import Refused
from enrollment.services.rules import AlreadyInOffering, OfferingFull, OverlappingSpell

GUARDS = [  # of the migrations: no model knows them
    "seat_within_capacity",
    "capacity_covers_held_seats",
    "enrolled_in_the_offerings_program",
    "an_offering_keeps_its_program",
    "no_overlapping_spells",
    "transitions_are_append_only",
]

# What a rule says beforehand, and a constraint when two requests meet.
REFUSALS = {
    "seat_within_capacity": (OfferingFull, "All seats of the offering are taken."),
    "one_student_a_seat": (OfferingFull, "Someone else has just taken the seat."),
    "no_overlapping_spells": (
        OverlappingSpell,
        "The student takes part in this program on some of these days already.",
    ),
    "one_live_enrollment": (AlreadyInOffering, "The student is in it already."),
}


class Duplicate(Refused):
    code = "duplicate"


class FalseRecord(Refused):
    code = "false_record"


@contextmanager
def refused_by_name():
    """Turns what the database refuses into the refusal that a rule would have been.

    It stands around the transaction, not inside: a broken one cannot go on.
    """
    try:
        yield
    except IntegrityError as broken:
        name = constraint_of(broken)
        if name is None:
            raise
        raise refusal_of(name) from broken


def refusal_of(name: str) -> Refused:
    if name in REFUSALS:
        refusal, sentence = REFUSALS[name]
        return refusal(f"{sentence} Read it again, then decide.", constraint=name)
    words = name.replace("_", " ")
    if name in _unique_names():
        return Duplicate(
            f"There is such a record already ({words}): change that one instead.",
            constraint=name,
        )
    return FalseRecord(
        f"The record would be false ({words}): correct the values.", constraint=name
    )


def constraint_of(error: IntegrityError) -> str | None:
    """Its name, as in the models or the guards; `one_<field>` for a unique column."""
    said = str(error).partition("\n")[0] + "\n"  # what follows may quote the row
    return next((name for mark, name in _marks() if mark in said), None)


@cache
def _unique_names() -> set[str]:
    return {
        name
        for model in apps.get_models()
        for name in [
            *(it.name for it in model._meta.constraints if _is_unique(it)),
            *(f"one_{it.name}" for it in model._meta.concrete_fields if it.unique),
        ]
    }


def _is_unique(constraint) -> bool:
    return isinstance(constraint, UniqueConstraint)


@cache
def _marks() -> list[tuple[str, str]]:
    """Words by which a database tells that a fact was broken, with the fact's name."""
    marks = [(f"{guard}\n", guard) for guard in GUARDS]
    marks += [(f'"{guard}"', guard) for guard in GUARDS]
    for model in apps.get_models():
        marks += _marks_of_constraints(model)
        marks += _marks_of_unique_columns(model)
    return marks


def _marks_of_constraints(model):
    for constraint in model._meta.constraints:
        name = constraint.name
        yield f'"{name}"', name  # PostgreSQL
        yield f"CHECK constraint failed: {name}\n", name  # SQLite, and the two below
        yield f"index '{name}'", name
        if _is_unique(constraint) and constraint.fields:
            yield _columns(model, constraint.fields), name


def _marks_of_unique_columns(model):
    table = model._meta.db_table
    for field in model._meta.concrete_fields:
        if field.unique:
            name = f"one_{field.name}"
            yield _columns(model, [field.name]), name
            ending = "pkey" if field.primary_key else f"{field.column}_key"
            yield f'"{table}_{ending}"', name


def _columns(model, names) -> str:
    table = model._meta.db_table
    columns = [model._meta.get_field(name).column for name in names]
    return f": {', '.join(f'{table}.{column}' for column in columns)}\n"
