"""The clock is never read in a test: this is the school year 2025-26."""

from datetime import UTC, date, datetime

FIRST_DAY = date(2025, 9, 4)
LAST_DAY = date(2026, 6, 18)
OCTOBER = date(2025, 10, 1)
MIDWINTER = date(2026, 1, 15)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
