"""R's MatchIt on the same table, timed inside R, where R and MatchIt are installed."""

import json
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contest import Contestant, Lap
from benchmarks.districts import district

SCRIPT = Path(__file__).with_suffix(".R")
MENDED = (4, 5, 2)  # before it, a cell that lacks one arm is an error


@cache
def version() -> str:
    """Of MatchIt, or "" where it is not installed."""
    if not shutil.which("Rscript"):
        return ""
    asked = 'cat(tryCatch(format(packageVersion("MatchIt")), error = function(e) ""))'
    found = subprocess.run(
        ["Rscript", "-e", asked], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def contestant(task: str, *, since: tuple[int, ...] = ()) -> Contestant:
    return Contestant("MatchIt", partial(_lap, task), partial(_absent, since))


def _absent(since: tuple[int, ...]) -> str:
    if not version():
        return "no Rscript with MatchIt"
    if tuple(map(int, version().split("."))) < since:
        return f"MatchIt {version()} fails on a cell without both arms"
    return ""


def _lap(task: str, n: int) -> Lap:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        district(n).frame().to_csv(path, index=False)
        found = subprocess.run(
            ["Rscript", "--vanilla", str(SCRIPT), str(path), task],
            capture_output=True,
            text=True,
            check=True,
        )
    return Lap(**json.loads(found.stdout.splitlines()[-1]))
