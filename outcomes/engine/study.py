"""The one gate through which a table enters the engine; all after it trust it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from outcomes.designs.clauses import Outcome
from outcomes.designs.design import Design
from outcomes.designs.errors import InputError
from outcomes.designs.reading import nearest
from outcomes.engine import columns, covariates
from outcomes.engine.arrays import Flags, Floats, Ints, Texts
from outcomes.engine.canonical import natural_order, seeded_order
from outcomes.engine.covariates import Covariates
from outcomes.engine.notices import Notices
from outcomes.terms import OutcomeKind, Ties


@dataclass(frozen=True, slots=True)
class Excluded:
    """Students left out before matching, and why."""

    reason: str
    treated: int
    comparison: int


@dataclass(frozen=True, slots=True)
class Study:
    """n students in canonical order.

    units : (n,) keys; treated : (n,); exact, anti_exact, preferred : columns of (n,)
    codes, -1 where missing; calipers : (n,) numbers by column, NaN where missing;
    outcomes : (n,) numbers by name, NaN where missing; pool : those of all comparison
    students of the table, even of those left out, whose SD is the reference year's;
    clusters : (n,) labels or None; groups : (n,) labels by dimension, None where
    missing.
    """

    units: Texts
    treated: Flags
    covariates: Covariates
    exact: Mapping[str, Ints]
    anti_exact: Mapping[str, Ints]
    preferred: Mapping[str, Ints]
    calipers: Mapping[str, Floats]
    outcomes: Mapping[str, Floats]
    pool: Mapping[str, Floats]
    clusters: Ints | None
    groups: Mapping[str, Texts]
    excluded: tuple[Excluded, ...]

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        design: Design,
        warn: Notices | None = None,
        *,
        with_outcomes: bool = True,
    ) -> "Study":
        """Admit a table, or raise InputError with the rule it breaks.

        Without outcomes, their columns are not read and need not be there.
        """
        warn = Notices() if warn is None else warn
        _require_columns(frame, design, with_outcomes=with_outcomes)
        frame = _in_canonical_order(frame, design)
        required = _required(design, with_outcomes=with_outcomes)
        pool = _pool(frame, design) if with_outcomes else {}
        frame, treated, excluded = _eligible(frame, design, required)
        return cls(
            units=columns.labels(frame[design.unit]),
            treated=treated,
            covariates=covariates.build(frame, design.matched_on, warn),
            exact={c: _codes(frame, c) for c in design.exact},
            anti_exact={c: _codes(frame, c) for c in design.anti_exact},
            preferred={c: _codes(frame, c) for c in design.preferred_columns},
            calipers={c: columns.numbers(frame[c]) for c in design.caliper_columns},
            outcomes=_outcomes(frame, design, treated) if with_outcomes else {},
            pool=pool,
            clusters=_codes(frame, design.cluster) if design.cluster else None,
            groups={d: columns.crossed_labels(frame, d) for d in design.dimensions},
            excluded=excluded,
        )

    @property
    def n(self) -> int:
        return len(self.units)


def _codes(frame: pd.DataFrame, column: str) -> Ints:
    return columns.codes(columns.labels(frame[column]))


def _require_columns(
    frame: pd.DataFrame, design: Design, *, with_outcomes: bool
) -> None:
    wanted = [design.unit, design.treatment, *design.matched_on, *design.exact]
    wanted += [*design.anti_exact, *design.caliper_columns, *design.group_columns]
    wanted += design.preferred_columns
    wanted += _required(design, with_outcomes=with_outcomes)
    wanted += [design.cluster] if design.cluster else []
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


def _in_canonical_order(frame: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Rows by unit key, or by the seed: who comes first wins a tie in the match, so a
    result depends on who the students are, never on the order of the file."""
    units = columns.labels(frame[design.unit])
    if any(unit is None for unit in units):
        count = sum(unit is None for unit in units)
        raise InputError(
            f'{count} rows have no "{design.unit}"; every row needs its own key',
            "missing_unit",
        )
    seen = pd.Series(units)
    if seen.duplicated().any():
        twice = seen[seen.duplicated()].iloc[0]
        raise InputError(
            f'{int(seen.duplicated().sum())} rows repeat a "{design.unit}", such as '
            f"{twice!r}; keep one row a student",
            "duplicate_unit",
        )
    order = (
        seeded_order(units, design.seed)
        if design.ties == Ties.SEEDED
        else natural_order(units)
    )
    return frame.iloc[order].reset_index(drop=True)


def _eligible(
    frame: pd.DataFrame, design: Design, required: list[str]
) -> tuple[pd.DataFrame, Flags, tuple[Excluded, ...]]:
    """Rows that can take part, their arm, and the count of those that cannot."""
    arm = columns.flags(frame[design.treatment])
    keep = ~np.isnan(arm)
    excluded = [_count("treatment_missing", ~keep, arm)]
    needed = [(f"pretest_missing: {p.name}", p.name) for p in design.pretests]
    needed += [("cluster_missing", design.cluster)] if design.cluster else []
    needed += [(f"required_missing: {column}", column) for column in required]
    for reason, column in needed:
        gone = columns.missing(frame[column]) & keep
        excluded.append(_count(reason, gone, arm))
        keep &= ~gone
    treated = arm[keep] == 1
    _require_both_arms(treated, design)
    rows = frame if keep.all() else frame[keep].reset_index(drop=True)
    return rows, treated, tuple(e for e in excluded if e.treated + e.comparison)


def _count(reason: str, gone: Flags, arm: Floats) -> Excluded:
    """Rows without a treatment are counted with the comparison students."""
    treated = int((gone & (arm == 1)).sum())
    return Excluded(reason, treated, int(gone.sum()) - treated)


def _require_both_arms(treated: Flags, design: Design) -> None:
    if not treated.any():
        raise InputError(
            f'no student with "{design.treatment}" = 1 is left to evaluate; check the '
            "column and what is missing",
            "no_treated",
        )
    if treated.all():
        raise InputError(
            f'no student with "{design.treatment}" = 0 is left to compare with; check '
            "the column and what is missing",
            "no_controls",
        )


def _pool(frame: pd.DataFrame, design: Design) -> dict[str, Floats]:
    arm = columns.flags(frame[design.treatment])
    return {o.name: _outcome(frame[o.name][arm == 0], o) for o in design.outcomes}


def _outcomes(frame: pd.DataFrame, design: Design, treated: Flags) -> dict[str, Floats]:
    values = {o.name: _outcome(frame[o.name], o) for o in design.outcomes}
    seen = [~np.isnan(v) for v in values.values()]
    if not any((s & treated).any() and (s & ~treated).any() for s in seen):
        raise InputError(
            "no outcome has a value in both groups; check the outcome columns",
            "no_outcome",
        )
    return values


def _outcome(column: columns.Series, outcome: Outcome) -> Floats:
    if outcome.kind == OutcomeKind.BINARY:
        return columns.flags(column)
    if not outcome.levels:
        return columns.numbers(column)
    rank = {level: float(i + 1) for i, level in enumerate(outcome.levels)}
    found = columns.labels(column)
    strange = sorted({v for v in found if v is not None and v not in rank})
    if strange:
        raise InputError(
            f'column "{outcome.name}" holds {strange[0]!r}, which is not among its '
            "levels",
            "unknown_level",
        )
    return np.array([rank.get(v, np.nan) for v in found])
