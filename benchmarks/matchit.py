"""R's MatchIt on the same table, timed inside R, where R and MatchIt are installed.

R_LIBS names the library of MatchIt as for R itself, R_LIBS_OLDER that of an older one.
"""

import json
import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contest import Contestant, Lap, no_peaks
from benchmarks.districts import district

SCRIPT = Path(__file__).with_suffix(".R")
FAST = (4, 6, 0)  # from it on MatchIt's time on a score no longer grows as a square
OLD_MATCHIT = "MatchIt before 4.6"
OLDER = "R_LIBS_OLDER"
MENDED = (4, 5, 2)  # before it, a cell that lacks one arm is an error


@cache
def version(*, is_older: bool = False) -> str:
    """Of MatchIt, or "" where it is not installed."""
    if no_r():
        return ""
    asked = 'cat(tryCatch(format(packageVersion("MatchIt")), error = function(e) ""))'
    return said(["-e", asked], is_older=is_older, check=False).strip()


def no_r() -> str:
    """Why nothing of R runs here."""
    return "" if shutil.which("Rscript") else "no Rscript"


def said(arguments: list[str], *, is_older: bool = False, check: bool = True) -> str:
    """What R prints."""
    older = os.environ.get(OLDER) if is_older else None
    found = subprocess.run(
        ["Rscript", *arguments],
        env=os.environ | ({"R_LIBS": older} if older else {}),
        capture_output=True,
        text=True,
        check=check,
    )
    return found.stdout


def contestant(task: str, *, since: tuple[int, ...] = FAST) -> Contestant:
    """MatchIt of the versions from `since` on."""
    return Contestant("MatchIt", partial(_lap, task), partial(_absent, since))


def older(task: str) -> Contestant:
    """MatchIt of a version from when time on a score grew as a square."""
    lap = partial(_lap, task, is_older=True)
    return Contestant(OLD_MATCHIT, lap, absent_older)


def holding(task: str) -> Contestant:
    """What MatchIt of any version holds above the table."""
    lap = partial(_lap, task, above_table=True)
    return Contestant("MatchIt", lap, lambda: no_peaks() or _absent(()))


def _absent(since: tuple[int, ...]) -> str:
    here = version()
    if here and _numbers(here) < since:
        wanted = ".".join(map(str, since))
        return f"MatchIt {here} is here, asked for is {wanted} on"
    return "" if here else "no Rscript with MatchIt"


def absent_older() -> str:
    """Why no MatchIt before 4.6 runs here."""
    here = version(is_older=True)
    if here and _numbers(here) >= FAST:
        return f"MatchIt {here} is here, {OLDER} names no older one"
    return "" if here else "no Rscript with MatchIt"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _lap(
    task: str, n: int, *, above_table: bool = False, is_older: bool = False
) -> Lap:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        district(n).frame().to_csv(path, index=False)
        found = said(["--vanilla", str(SCRIPT), str(path), task], is_older=is_older)
    of = json.loads(found.splitlines()[-1])
    return Lap(of["seconds"], of["above_mb" if above_table else "peak_mb"])
