"""Reads settings from the environment, and refuses those that would not be safe."""

import os
import re
import secrets
from importlib.util import find_spec
from logging import getLevelNamesMapping
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

RATE = re.compile(r"[1-9][0-9]*/(sec|second|min|minute|hour|day)")
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
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(64))
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be kept: {error.strerror}; set VAR to a folder that may be "
            "written."
        ) from error


SQLITE_OPTIONS = {
    # IMMEDIATE, because a transaction that begins by reading and then writes would
    # otherwise die with "database is locked" as soon as two of them meet.
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    ),
}
LOCK_SECONDS = 20


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
    patience, options = lock_seconds(), parsed.get("OPTIONS", {})
    if parsed["ENGINE"].endswith("sqlite3"):
        parsed["OPTIONS"] = {**SQLITE_OPTIONS, "timeout": patience}
    else:
        said = f"{options.get('options', '')} -c lock_timeout={patience}s".strip()
        parsed["OPTIONS"] = {**options, "options": said, "pool": True}
    return parsed


def lock_seconds() -> int:
    """How long a request waits for the lock of another before it is told to come back.

    Without an end to it, one transaction that hangs would hang all after it.
    """
    return count("LOCK_SECONDS", default=LOCK_SECONDS)


def compute() -> str:
    """Where the engine's tasks may go: local, or dask where that is installed."""
    value = os.environ.get("COMPUTE", "").strip() or "local"
    if value not in {"local", "dask"}:
        raise ImproperlyConfigured(
            f"COMPUTE={value!r} is not known: write local or dask."
        )
    if value == "dask" and not find_spec("distributed"):
        raise ImproperlyConfigured(
            "COMPUTE=dask needs Dask, which is not installed: install the extra "
            "`scale` of pyproject.toml, or set COMPUTE=local."
        )
    return value


def dask_scheduler() -> str:
    """The address of a scheduler; empty where Dask is to start one here."""
    value = os.environ.get("DASK_SCHEDULER", "").strip()
    if value and not re.fullmatch(r"(tcp|tls)://.+:\d+", value):
        raise ImproperlyConfigured(
            f"DASK_SCHEDULER={value!r} is not an address: expected something like "
            "tls://host:8786."
        )
    return value


def processes() -> int:
    """How many may compute at once here; as many as there are processors if unsaid."""
    return count("PROCESSES", default=os.cpu_count() or 1)


def count(name: str, *, default: int, least: int = 1) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[0-9]{1,4}", value) or int(value) < least:
        raise ImproperlyConfigured(
            f"{name}={value!r} is not a count: write a whole number of at least "
            f"{least}."
        )
    return int(value)


def rate(name: str, *, default: str) -> str:
    """How often one may ask, such as 600/min; empty where there is no limit."""
    value = os.environ.get(name, default).strip()
    if value and not RATE.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name}={value!r} is not a rate: write something like {default} (sec, "
            "min, hour or day), or nothing for no limit."
        )
    return value


def time_zone(*, default: str) -> str:
    value = os.environ.get("TIME_ZONE", "").strip() or default
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError) as unknown:
        raise ImproperlyConfigured(
            f"TIME_ZONE={value!r} is not a time zone: write something like {default}."
        ) from unknown


def log_level(*, default: str) -> str:
    value = os.environ.get("LOG_LEVEL", "").strip().upper() or default
    if value not in getLevelNamesMapping():
        raise ImproperlyConfigured(
            f"LOG_LEVEL={value!r} is not a level: write DEBUG, INFO, WARNING or ERROR."
        )
    return value
