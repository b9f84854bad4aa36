"""A list as CSV: streamed, safe in a spreadsheet, and fit to be read back in."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.http import StreamingHttpResponse

from enrollment.exchange.formula import marked


class Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_response(name: str, columns: dict, rows) -> StreamingHttpResponse:
    """The whole list. `columns`: names in the file, with the lookup of each."""
    computed = {
        f"csv_{column}": source
        for column, source in columns.items()
        if not isinstance(source, str)
    }
    paths = [
        source if isinstance(source, str) else f"csv_{column}"
        for column, source in columns.items()
    ]
    values = rows.annotate(**computed).values_list(*paths).iterator(chunk_size=5000)
    return csv_of(name, columns, values)


def csv_of(name: str, columns: Iterable[str], rows) -> StreamingHttpResponse:
    """Rows that are at hand already, in the order of the columns."""
    return StreamingHttpResponse(
        lines(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def lines(columns: Iterable[str], rows: Iterable[tuple]) -> Iterator[str]:
    writer = csv.writer(Echo(), lineterminator="\r\n")
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def cell(value):
    """Text that a spreadsheet cannot run, instants as in JSON; numbers as they are."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return cell(" ".join(str(cell(item)) for item in value))
    return marked(value)
