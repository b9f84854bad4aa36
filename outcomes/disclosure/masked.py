"""A report as those see it who may not see students: small groups are hidden.

Pure, and the same for every format and every such reader: a report and what to hide go
in, the report without it comes out. A hidden row keeps the names that say which it is
and has no number; all hidden rows of a section look alike, so that none tells why.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outcomes.designs.clauses import crossed
from outcomes.disclosure.counts import (
    Cell,
    Report,
    Row,
    cell_of,
    dimensions_of,
)

SUPPRESSED = "suppressed"
NOT_PROVEN = "protection_not_proven"
# Sections whose rows are of groups, and the names that a hidden row keeps.
NAMES = {
    "effects": ("outcome", "group", "estimator"),
    "interactions": ("outcome", "dimension"),
    "balance_by_group": ("dimension", "group"),
    "lost": ("dimension", "group"),
    "discarded": ("dimension", "group"),
    "attrition": ("outcome", "of", "dimension", "group"),
    "gaps": ("dimension", "focal", "reference", "outcome", "metric"),
    "gaps_in_district": ("dimension", "focal", "reference", "outcome"),
}
LEAVERS = ("outcome", "group")
JOINED = re.compile(" x | over ")  # covariates in a product, years in a trend
LISTS = ("alternatives", "groups")  # empty where hidden, for they are never null
# Keys that some rows have: that a hidden one had them would tell of its numbers.
SOMETIMES = {
    "difference_in_differences",
    "ess_treated",
    "exact_interval",
    "focal_percentile",
    "held_back",
    "not_estimable",
    "p_adjusted",
    "significant",
}
# Warnings of nothing but sizes.
TELLING = ("small_groups", "reference_unavailable", "unknown_group")
TEXTS = {
    SUPPRESSED: "Some groups are hidden, so that no number tells of fewer than ten "
    "students: the small ones, and others beside them, for who knows a total could "
    "subtract. Join groups, or pool years, to see more.",
    NOT_PROVEN: "It could not be proven in time that nobody can work out the hidden "
    "groups of {}: all groups by these are hidden. Name fewer crosses, or run it "
    "again.",
}
UNSAID = "What it says is of groups that are hidden here; the office reads it in full."
UNTOLD = "The verdict rests on {}, and its number is hidden with a small group."


@dataclass(frozen=True)
class Hidden:
    """groups : labels by dimension; not_proven : dimensions of which all are hidden."""

    groups: Mapping[str, tuple[str, ...]]
    not_proven: tuple[str, ...] = ()

    @classmethod
    def of(cls, cells: Iterable[Cell], not_proven: Iterable[str] = ()) -> "Hidden":
        groups: dict[str, tuple[str, ...]] = {}
        for dimension, label in sorted(cells):
            groups[dimension] = (*groups.get(dimension, ()), str(label))
        return cls(groups, tuple(sorted(not_proven)))

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Hidden":
        groups = {name: tuple(labels) for name, labels in kept["groups"].items()}
        return cls(groups, tuple(kept["not_proven"]))

    def to_dict(self) -> dict[str, Any]:
        groups = {name: list(labels) for name, labels in self.groups.items()}
        return {"groups": groups, "not_proven": list(self.not_proven)}

    def __bool__(self) -> bool:
        return bool(self.groups or self.not_proven)

    @property
    def dimensions(self) -> set[str]:
        return {*self.groups, *self.not_proven}

    def has(self, dimension: str, label: str | None) -> bool:
        """Those whose group is not known are no group, but are left where all are."""
        return dimension in self.not_proven or label in self.groups.get(dimension, ())


def all_of(report: Report) -> Hidden:
    """Every group, of a report of which nobody has worked out what to hide."""
    return Hidden({}, tuple(sorted(dimensions_of(report))))


def masked(report: Report, hidden: Hidden) -> dict[str, Any]:
    """The report without what is hidden; as it was where nothing is."""
    if not hidden:
        return dict(report)
    return {
        **report,
        **_rows_of_groups(report, hidden),
        **_balance(report, hidden),
        **_in_words(report, hidden),
    }


def _rows_of_groups(report: Report, hidden: Hidden) -> dict[str, Any]:
    dimensions = dimensions_of(report)

    def is_hidden(row: Row) -> bool:
        if "focal" in row:
            sides = (row["focal"], row["reference"])
            return any(hidden.has(row["dimension"], side) for side in sides)
        if "dimension" not in row:
            group = row["group"]
            return group is not None and hidden.has(*cell_of(group, dimensions))
        if "group" not in row:  # a test of all groups together
            return row["dimension"] in hidden.dimensions
        return hidden.has(row["dimension"], row["group"])

    found: dict[str, Any] = {
        section: _mask(report[section], is_hidden, names)
        for section, names in NAMES.items()
        if section in report
    }
    if "lost" in report:
        found["lost"] = _with_absent(found["lost"], report, hidden)
    if "leavers" in report.get("cohort", {}):
        leavers = _mask(report["cohort"]["leavers"], is_hidden, LEAVERS)
        found["cohort"] = {**report["cohort"], "leavers": leavers}
    return found


def _with_absent(
    rows: list[dict[str, Any]], report: Report, hidden: Hidden
) -> list[dict[str, Any]]:
    """Groups without a row too: that nobody of an arm is in them is not told of hidden
    ones."""
    found: dict[tuple[str, str], dict[str | None, dict[str, Any]]] = {}
    for row in rows:
        arm = next(key for key in row if key in ("n_treated", "n_comparison"))
        found.setdefault((arm, row["dimension"]), {})[row["group"]] = row
    for (arm, dimension), by_group in found.items():
        empty = dict.fromkeys((arm, "n_matched", "share_matched"))
        for each in report["balance_by_group"]:
            group = each["group"]
            if each["dimension"] == dimension and hidden.has(dimension, group):
                row = {"dimension": dimension, "group": group, **empty}
                by_group.setdefault(group, {**row, SUPPRESSED: True})
    return [
        by_group[group]
        for by_group in found.values()
        for group in sorted(by_group, key=lambda group: (group is None, group or ""))
    ]


def _mask(
    rows: Iterable[Row], is_hidden: Callable[[Row], bool], names: Iterable[str]
) -> list[dict[str, Any]]:
    return [_empty(row, names) if is_hidden(row) else dict(row) for row in rows]


def _empty(row: Row, names: Iterable[str]) -> dict[str, Any]:
    kept = {name: row[name] for name in names}
    empty = {key: [] if key in LISTS else None for key in row if key not in SOMETIMES}
    return {**empty, **kept, SUPPRESSED: True}


def _balance(report: Report, hidden: Hidden) -> dict[str, Any]:
    """Covariates whose means are shares of hidden groups, wherever balance is told."""
    is_telling = _telling(report, hidden)

    def mask(rows: Iterable[Row], name: str = "covariate") -> list[dict[str, Any]]:
        return _mask(rows, lambda row: is_telling(row[name]), (name,))

    found: dict[str, Any] = {}
    if "balance" in report:
        found["balance"] = mask(report["balance"])
    if "balance_analytic" in report:
        parts = report["balance_analytic"]
        found["balance_analytic"] = [
            {**part, "balance": mask(part["balance"])} for part in parts
        ]
    if products := report.get("balance_of_products"):
        worst = mask(products["worst"], "product")
        found["balance_of_products"] = {**products, "worst": worst}
    if clusters := report.get("clusters"):
        found["clusters"] = _clusters(clusters, hidden)
        found["clusters"]["balance"] = mask(clusters["balance"])
    return found


def _clusters(clusters: Row, hidden: Hidden) -> dict[str, Any]:
    """Without the sizes of clusters, where hidden groups are by a column of theirs."""
    columns = {column for d in hidden.dimensions for column in crossed(d)}

    def one(cluster: Row) -> dict[str, Any]:
        is_telling = columns & {*cluster["cluster"]}
        return {**cluster, "n": None, SUPPRESSED: True} if is_telling else {**cluster}

    sets = [
        {
            **each,
            "treated": one(each["treated"]),
            "comparison": [one(other) for other in each["comparison"]],
        }
        for each in clusters["sets"]
    ]
    return {**clusters, "sets": sets, "unmatched": [*map(one, clusters["unmatched"])]}


def _telling(report: Report, hidden: Hidden) -> Callable[[str], bool]:
    """Whether a covariate, or a product or a trend of some, is by a column of hidden
    groups: a level of a column that is a dimension too is hidden as its group is, all
    levels of one that only stands in a cross with it."""
    columns = {_bare(column) for d in hidden.dimensions for column in crossed(d)}
    shown = {_bare(d) for d in dimensions_of(report) if d not in hidden.not_proven}
    groups = {_bare(d): labels for d, labels in hidden.groups.items()}

    def is_telling(covariate: str) -> bool:
        return any(map(one_is, JOINED.split(covariate)))

    def one_is(covariate: str) -> bool:
        named, _, level = covariate.partition("=")
        column = _bare(named)
        if column not in columns:
            return False
        labels = groups.get(column, ())
        is_own = not {level, _bare(level)}.isdisjoint(labels)
        is_joined = not level or level.startswith("(")  # of several groups
        return column not in shown or is_own or bool(labels and is_joined)

    return is_telling


def _bare(name: str) -> str:
    """A fact, or its level, without the year of which it is, or the grade."""
    return name.rpartition(":")[2].partition("@")[0]


def _in_words(report: Report, hidden: Hidden) -> dict[str, Any]:
    """Sentences that would name a hidden group with its size, or its covariate."""
    is_telling = _telling(report, hidden)
    names = {f"{d}={label}" for d, labels in hidden.groups.items() for label in labels}
    names |= {f"{dimension}=" for dimension in hidden.not_proven}
    names |= {f'"{column}"' for d in hidden.dimensions for column in crossed(d)}
    covariates = (row["covariate"] for row in report.get("balance", ()))
    names |= {covariate for covariate in covariates if is_telling(covariate)}

    def verdict(row: Row) -> dict[str, Any]:
        if not (row["decided_by"] and is_telling(row["decided_by"])):
            return dict(row)
        text = UNTOLD.format(row["decided_by"])
        return {**row, "value": None, "text": text, SUPPRESSED: True}

    said = [
        {**warning, "text": UNSAID}
        if any(name in warning["text"] for name in names)
        else warning
        for warning in report.get("warnings", ())
        if warning["code"] not in TELLING
    ]
    found: dict[str, Any] = {"warnings": [*said, *_notices(hidden)]}
    if "verdict" in report:
        found["verdict"] = verdict(report["verdict"])
    if "verdicts" in report:
        found["verdicts"] = [verdict(row) for row in report["verdicts"]]
    return found


def _notices(hidden: Hidden) -> list[dict[str, str]]:
    found = [{"code": SUPPRESSED, "text": TEXTS[SUPPRESSED]}] if hidden.groups else []
    if hidden.not_proven:
        text = TEXTS[NOT_PROVEN].format(", ".join(hidden.not_proven))
        found.append({"code": NOT_PROVEN, "text": text})
    return found
