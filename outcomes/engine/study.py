"""The one gate through which a table enters the engine; all after it trust it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np
import pandas as pd

from outcomes.designs.design import Design
from outcomes.designs.errors import InputError
from outcomes.designs.reading import nearest
from outcomes.engine import columns, covariates, outcome_columns
from outcomes.engine.arrays import Flags, Floats, Ints, Texts, Units, by_code
from outcomes.engine.canonical import (
    Keys,
    natural_rank,
    rank_by,
    rank_of,
    seeded_order,
)
from outcomes.engine.covariates import Covariates
from outcomes.engine.entries import Entries, set_aside
from outcomes.engine.estimable import Number
from outcomes.engine.notices import Notices
from outcomes.engine.whole_clusters import (
    WholeClusters,
    of_the_program,
    whole_clusters,
)
from outcomes.reasons import why_left_out
from outcomes.terms import Ties

Column = TypeVar("Column", Ints, Floats, Texts)

CLUSTER_SET = "(cluster set)"  # the exact column that matched clusters make


@dataclass(frozen=True, slots=True)
class Excluded:
    """Students left out before matching, and why."""

    reason: str
    treated: int
    comparison: int


@dataclass(frozen=True, slots=True)
class Study:
    """n rows in canonical order, each a student or, with entries, a student at one.

    units : (n,) keys; treated : (n,); exact, anti_exact, preferred : columns of (n,)
    codes, -1 where missing; calipers : (n,) numbers by column, NaN where missing;
    outcomes : (n,) numbers by name, NaN where missing; pool_sds : their SDs among all
    comparison students of the table, even those left out: the reference year's;
    clusters : (n,) labels or None; groups : (n,) labels by dimension, None where
    missing; entries : None unless the design names them; whole : the clusters that are
    matched before students, None where none are; blocks : (n,) codes within which
    participation may be dealt anew, or None.
    """

    units: Units
    treated: Flags
    covariates: Covariates
    exact: Mapping[str, Ints]
    anti_exact: Mapping[str, Ints]
    preferred: Mapping[str, Ints]
    calipers: Mapping[str, Floats]
    outcomes: Mapping[str, Floats]
    pool_sds: Mapping[str, Number]
    clusters: Ints | None
    groups: Mapping[str, Texts]
    excluded: tuple[Excluded, ...]
    entries: Entries | None = None
    whole: WholeClusters | None = None
    blocks: Ints | None = None

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        design: Design,
        warn: Notices | None = None,
        *,
        with_outcomes: bool = True,
        keys: Keys | None = None,
    ) -> "Study":
        """Admit a table, or raise InputError with the rule it breaks.

        Without outcomes, their columns are not read and need not be there. keys : of
        the students, when known.
        """
        warn = Notices() if warn is None else warn
        _require_columns(frame, design, with_outcomes=with_outcomes)
        frame, units, entries = _in_canonical_order(frame, design, keys)
        required = _required(design, with_outcomes=with_outcomes)
        at = (frame, units, entries, design)
        sds = outcome_columns.pool_sds(*at) if with_outcomes else {}
        keep, treated, excluded = _eligible(frame, entries, design, required)
        if not keep.all():
            frame, units = frame[keep], units[keep]
            entries = entries and entries.left(keep)
        code = cache(lambda name: columns.coded(frame[name]))
        said = design.match_clusters
        wanted, level_minimum = design.matched_on, design.level_minimum
        return cls(
            units=units,
            treated=treated,
            covariates=covariates.build(frame, wanted, warn, level_minimum),
            exact={c: code(c) for c in design.alike_in},
            anti_exact={c: code(c) for c in design.anti_exact},
            preferred={c: code(c) for c in design.preferred_columns},
            calipers={c: columns.numbers(frame[c]) for c in design.caliper_columns},
            outcomes=(
                outcome_columns.read(frame, design, treated) if with_outcomes else {}
            ),
            pool_sds=sds,
            clusters=code(design.cluster) if design.cluster else None,
            groups={d: columns.crossed_labels(frame, d) for d in design.dimensions},
            excluded=excluded,
            entries=entries,
            whole=whole_clusters(frame, said, design.entry, treated) if said else None,
        )

    @property
    def n(self) -> int:
        return len(self.units)

    def swapped(self) -> "Study":
        """The same students with the arms' roles exchanged."""
        return replace(self, treated=~self.treated)

    @property
    def repeats(self) -> Entries | None:
        """The entries where some student stands in several rows; None elsewhere."""
        is_repeated = self.entries is not None and self.entries.is_repeated
        return self.entries if is_repeated else None

    def where(self, rows: Ints | Flags) -> "Study":
        """Those rows only, with all that is known of the table they came from."""
        return replace(
            self,
            units=self.units[rows],
            treated=self.treated[rows],
            covariates=self.covariates.where(rows),
            exact=_where(self.exact, rows),
            anti_exact=_where(self.anti_exact, rows),
            preferred=_where(self.preferred, rows),
            calipers=_where(self.calipers, rows),
            outcomes=_where(self.outcomes, rows),
            clusters=None if self.clusters is None else self.clusters[rows],
            groups=_where(self.groups, rows),
            entries=None if self.entries is None else self.entries.where(rows),
            whole=None if self.whole is None else self.whole.where(rows),
            blocks=None if self.blocks is None else self.blocks[rows],
        )


def _where(arrays: Mapping[str, Column], rows: Ints | Flags) -> dict[str, Column]:
    return {name: array[rows] for name, array in arrays.items()}


def _require_columns(
    frame: pd.DataFrame, design: Design, *, with_outcomes: bool
) -> None:
    wanted = [design.unit, design.treatment, *design.matched_on, *design.exact]
    wanted += [*design.anti_exact, *design.caliper_columns, *design.group_columns]
    wanted += [*design.preferred_columns, *design.cluster_columns]
    wanted += design.placebo_columns
    wanted += _required(design, with_outcomes=with_outcomes)
    wanted += [c for c in (design.cluster, design.entry) if c]
    wanted += [outcome.name for outcome in design.outcomes] if with_outcomes else []
    known = [str(column) for column in frame.columns]
    for column in wanted:
        if column not in known:
            hint = nearest(column, known) or f"; it has {', '.join(known[:30])}"
            raise InputError(f'the data have no column "{column}"{hint}', "no_column")
    if frame.empty:
        raise InputError("the data have a heading but no rows", "no_rows")


def _required(design: Design, *, with_outcomes: bool) -> list[str]:
    """Columns that must be known; an outcome among them only where outcomes are."""
    hidden = set() if with_outcomes else {outcome.name for outcome in design.outcomes}
    return [column for column in design.require if column not in hidden]


def _in_canonical_order(
    frame: pd.DataFrame, design: Design, keys: Keys | None
) -> tuple[pd.DataFrame, Units, Entries | None]:
    """Rows, their keys and their entries, by key or by the seed: who comes first wins
    a tie in the match, so a result depends on who the students are, never on the order
    of the file."""
    units = columns.keys(frame[design.unit]) if keys is None else keys.texts
    if design.ties == Ties.SEEDED:
        rank = rank_by(units, lambda known: seeded_order(known, design.seed))
    else:
        rank = natural_rank(units) if keys is None else rank_of(units, keys.numbers)
    found = Entries.of(rank, frame[design.entry]) if design.entry else None
    entry = found.code if found else np.zeros_like(rank)
    place = rank * (entry.max() + 2) + entry  # an entry may be missing, at -1
    if (np.diff(place) > 0).all():  # no copy needed
        return frame, units, found
    rows = by_code(rank) if found is None else np.argsort(place)
    if not np.diff(place[rows]).all():
        _refuse_repeated(units, place, design)
    return frame.iloc[rows], units[rows], found and found.where(rows)


def _refuse_repeated(units: Units, place: Ints, design: Design) -> None:
    again = pd.Series(place).duplicated().to_numpy()
    once = "a student" if design.entry is None else f"a student and {design.entry}"
    raise InputError(
        f'{int(again.sum())} rows repeat a "{design.unit}", such as '
        f"{str(units[again][0])!r}; keep one row {once}",
        "duplicate_unit",
    )


def _eligible(
    frame: pd.DataFrame, found: Entries | None, design: Design, required: list[str]
) -> tuple[Flags, Flags, tuple[Excluded, ...]]:
    """(n,) which rows can take part, the arm of these, and the count of the others."""
    arm = columns.flags(frame[design.treatment])
    keep = ~np.isnan(arm)
    person = np.arange(len(arm)) if found is None else found.persons
    excluded = [_count("treatment_missing", ~keep, arm, person)]
    for reason, lacks in _lacking(frame, design, required, found, arm):
        gone = lacks & keep
        excluded.append(_count(reason, gone, arm, person))
        keep &= ~gone
    treated = arm[keep] == 1
    _require_both_arms(treated, design, excluded)
    return keep, treated, tuple(e for e in excluded if e.treated + e.comparison)


def _lacking(
    frame: pd.DataFrame,
    design: Design,
    required: list[str],
    entries: Entries | None,
    arm: Floats,
) -> Iterator[tuple[str, Flags]]:
    """Reasons, and the rows (n,) that cannot take part for each."""
    if entries is not None:
        yield from set_aside(entries, arm, may_repeat=design.replacement)
    for pretest in design.pretests:
        gone = columns.missing(frame[pretest.name])
        yield f"pretest_missing: {pretest.name}", gone
    if design.cluster:
        yield "cluster_missing", columns.missing(frame[design.cluster])
    for column in required:
        yield f"required_missing: {column}", columns.missing(frame[column])
    if said := design.match_clusters:
        for column in dict.fromkeys([*said.of, *said.apart]):
            yield f"cluster_missing: {column}", columns.missing(frame[column])
        once_or_more = {"may_repeat": design.replacement}
        yield from of_the_program(frame, said, design.entry, arm, **once_or_more)


def _count(reason: str, gone: Flags, arm: Floats, person: Ints) -> Excluded:
    """Participants' rows, and comparison students of whom a row goes; rows without a
    treatment are counted with these."""
    others = len(np.unique(person[gone & (arm != 1)]))
    return Excluded(reason, int((gone & (arm == 1)).sum()), others)


def _require_both_arms(
    treated: Flags, design: Design, excluded: Sequence[Excluded]
) -> None:
    for gone, arm, doing, code in (
        (not treated.any(), 1, "evaluate", "no_treated"),
        (treated.all(), 0, "compare with", "no_controls"),
    ):
        if gone:
            raise InputError(
                f'no student with "{design.treatment}" = {arm} is left to {doing}; '
                f"check the column and what is missing{_mostly(excluded, arm)}",
                code,
            )


def _mostly(excluded: Sequence[Excluded], arm: int) -> str:
    """The reason for which most of an arm were left out, if any were."""
    counts = [(e.treated if arm else e.comparison, e.reason) for e in excluded]
    most, reason = max(counts, key=lambda count: count[0], default=(0, ""))
    return f": {most} were left out because {why_left_out(reason)}" if most else ""
