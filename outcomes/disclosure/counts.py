"""The counts by group that a report prints: what its reader could compute with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Report: TypeAlias = Mapping[str, Any]
Row: TypeAlias = Mapping[str, Any]
Cell: TypeAlias = tuple[str, str | None]  # a dimension, and a label; None: not known
Told: TypeAlias = tuple[tuple[str, ...], str, Cell | None, int]
ARMS = ("treated", "comparison")
EFFECT = "effect"  # the sample of effects, and of gaps among participants


@dataclass(frozen=True)
class Counts:
    """One arm of one sample. of : students by cell; everyone : in the sample, None
    where the report does not say. Of a dimension that is counted whole there is a cell
    for those whose group is not known."""

    sample: tuple[str, ...]
    arm: str
    of: Mapping[Cell, int]
    everyone: int | None

    def labels(self, dimension: str) -> dict[Cell, int]:
        """Of one dimension, without those whose group is not known."""
        return {
            cell: n
            for cell, n in self.of.items()
            if cell[0] == dimension and cell[1] is not None
        }


def counts_of(report: Report) -> list[Counts]:
    """Every sample that the report counts by group, arm by arm.

    Whose group is not known are all but those of its groups: where a report leaves them
    out, they are what is left of everyone, for a reader can subtract. Only gaps name
    some groups of a dimension and not all.
    """
    whole = {*report["design"].get("subgroups", ())}
    found: dict[tuple[tuple[str, ...], str], dict[Cell | None, int]] = {}
    for sample, arm, cell, n in _told(report):
        found.setdefault((sample, arm), {})[cell] = n
    return [
        _with_unknown(sample, arm, of, whole)
        for (sample, arm), of in found.items()
        if any(of)
    ]


def _with_unknown(
    sample: tuple[str, ...], arm: str, told: dict[Cell | None, int], whole: set[str]
) -> Counts:
    everyone = told.get(None)
    of = {cell: n for cell, n in told.items() if cell is not None}
    if everyone is not None:
        for dimension in {dimension for dimension, _ in of}:
            known = sum(n for cell, n in of.items() if cell[0] == dimension and cell[1])
            if sample[0] != EFFECT or dimension in whole:
                of[dimension, None] = everyone - known
    return Counts(sample, arm, of, everyone)


def dimensions_of(report: Report) -> list[str]:
    """By what its design groups students."""
    design = report["design"]
    gaps = (gap["dimension"] for gap in design.get("gaps", ()))
    return [*dict.fromkeys([*design.get("subgroups", ()), *gaps])]


def cell_of(group: str, dimensions: Iterable[str]) -> Cell:
    """`race_ethnicity=black` as the dimension and its label."""
    fitting = [each for each in dimensions if group.startswith(f"{each}=")]
    dimension = max(fitting, key=len)
    return dimension, group.removeprefix(f"{dimension}=")


def _told(report: Report) -> Iterator[Told]:
    sample = report["sample"]
    for arm in ARMS:
        for name in ("all", "discarded from"):
            yield (name,), arm, None, sample[arm]
        for name in ("matched", "found a match"):
            yield (name,), arm, None, sample[f"matched_{arm}"]
    yield from _of_students(report)
    yield from _of_effects(report)
    yield from _of_leavers(report)


def _of_effects(report: Report) -> Iterator[Told]:
    dimensions = dimensions_of(report)
    for row in report.get("effects", ()):
        cell = row["group"] and cell_of(row["group"], dimensions)
        yield from _both((EFFECT, row["outcome"]), cell, row, "n_{}")
    for row in report.get("gaps", ()):
        for side in ("focal", "reference"):
            cell = (row["dimension"], row[side])
            yield from _both((EFFECT, row["outcome"]), cell, row, f"n_{side}_{{}}")


def _of_leavers(report: Report) -> Iterator[Told]:
    dimensions = dimensions_of(report)
    for row in report.get("cohort", {}).get("leavers", ()):
        cell = row["group"] and cell_of(row["group"], dimensions)
        began = row["participants"], row["comparison"]
        left = row["participants_left"], row["comparison_left"]
        for arm, n, gone in zip(ARMS, began, left, strict=True):
            yield ("on a roll", row["outcome"]), arm, cell, n
            yield ("stayed", row["outcome"]), arm, cell, n - gone


def _of_students(report: Report) -> Iterator[Told]:
    """Before any outcome but whether there is one."""
    for row in report.get("lost", ()):
        cell = (row["dimension"], row["group"])
        arm = next(arm for arm in ARMS if f"n_{arm}" in row)
        yield ("all",), arm, cell, row[f"n_{arm}"]
        yield ("found a match",), arm, cell, row["n_matched"]
    for row in report.get("discarded", ()):
        yield from _both(
            ("discarded from",), (row["dimension"], row["group"]), row, "n_{}"
        )
    for row in report.get("balance_by_group", ()):
        yield from _both(("matched",), (row["dimension"], row["group"]), row, "n_{}")
    for row in report.get("attrition", ()):
        cell = row["dimension"] and (row["dimension"], row["group"])
        where = (row["outcome"], row["of"])
        yield from _both(("asked", *where), cell, row, "n_{}")
        yield from _both(("answered", *where), cell, row, "with_{}")


def _both(
    sample: tuple[str, ...], cell: Cell | None, row: Row, key: str
) -> Iterator[Told]:
    """The two arms of a row, each under its key."""
    for arm in ARMS:
        yield sample, arm, cell, row[key.format(arm)]
