"""What a run leaves: one record a bound, and the page that is written from them."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter
from pathlib import Path
from platform import python_version
from statistics import median
from typing import Any

from benchmarks import matchit, peers
from benchmarks.growth import Growth, Slope
from benchmarks.rounds import Pair, Result
from outcomes.engine.findings import versions

FOLDER = Path(__file__).parent
HEADINGS = (
    "goal",
    "rows",
    "ours",
    "other",
    "ratio",
    "at most",
    "peak MB",
    "verdict",
    "load",
)
Record = dict[str, Any]  # of one bound: what it says, found and led to
Run = dict[str, Any]  # its day, tier, cores and versions, and its records
COUNTED = {"pass", "held", "told", "FAIL"}  # verdicts that ratios led to


def records(result: Result) -> list[Record]:
    """One for each of ours and each other."""
    return [_record(result, pair) for pair in result.pairs()]


def _record(result: Result, pair: Pair) -> Record:
    (ours, other), goal = pair, result.goal
    verdict = result.verdict(other, ours)
    bound = goal.bound(*pair, result.n)
    names = [name for name in pair if name not in result.skipped]
    laps = [[r.laps[name].peak_mb for r in result.rounds] for name in names]
    return {
        "goal": goal.code,
        "says": goal.says,
        "rows": result.n,
        "ours": ours,
        "other": f"{other}, {goal.measure}",
        "ratios": result.ratios(pair) if verdict in COUNTED else [],
        "at_most": bound and bound.at_most,
        "is_guard": bound is not None and bound.is_guard,
        "peaks_mb": [max(peaks) for peaks in laps if peaks],
        "verdict": verdict,
        "wrong": result.wrong(pair),
        "load": os.getloadavg()[0],
    }


def of_growth(goal: Growth, sizes: tuple[int, ...], found: Slope) -> Record:
    return {
        "goal": goal.code,
        "says": goal.says,
        "rows": sizes[-1],
        "ours": goal.contestant.name,
        "other": f"exponent from {sizes[0]:,} rows",
        "ratios": [found.exponent + k * found.error for k in (-2, 0, 2)],
        "at_most": goal.at_most,
        "is_guard": False,
        "peaks_mb": [],
        "verdict": found.verdict(goal.at_most),
        "wrong": [],
        "load": os.getloadavg()[0],
    }


def run_of(tier: str, rows: list[Record]) -> Run:
    """The records with the day, the machine and every version."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "tier": tier,
        "cores": os.cpu_count(),
        "versions": {"Python": python_version()}
        | versions()
        | {"MatchIt": matchit.version() or "absent"}
        | _older_matchit()
        | peers.versions(),
        "records": rows,
    }


def _older_matchit() -> dict[str, str]:
    absent = matchit.absent_older()
    return {} if absent else {matchit.OLD_MATCHIT: matchit.version(is_older=True)}


def cells(record: Record) -> tuple[str, ...]:
    """A record as it is printed, in the order of HEADINGS."""
    ratios = record["ratios"]
    shown = (
        f"{median(ratios):.3g} ({min(ratios):.3g} to {max(ratios):.3g})"
        if ratios
        else ""
    )
    return (
        record["goal"],
        f"{record['rows']:,}",
        record["ours"],
        record["other"],
        shown,
        _bound_said(record),
        " / ".join(f"{peak:.0f}" for peak in record["peaks_mb"]),
        "; ".join([record["verdict"], *record["wrong"]]),
        f"{record['load']:.1f}",
    )


def _bound_said(record: Record) -> str:
    if record["at_most"] is None:
        return ""
    return f"{record['at_most']:.3g}" + (" (guard)" if record["is_guard"] else "")


def footer(run: Run) -> str:
    versions = ", ".join(f"{name} {which}" for name, which in run["versions"].items())
    return (
        f"{run['day']}, tier {run['tier']}: {run['cores']} cores, one BLAS thread; "
        f"{versions}."
    )


def save(run: Run, folder: Path = FOLDER) -> None:
    """As JSON beside the runs before it, and the page made of that JSON alone."""
    store = folder / f"results-{run['tier']}.json"
    older = json.loads(store.read_text()) if store.exists() else []
    store.write_text(json.dumps(_together(older, run), indent=1) + "\n")
    tiers = [json.loads(path.read_text()) for path in sorted(folder.glob("results-*"))]
    runs = chain.from_iterable(map(reversed, tiers))
    pages = map(_page, sorted(runs, key=itemgetter("day"), reverse=True))
    (folder / "RESULTS.md").write_text("\n".join(["# Results", "", *pages]))


def _together(older: list[Run], run: Run) -> list[Run]:
    """Newest last. A figure stays with the day and versions of its run until its goal
    is measured anew; what led to none is not stored and replaces nothing."""
    measured = [record for record in run["records"] if not _is_empty(record)]
    unmeasured = {_comparison(it) for it in run["records"] if _is_empty(it)}
    anew = {record["goal"] for record in measured}

    def stays(record: Record) -> bool:
        return record["goal"] not in anew or _comparison(record) in unmeasured

    kept = [_with(it, filter(stays, it["records"])) for it in older]
    alike = [it["records"] for it in kept if _with(it, ()) == _with(run, ())]
    others = [it for it in kept if _with(it, ()) != _with(run, ())]
    together = [*others, _with(run, chain(*alike, measured))]
    return [it for it in together if it["records"]]


def _with(run: Run, rows: Iterable[Record]) -> Run:
    return {**run, "records": [*rows]}


def _is_empty(record: Record) -> bool:
    """Whether nobody ran, or the machine was not steady."""
    return bool(record["verdict"].startswith(("SKIP", "INCONCLUSIVE")))


def _comparison(record: Record) -> tuple[str, str]:
    return record["goal"], record["other"]


def _page(run: Run) -> str:
    says = {record["goal"]: record["says"] for record in run["records"]}
    lines = [
        footer(run),
        "",
        "Ours over the other, median of the rounds (least to most).",
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|" + " --- |" * len(HEADINGS),
        *("| " + " | ".join(cells(record)) + " |" for record in run["records"]),
        "",
        *(f"- {code}: {text}" for code, text in says.items()),
        "",
    ]
    return "\n".join(lines)
