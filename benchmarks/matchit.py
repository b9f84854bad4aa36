"""R's MatchIt on the same table, timed inside R, where R and MatchIt are installed."""

import json
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contest import Contestant, Lap, no_peaks
from benchmarks.districts import district

SCRIPT = Path(__file__).with_suffix(".R")
FAST = (4, 6, 0)  # from it on MatchIt's time on a score no longer grows as a square
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


def contestant(
    task: str, *, since: tuple[int, ...] = (), before: tuple[int, ...] = (99,)
) -> Contestant:
    """MatchIt of the versions from `since` and `before`."""
    return Contestant("MatchIt", partial(_lap, task), partial(_absent, since, before))


def holding(task: str) -> Contestant:
    """What MatchIt of any version holds above the table."""
    lap = partial(_lap, task, above_table=True)
    return Contestant("MatchIt", lap, lambda: no_peaks() or _absent((), (99,)))


def _absent(since: tuple[int, ...], before: tuple[int, ...]) -> str:
    if not version():
        return "no Rscript with MatchIt"
    here = tuple(map(int, version().split(".")))
    if since <= here < before:
        return ""
    wanted = f"{_dotted(since)} on" if here < since else f"before {_dotted(before)}"
    return f"MatchIt {version()} is here, asked for is {wanted}"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _lap(task: str, n: int, *, above_table: bool = False) -> Lap:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        district(n).frame().to_csv(path, index=False)
        found = subprocess.run(
            ["Rscript", "--vanilla", str(SCRIPT), str(path), task],
            capture_output=True,
            text=True,
            check=True,
        )
    said = json.loads(found.stdout.splitlines()[-1])
    peak = said["above_mb" if above_table else "peak_mb"]
    return Lap(said["seconds"], peak)
