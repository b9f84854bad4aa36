"""A report's method in sentences: every number that decided something, no bare jargon.

Pure: a report goes in, words come out, so that the page, the API and a test read alike.
"""

from collections.abc import Callable, Iterator

from outcomes.charts.effects import effect_in_words, kinds_of
from outcomes.charts.gaps import change_in_words, gap_in_words
from outcomes.charts.words import (
    Report,
    Row,
    estimand_of,
    in_units,
    in_words,
    is_hidden,
    is_of_few,
    listed,
    number,
    numbers,
    unit_of,
    why_unknown,
)
from outcomes.reasons import why_left_out, why_unmatched
from outcomes.services.cautions import limits
from outcomes.services.effect_tables import claim
from outcomes.services.matching import matched
from outcomes.terms import FEW_STUDENTS, PEOPLE, counted

ARMS = {"treated": "participants", "comparison": "comparison students"}
NEVER_COMPARED = ("classmate", "support")
VERDICTS = {
    "meets_with_reservations": "meets its standards with reservations, the best that "
    "a study without a lottery can reach",
    "needs_adjustment_in_model": "does not meet its standards until the outcome model "
    "adjusts for what differs",
    "not_equivalent": "does not meet its standards: the groups differ too much",
    "no_pretest": "does not meet its standards: without a pretest nobody can know "
    "that the groups began alike",
    "confound_n1": "does not meet its standards: with one school on a side, school and "
    "program cannot be told apart",
    "no_overlap": "cannot be judged: participants have nobody like them to be "
    "compared with",
}
ESTIMATORS = {
    "difference": "the difference of weighted averages",
    "g_computation": "the difference of weighted averages, after a regression in each "
    "group took away what the covariates explain",
    "aipw": "the difference of averages, adjusted both by a regression and by the "
    "chance of taking part (AIPW)",
}
WHOSE = {
    "ATT": "It is the effect on {} (ATT).",
    "ATC": "It is the effect that the program would have on {} (ATC).",
    "ATE": "It is the effect on all {}, whether they took part or not (ATE).",
    "ATM": "It is the effect on those {} who found a match (ATM), not on all of them.",
}
ERRORS = {
    "CR2": "which allows for students of one {} being alike and for few of them (CR2)",
    "CR3": "which leaves out one {} at a time (CR3, a jackknife)",
    "CR1": "which allows for students of one {} being alike (CR1)",
    "jackknife": "which leaves out one {} at a time (a jackknife)",
    "influence": "from how much each {} moves the result",
    "HC3": "which allows for students who vary more than others (HC3)",
}


def _estimator(design: Report) -> str:
    """A design of long ago had no folds."""
    said, folds = ESTIMATORS[design["estimator"]], design.get("folds", 1)
    if design["estimator"] != "aipw" or folds == 1:
        return said
    return f"{said}, each of {folds} folds predicted by models of the others"


def paragraph(report: Report) -> str:
    """The method and what it found, fit to stand in a paper or a board packet."""
    return " ".join(sentence for part in PARTS for sentence in part(report))


def compared(report: Report) -> Iterator[str]:
    sample = report["sample"]
    yield from _left_out_before(report)
    yield _how_many(sample)
    for arm, people in ARMS.items():
        worth = sample.get(f"ess_{arm}")
        if worth is not None and worth < sample[f"matched_{arm}"] - 0.5:
            yield f"Weighted, the {people} count as much as {number(worth)} students."
    for row in sample["unmatched"]:
        who = counted(row["n"], PEOPLE[estimand_of(report)])
        are = "is" if row["n"] == 1 else "are"
        yield f"{who} {are} left out because {why_unmatched(row['reason'])}."


def _how_many(sample: dict) -> str:
    treated = counted(sample["treated"], "participants")
    students = f"{counted(sample['comparison'], 'students')} who did not take part"
    if not sample["matched_treated"]:
        return f"None of {treated} could be compared with any of {students}."
    was = "was" if sample["matched_treated"] == 1 else "were"
    return (
        f"{sample['matched_treated']:,} of {treated} {was} compared with "
        f"{sample['matched_comparison']:,} of {students}."
    )


def _left_out_before(report: Report) -> Iterator[str]:
    """Who could not be compared at all; not who still stands there at another entry."""
    said = []
    for row in report["sample"]["excluded"]:
        reason, _, column = row["reason"].partition(": ")
        key, missing, _ = reason.partition("_missing")
        arms = [(row["treated"], "participants"), (row["comparison"], "other students")]
        who = listed([counted(n, people) for n, people in arms if n])
        if missing:
            value = in_words(column or report["design"][key])
            said.append(f"{who} whose {value} is not known")
        elif reason in NEVER_COMPARED:
            said.append(f"{who} because {why_left_out(reason)}")
    if said:
        yield f"Left out before matching: {'; '.join(said)}."


def balanced(report: Report) -> Iterator[str]:
    verdict = report["verdict"]
    worst = [_worst(report, key) for key in ("smd_before", "smd_after")]
    if all(worst):
        (one, before), (other, after) = worst
        before, after = numbers(before, after)
        yield (
            f"The largest standardized difference was {before} SD before matching, on "
            f"{in_words(one)}, and is {after} SD after it, on {in_words(other)}."
        )
    yield (
        "By the rules of the federal What Works Clearinghouse the comparison "
        f"{VERDICTS[verdict['code']]}."
    )
    if verdict["decided_by"] and verdict["value"] is not None:
        yield (
            f"This was decided by {in_words(verdict['decided_by'])}, with a difference "
            f"of {abs(verdict['value']):.3g} SD as these rules measure it, a yes or no "
            "by its odds (up to 0.05 counts as alike, up to 0.25 as adjustable)."
        )


def _worst(report: Report, key: str) -> tuple[str, float] | None:
    sizes = [
        (row["covariate"], abs(row[key]))
        for row in report["balance"]
        if row[key] is not None
    ]
    return max(sizes, key=lambda size: size[1], default=None)


def estimated(report: Report) -> Iterator[str]:
    kinds = kinds_of(report)
    overall = [row for row in report["effects"] if row["group"] is None]
    if any(row["estimate"] is not None for row in overall):
        yield f"The effect is {_estimator(report['design'])}."
        yield WHOSE[report["estimand"]].format(PEOPLE[estimand_of(report)])
    for row in overall:
        if row["estimate"] is None:
            why = why_unknown(row, "estimate")
            because = f": {why}" if why else ""
            name = in_words(row["outcome"])
            yield f"The effect on {name} cannot be told{because}."
            continue
        kind = kinds[row["outcome"]]
        interval = "" if row["ci_low"] is None else ", with its 95% interval"
        yield (
            f"On {in_words(row['outcome'])} it is {effect_in_words(row, kind)} "
            f"{unit_of(kind)}{interval}."
        )
        yield from _of_whom(row, report["sample"])
        yield from _doubt(row, kind)


def _of_whom(row: Row, sample: dict) -> Iterator[str]:
    """Whom an effect rests on, where that is not everyone who was matched."""
    arms = [row["n_treated"], row["n_comparison"]]
    if arms != [sample["matched_treated"], sample["matched_comparison"]]:
        yield (
            f"It rests on {counted(arms[0], 'participants')} and "
            f"{counted(arms[1], 'comparison students')} whose outcome is known."
        )


def _doubt(row: Row, kind: str) -> Iterator[str]:
    """The standard error, its degrees of freedom, and what chance would do."""
    if row["std_error"] is None or row["p"] is None:
        return
    degrees = "" if row["df"] is None else f" with {row['df']:.3g} degrees of freedom"
    error = in_units(row["std_error"], kind)
    size = f"{error:,.0f}" if error >= 100 else f"{error:.3g}"
    yield (
        f"The standard error is {size}{degrees}, "
        f"{error_in_words(row['se_kind'])}; chance alone would make as large a "
        f"difference {chance(row['p'])}."
    )
    if row.get("few_clusters"):
        yield "Of several ways to reckon it with few schools, this is the least sure."
    if row.get("p_adjusted") not in (None, row["p"]):
        yield (
            "Adjusted for the other planned outcomes of its domain, p = "
            f"{row['p_adjusted']:.3f}."
        )
    if (said := claim(row)).startswith("not"):
        yield f"As more than chance it is {said}."


def error_in_words(kind: str) -> str:
    """`CR2 by school` for a reader who has never met a sandwich."""
    rule, _, by = kind.partition(" by ")
    by = {"": "student", "set": "matched set"}.get(by, in_words(by))
    return ERRORS[rule].format(by) if rule in ERRORS else f"of the kind {kind}"


def chance(p: float) -> str:
    """A p-value as a frequency."""
    if p < 0.001:
        return "in fewer than 1 of 1,000 such studies (p < .001)"
    return f"in {round(p * 1000):,} of 1,000 such studies (p = {p:.3f})"


def closed(report: Report) -> Iterator[str]:
    for row in report["gaps"]:
        if row["metric"] != "mean_sd":
            continue
        if is_hidden(row):
            yield (
                f"The gap of {gap_in_words(row)} is hidden, because of a group of few "
                "students."
            )
            continue
        if row["as_delivered"] is None or row["closed"] is None:
            why = why_unknown(row, "as_delivered", "closed")
            because = f": {why}" if why else ""
            yield f"The gap of {gap_in_words(row)} cannot be told{because}."
            continue
        if is_of_few(row):
            yield (
                f"The gap of {gap_in_words(row)} rests on fewer than {FEW_STUDENTS} "
                "students of a group on a side."
            )
            continue
        before, after = numbers(row["without_program"], row["as_delivered"])
        yield (
            f"Among participants the gap of {gap_in_words(row)} would be {before} SD "
            f"without the program and is {after} SD with it: {change_in_words(row)}."
        )


def warned(report: Report) -> Iterator[str]:
    yield report["power"]["text"]
    if found := limits(report):
        yield f"What limits the result: {'; '.join(found)}."


def made(report: Report) -> Iterator[str]:
    yield (
        f"Engine {report['engine']}, design {report['design_hash'][:12]}, data "
        f"{report['input_hash'][:12]}: the same three give the same numbers."
    )


PARTS: list[Callable[[Report], Iterator[str]]] = [
    compared,
    matched,
    balanced,
    estimated,
    closed,
    warned,
    made,
]
