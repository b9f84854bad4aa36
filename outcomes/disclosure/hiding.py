"""Which groups of a report are hidden: those of few students, and as many beside them
as it takes that nobody can subtract.

The rule is the state's (ten students) and PTAC's (a small cell and its complement):
studentprivacy.ed.gov, "Frequently Asked Questions - Disclosure Avoidance".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from time import thread_time

from outcomes.designs.clauses import CROSS, crossed
from outcomes.disclosure.attacker import Attacker, Kinds, NotProven
from outcomes.disclosure.counts import (
    ARMS,
    Cell,
    Counts,
    Report,
    Row,
    cell_of,
    counts_of,
    dimensions_of,
)
from outcomes.disclosure.masked import Hidden
from outcomes.terms import FEW_STUDENTS

FEWEST_GROUPS = 2  # hidden together, or one is everyone less the others
SECONDS_TO_PROVE = 10.0
ALL_ALIKE = "exact_interval"  # a key of effects where a share is none or all


def hidden_in(report: Report, seconds: float = SECONDS_TO_PROVE) -> Hidden:
    """What a reader who may not see students is not shown; empty where every group has
    enough students.

    seconds : after which dimensions that are not proven safe are hidden whole.
    """
    counts = counts_of(report)
    primary = {*few_in(counts), *_by_effect(report)}
    hidden: set[Cell] = set()
    not_proven: list[str] = []
    for linked in _linked(dimensions_of(report)):
        small = {cell for cell in primary if cell[0] in linked}
        here = [part for each in counts if (part := _of(each, linked)).of]
        try:
            hidden |= enough(here, small, seconds) if small else small
        except NotProven:
            not_proven += linked
    return Hidden.of(hidden, not_proven)


def few_in(counts: Iterable[Counts]) -> set[Cell]:
    """Cells of one to nine students in an arm of a sample; or of none, unless the other
    arm has none either: then there is nobody to tell of."""
    by_sample: dict[tuple[str, ...], dict[str, Counts]] = {}
    for each in counts:
        by_sample.setdefault(each.sample, {})[each.arm] = each
    return {
        cell
        for arms in by_sample.values()
        for arm, each in arms.items()
        for cell, n in each.of.items()
        if cell[1] is not None and n < FEW_STUDENTS
        if n or any(other.of.get(cell) for other in arms.values())
    }


def _by_effect(report: Report) -> set[Cell]:
    """Groups whose students count as fewer than ten once weighted, and those of which
    an arm is all alike in a binary outcome: to know who is in it is to know his."""
    dimensions = dimensions_of(report)
    return {
        cell_of(row["group"], dimensions)
        for row in report.get("effects", ())
        if row["group"] and any(row[f"n_{arm}"] for arm in ARMS)
        if ALL_ALIKE in row or _worth(row) < FEW_STUDENTS
    }


def _worth(row: Row) -> float:
    """Of the arm that counts for less."""
    known = (row.get("ess_comparison"), row.get("ess_treated"))
    return min((worth for worth in known if worth is not None), default=inf)


def _linked(dimensions: Iterable[str]) -> list[list[str]]:
    """Dimensions that share a column with a cross, directly or by way of others: what
    is shown of one tells of the other."""
    found: list[list[str]] = []
    for dimension in dimensions:
        columns = {*crossed(dimension)}
        near = [one for one in found if any(columns & {*crossed(d)} for d in one)]
        found = [one for one in found if one not in near]
        found.append([*(d for one in near for d in one), dimension])
    return found


def _of(counts: Counts, dimensions: Iterable[str]) -> Counts:
    wanted = {*dimensions}
    of = {cell: n for cell, n in counts.of.items() if cell[0] in wanted}
    return Counts(counts.sample, counts.arm, of, counts.everyone)


def enough(
    counts: list[Counts], primary: set[Cell], seconds: float = SECONDS_TO_PROVE
) -> set[Cell]:
    """The primary cells, and those that must be hidden with them. Raises NotProven."""
    different = {(frozenset(c.of.items()), c.everyone): c for c in counts}
    choice = _Choice([*different.values()], primary, _sizes(counts))
    until = thread_time() + seconds
    hidden = choice.together({*primary})
    if len({dimension for dimension, _ in choice.sizes}) == 1:
        return hidden  # nothing else tells of its groups: the sums say all
    attacker = Attacker(Kinds.of(choice.sizes), until)
    safe: set[tuple[int, Cell]] = set()  # to hide more only widens
    while more := choice.open_to(attacker, hidden, safe):
        hidden = choice.together(hidden | more)
    return hidden


def _sizes(counts: Iterable[Counts]) -> dict[Cell, int]:
    """Of each cell with anybody in it, its smallest count: who is least missed."""
    found: dict[Cell, int] = {}
    for each in counts:
        for cell, n in each.of.items():
            if cell[1] is not None:
                found[cell] = min(n, found.get(cell, n))
    return found


@dataclass(frozen=True)
class _Choice:
    """Of cells to hide beside the primary ones. sizes : of all cells."""

    counts: list[Counts]
    primary: set[Cell]
    sizes: Mapping[Cell, int]

    def smallest_first(self, cells: Iterable[Cell]) -> list[Cell]:
        return sorted(cells, key=lambda cell: (self.sizes[cell], cell))

    def together(self, hidden: set[Cell]) -> set[Cell]:
        """With siblings until those hidden of a dimension are at least two groups, and
        in each arm of each sample ten students, as far as there are as many."""
        hidden = {*hidden}
        for dimension in {dimension for dimension, _ in hidden}:
            own = [cell for cell in self.sizes if cell[0] == dimension]
            for sibling in self.smallest_first({*own} - hidden):
                if self._are_enough(dimension, hidden):
                    break
                if self._has_anybody(sibling):
                    hidden.add(sibling)
        return hidden

    def _has_anybody(self, cell: Cell) -> bool:
        return any(each.of.get(cell) for each in self.counts)

    def _are_enough(self, dimension: str, hidden: set[Cell]) -> bool:
        if sum(cell[0] == dimension for cell in hidden) < FEWEST_GROUPS:
            return False
        for each in self.counts:
            labels = each.labels(dimension)
            gone = sum(n for cell, n in labels.items() if cell in hidden)
            is_whole = (dimension, None) in each.of
            if is_whole and gone < min(FEW_STUDENTS, sum(labels.values())):
                return False
        return True

    def open_to(
        self, attacker: Attacker, hidden: set[Cell], safe: set[tuple[int, Cell]]
    ) -> set[Cell]:
        """What to hide next, for a primary cell that the attacker can tell to less than
        ten; nothing where there is none. What he cannot tell is added to the safe."""
        for i, each in enumerate(self.counts):
            asked = [c for c in self.primary if c in each.of and (i, c) not in safe]
            width = min(FEW_STUDENTS, each.everyone or 0)
            if not asked or not width:
                continue
            narrow = attacker.narrow(each, hidden, sorted(asked), width)
            safe |= {(i, cell) for cell in asked if cell not in narrow}
            for cell in narrow:
                if more := self._next_to(cell, hidden):
                    return more
        return set()

    def _next_to(self, cell: Cell, hidden: set[Cell]) -> set[Cell]:
        """The smallest that is shown: of those of the same dimension that share a label
        with it, else of all."""
        shown = [c for c in self.sizes if c not in hidden and self._has_anybody(c)]
        near = [c for c in shown if c[0] == cell[0] and _labels(c) & _labels(cell)]
        return {*self.smallest_first(near or shown)[:1]}


def _labels(cell: Cell) -> set[str]:
    return {*str(cell[1]).split(CROSS)}
