"""The R script with which a sceptic matches and estimates again, on MatchIt alone.

It needs no other package: the two robust variances are written out in it. MatchIt's
words and defaults are those of 4.7.2.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from outcomes.designs.design import DISTANCE, SCORES, Design
from outcomes.terms import (
    BrokenSets,
    CaliperUnit,
    Discard,
    Distance,
    Estimand,
    Estimator,
    Method,
    Order,
)

TEMPLATE = Path(__file__).with_name("redo.R")
DISTANCES = {
    Distance.PROPENSITY: 'distance = "glm"',
    Distance.LOGIT: 'distance = "glm", link = "linear.logit"',
    Distance.MAHALANOBIS: 'distance = "mahalanobis"',
    Distance.ROBUST_MAHALANOBIS: 'distance = "robust_mahalanobis"',
    Distance.EUCLIDEAN: 'distance = "scaled_euclidean"',
}
NO_CALL = {  # why MatchIt has no equal call
    Method.CARDINALITY: "several groups of the same size can be as well balanced",
    Method.ENTROPY: "it does not weight; WeightIt does",
    Method.IPW: "it does not weight; WeightIt does",
}
DISCARDS = {Discard.COMPARISON: "control"}  # where MatchIt has another word
EXCHANGED = {Order.LARGEST: Order.SMALLEST, Order.SMALLEST: Order.LARGEST}
HEADING = "outcome,estimator,what,value"
BY_CELLS = {Method.EXACT, Method.CEM}


def script(design: Design, report: dict[str, Any], numeric: Iterable[str]) -> str:
    """numeric : the columns of the table that hold numbers; all others are words."""
    call = matchit_call(design)
    return TEMPLATE.read_text().format(
        treatment=_text(design.treatment),
        numeric=_vector(numeric),
        covariates=_vector(design.matched_on),
        scale=_text("link" if design.distance == Distance.LOGIT else "response"),
        level_minimum=design.level_minimum,
        exact=_vector(design.exact),
        near=_vector(_near(design)),
        cells=_vector(design.exact if design.method in BY_CELLS else ()),
        call="NULL" if call is None else call,
        ignores_caliper=_flag(bool(design.caliper)),
        remark=_text(remark(design)),
        drops=_flag(design.broken_sets == BrokenSets.DROP),
        estimand=_text(str(design.estimand)),
        cluster="NULL" if design.cluster is None else _text(design.cluster),
        figures=_text("\n".join([HEADING, *_figures(report)])),
    )


def matchit_call(design: Design) -> str | None:
    """The equal call, or None where MatchIt has none."""
    if _why_not(design):
        return None
    return f"matchit({', '.join(['alike', 'pool', *_settings(design)])})"


def remark(design: Design) -> str:
    """What a reader must know of the call, or of there being none."""
    if why := _why_not(design):
        return f"MatchIt has no equal of this match: {why}."
    said = ["Students who are equally near may be taken in another order."]
    if design.caliper:
        said.append("MatchIt 4.5.1 to 4.5.3 ignore calipers: use another version.")
    if design.replacement and design.reuse is None:
        said.append("Here all who tie for the nearest share a match; there one has it.")
    is_in_turn = design.method == Method.NEAREST and design.order != Order.CLOSEST
    if is_in_turn and not design.has_score:
        said.append("A metric ranks nobody: here the codes say who chooses first.")
    if design.min_ratio is not None and design.min_ratio > 1:
        said.append("MatchIt may give one student fewer than min.controls; here none.")
    if design.min_ratio is not None and design.discard != Discard.NONE:
        said.append("Here the discarded do not count in the mean of the ratio.")
    if design.distance in {Distance.ROBUST_MAHALANOBIS, Distance.EUCLIDEAN}:
        said.append(
            "Here a column of words counts by every level; there its first "
            "level is left out."
        )
    return " ".join(said)


def _why_not(design: Design) -> str:
    return next((why for is_so, why in _obstacles(design) if is_so), "")


def _obstacles(design: Design) -> Iterator[tuple[bool, str]]:
    """What MatchIt has no equal of, and whether the design asks for it."""
    is_random = design.order == Order.RANDOM and design.method == Method.NEAREST
    yield design.method in NO_CALL, NO_CALL.get(design.method, "")
    yield is_random, "its random order comes from R's own generator"
    yield (
        design.match_clusters is not None,
        "it matches students, not first the schools or grades they sit in",
    )
    yield (
        design.entry is not None,
        "it takes all entries at once, not one after the other",
    )
    yield bool(design.prefer), "it prefers nobody to the nearest"
    yield (
        design.method == Method.SUBCLASS and bool(design.exact),
        "it cuts subclasses without regard to exact columns",
    )
    yield (
        design.method == Method.OPTIMAL and bool(design.caliper),
        "its optimal match knows no caliper",
    )
    yield _has_raw_metric_caliper(design), "it has no caliper on such a distance"


def _has_raw_metric_caliper(design: Design) -> bool:
    caliper = None if design.has_score else design.caliper.get(DISTANCE)
    return caliper is not None and caliper.unit == CaliperUnit.RAW


def _settings(design: Design) -> Iterator[str]:
    yield f'method = "{design.method}"'
    if design.estimand != Estimand.ATT:
        yield f'estimand = "{design.estimand}"'
    if design.method in BY_CELLS:
        yield from _cuts(design)
        return
    yield DISTANCES[design.distance]
    if design.discard != Discard.NONE:
        yield f'discard = "{DISCARDS.get(design.discard, design.discard)}"'
    if design.method == Method.SUBCLASS:
        yield f"subclass = {design.subclasses}, min.n = 0"
        return
    for name, columns in (("exact", design.exact), ("antiexact", design.anti_exact)):
        if columns:
            yield f"{name} = ~ {' + '.join(map(_name, columns))}"
    yield from _calipers(design)
    yield from _choosing(design)


def _cuts(design: Design) -> Iterator[str]:
    """With the ends named: one number alone MatchIt takes for a number of ranges."""
    if design.cutpoints:
        cuts = (f"c(-Inf, {_numbers(at)}, Inf)" for at in design.cutpoints.values())
        names = _vector(design.cutpoints)
        yield f"cutpoints = setNames(list({', '.join(cuts)}), label({names}))"


def _choosing(design: Design) -> Iterator[str]:
    """How many each participant is given, and who chooses first."""
    if design.method != Method.FULL:
        yield f"ratio = {design.ratio}"
    least, most = design.ratios
    if least < design.ratio < most:  # at either end all are given as many
        yield f"min.controls = {least}, max.controls = {most}"
    if design.method != Method.NEAREST:
        return
    if design.has_score:
        yield "mahvars = nearest_by"
    yield (
        f"replace = {_flag(design.replacement)}"
        if design.reuse is None
        else f"reuse.max = {design.reuse}"
    )
    yield f'm.order = "{_order(design)}"'


def _order(design: Design) -> str:
    """MatchIt ranks by the score of participants, whoever chooses."""
    if not design.has_score and design.order != Order.CLOSEST:
        return "data"
    is_exchanged = design.estimand == Estimand.ATC
    order = EXCHANGED.get(design.order) if is_exchanged else None
    return str(order or design.order)


def _calipers(design: Design) -> Iterator[str]:
    if not design.caliper:
        return
    widths, in_sds = zip(
        *(_caliper(design, name) for name in design.caliper), strict=True
    )
    flags = ", ".join(map(_flag, in_sds))
    yield f"caliper = c({', '.join(widths)}), std.caliper = c({flags})"


def _caliper(design: Design, name: str) -> tuple[str, bool]:
    """Its width in R, and whether MatchIt is to read it in SDs.

    MatchIt's SDs are of those who are not discarded, ours of everybody.
    """
    caliper = design.caliper[name]
    width, is_in_sds = repr(caliper.width), caliper.unit == CaliperUnit.SD
    if name == DISTANCE and design.has_score:
        if is_in_sds and design.discard != Discard.NONE:
            return f"{width} * sd(pool$.score)", False
        return width, is_in_sds
    place = _near(design).index(_nearness(name)) + 1
    in_data = f" * sds[{place}]" if is_in_sds else ""
    return f".near{place} = {width}{in_data}", False


def _near(design: Design) -> list[str]:
    """What students must be near each other in, beside the distance."""
    own = {DISTANCE} if design.has_score else set()
    return [_nearness(name) for name in design.caliper if name not in own]


def _nearness(name: str) -> str:
    """A metric has no SD: a caliper in SDs on it is one on the propensity score."""
    return SCORES[0] if name == DISTANCE else name


def _figures(report: dict[str, Any]) -> Iterator[str]:
    """What the report says of everyone, a line a number that R can compute too."""
    for (outcome, estimator), row in _overall(report).items():
        errors = [row, *row["alternatives"]]
        found = {"estimate": row["estimate"]}
        known = [each for each in errors if each["std_error"] is not None]
        found |= {each["se_kind"]: each["std_error"] for each in known}
        for what, value in found.items():
            if what.partition(" ")[0] in {"estimate", "CR1", "HC3"}:
                yield f"{_cell(outcome)},{estimator},{_cell(what)},{value!r}"


def _overall(report: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Each effect on everyone by each estimator; the plan's own tells most of it."""
    return {
        (row["outcome"], row["estimator"]): row
        for row in (*report["estimators"], *report["effects"])
        if row["group"] is None
        and row["estimate"] is not None
        and row["estimator"] != Estimator.AIPW
    }


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(value: str) -> str:
    return json.dumps(value)


def _name(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _vector(names: Iterable[str]) -> str:
    return f"c({', '.join(map(_text, names))})"


def _numbers(values: Iterable[float]) -> str:
    return ", ".join(repr(value) for value in values)


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"
