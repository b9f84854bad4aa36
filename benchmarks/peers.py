"""Python's other matching packages on the same table, each timed in a process of its
own. They stand in another environment, for they ask for other versions: PEERS_PYTHON is
the path of its interpreter."""

import json
import os
import subprocess
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contest import Contestant, Lap
from benchmarks.districts import district

PEERS_PYTHON = "PEERS_PYTHON"
SCRIPT = Path(__file__).with_name("peer.py")
DISTRIBUTIONS = {
    "psmpy": "psmpy",
    "pymatchit": "pymatchit-causal",
    "dowhy": "dowhy",
    "scikit-learn": "scikit-learn",
}


def contestant(package: str) -> Contestant:
    return Contestant(package, partial(_lap, package), partial(absent, package))


@cache
def versions() -> dict[str, str]:
    """Of those that are there, by package."""
    ask = (
        "from importlib.metadata import distributions as all_; import json;"
        "print(json.dumps({it.name: it.version for it in all_()}))"
    )
    try:
        there = json.loads(said("-c", ask))
    except (OSError, RuntimeError):
        return {}
    return {
        package: there[name] for package, name in DISTRIBUTIONS.items() if name in there
    }


def absent(package: str) -> str:
    if package in versions():
        return ""
    path = os.environ.get(PEERS_PYTHON)
    return f"no {package} at {path}" if path else f"{PEERS_PYTHON} names no interpreter"


def _lap(package: str, n: int) -> Lap:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        district(n).frame().to_csv(path, index=False)
        return Lap(**json.loads(said(str(SCRIPT), str(path), package)))


def said(*arguments: str) -> str:
    """The last line of what the interpreter of the peers says. Isolated: no module of
    this folder is taken for one of theirs."""
    found = subprocess.run(
        [os.environ.get(PEERS_PYTHON, ""), "-I", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise RuntimeError((found.stderr.strip().splitlines() or ["it died"])[-1])
    return found.stdout.splitlines()[-1]
