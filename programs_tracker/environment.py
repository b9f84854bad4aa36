"""Reads settings from the environment, and refuses those that would not be safe."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

WEAKEST_KEY = 50  # characters; Django's own deployment check asks the same


def is_on(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
        return value in {"1", "true", "yes", "on"} if value else default
    raise ImproperlyConfigured(f"{name}={value!r} is not a switch: write 1 or 0.")


def words(name: str, *, default: str) -> list[str]:
    return [word for word in os.environ.get(name, default).split(",") if word]


def secret_key(*, debug: bool, kept_in: Path) -> str:
    """The key of the environment; while DEBUG is on, one made here and kept."""
    key = os.environ.get("SECRET_KEY", "")
    if len(key) >= WEAKEST_KEY and len(set(key)) > 5:
        return key
    if not debug:
        raise ImproperlyConfigured(
            f"SECRET_KEY is {'weak' if key else 'missing'} and DEBUG is off: set it to "
            f"at least {WEAKEST_KEY} random characters, for instance from `python -c "
            "'import secrets; print(secrets.token_urlsafe(64))'`."
        )
    return key or _key_made_once(kept_in)


def _key_made_once(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SQLITE_OPTIONS = {
    # IMMEDIATE, because a transaction that begins by reading and then writes would
    # otherwise die with "database is locked" as soon as two of them meet.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    ),
}


def database(*, embedded: Path) -> dict:
    """The database of DATABASE_URL, or an SQLite file made safe for many writers."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{quote(str(embedded))}"
    try:
        parsed = dj_database_url.parse(url)
    except (ValueError, KeyError) as unreadable:
        raise ImproperlyConfigured(
            "DATABASE_URL is not an address of a database: expected something like "
            "postgresql://user:password@host:5432/name or sqlite:///path/to/file."
        ) from unreadable
    if parsed["ENGINE"].endswith("sqlite3"):
        parsed["OPTIONS"] = SQLITE_OPTIONS
    else:
        parsed["OPTIONS"] = {**parsed.get("OPTIONS", {}), "pool": True}
    return parsed
