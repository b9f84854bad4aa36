"""Rows that are kept: one is made, or changed from the version that was read."""

from collections.abc import Iterable
from functools import cache

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from enrollment.models import Enrollment, Offering, User
from enrollment.services.constraints import refused_by_name
from enrollment.services.refusal import Refused
from enrollment.services.rules import unchanged_since

CREATED, CHANGED = "+", "~"  # as simple-history writes them
LONGEST_REASON = 100  # that it keeps; a transition keeps the whole
BATCH = 1_000


class CapacityBelowEnrolled(Refused):
    code = "capacity_below_enrolled"


def create(model, *, by: User, **values):
    with refused_by_name(), transaction.atomic():
        row = model(**values)
        model.objects.bulk_create([row])  # and no signal: history is written below
        write_history([past(row, CREATED, by=by)])
    return row


def amend(instance, *, version: int, by: User, **values):
    """The row with its new values, or StaleVersion when someone else was first."""
    model = type(instance)
    with refused_by_name(), transaction.atomic():
        row = model.objects.select_for_update(no_key=True).get(pk=instance.pk)
        unchanged_since(version, row)
        for name, value in values.items():
            setattr(row, name, value)
        if model is Offering:
            covers_held_seats(row)
        row.version += 1
        update_many([row], [*values, "version"])
        write_history([past(row, CHANGED, by=by)])
    return row


def covers_held_seats(offering: Offering) -> None:
    seated = Enrollment.objects.seated().filter(offering=offering.pk)
    highest = seated.aggregate(highest=Max("seat"))["highest"] or 0
    if offering.capacity is not None and offering.capacity < highest:
        raise CapacityBelowEnrolled(
            f"Seat {highest} of the offering is taken, so its capacity cannot be "
            f"{offering.capacity}: end enrollments first, or keep {highest} or more.",
            highest_seat=highest,
        )


def past(row: Model, kind: str, *, by: User | None = None, reason: str = ""):
    """The row as it stands now, for its history; None where none is kept."""
    model = _history_of(type(row))
    if model is None:
        return None
    return model(
        history_date=timezone.now(),
        history_user=by,
        history_type=kind,
        history_change_reason=reason[:LONGEST_REASON],
        **{it.attname: getattr(row, it.attname) for it in model.tracked_fields},
    )


@cache  # simple-history builds a manager whenever it is asked
def _history_of(model: type[Model]) -> type[Model] | None:
    return model.history.model if hasattr(model, "history") else None


def write_history(rows: Iterable) -> None:
    kept = [row for row in rows if row is not None]
    if kept:
        type(kept[0]).objects.bulk_create(kept, batch_size=BATCH)


def update_many(rows: list[Model], names: list[str]) -> None:
    """One statement, many times: a CASE for each column and row is ten times slower."""
    if not rows:
        return
    meta = rows[0]._meta
    fields = [meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    table, key = quote(meta.db_table), quote(meta.pk.column)
    statement = f"UPDATE {table} SET {columns} WHERE {key} = %s"
    fields.append(meta.pk)
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [
                    field.get_db_prep_save(getattr(row, field.attname), connection)
                    for field in fields
                ]
                for row in rows
            ],
        )
