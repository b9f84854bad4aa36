"""Many statements that read the database as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

AT_ONE_MOMENT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
    # Its processes would send each other the arrays that are made (see `arrays`).
    "SET LOCAL max_parallel_workers_per_gather = 0"
)


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read inside is as the first statement inside finds it, whatever others
    commit meanwhile. Inside a transaction that is open already, its own rules hold.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(AT_ONE_MOMENT)
            yield
    else:
        with _reading():
            yield


def name() -> str | None:
    """Of PostgreSQL's moment that this connection reads, for other connections while it
    lasts; None where it reads none and its own writes may be among what it sees."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN current_setting('transaction_read_only')::bool "
            "AND current_setting('transaction_isolation') = 'repeatable read' "
            "THEN pg_export_snapshot() END"
        )
        return cursor.fetchone()[0]


@contextmanager
def of(name: str) -> Iterator[None]:
    """The moment that another connection reads."""
    with one_moment(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [name])
        yield


@contextmanager
def _reading() -> Iterator[None]:
    """A transaction of SQLite that sees one moment, and keeps no writer waiting."""
    connection.ensure_connection()  # which sets the mode
    usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = usual
