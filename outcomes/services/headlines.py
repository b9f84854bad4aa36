"""What a reader must know first: how big, how sure, how fair, how much of the gap.

Pure, as methods.py is. The verdict on the comparison comes before any number, for a
number out of an unfair comparison is worse than none.
"""

from dataclasses import dataclass
from typing import Any

from outcomes.charts.effects import effect_in_words, kinds_of
from outcomes.charts.gaps import change_in_words, gap_in_words, is_sure
from outcomes.charts.words import (
    Report,
    Row,
    estimand_of,
    in_units,
    in_words,
    is_hidden,
    is_of_few,
    number,
    numbers,
    sentence,
    unit_of,
    why_unknown,
)
from outcomes.terms import FEW_STUDENTS

GOOD, CARE, BAD = "good", "care", "bad"
SIGNS = {GOOD: "\N{CHECK MARK}", CARE: "!", BAD: "\N{MULTIPLICATION SIGN}"}
FAIR = {  # by verdict: how it stands, and the answer
    "meets_with_reservations": (GOOD, "Yes, with reservations"),
    "needs_adjustment_in_model": (CARE, "Not as it was analysed"),
    "not_equivalent": (BAD, "No: the groups differ"),
    "no_pretest": (CARE, "Not shown: no pretest"),
    "confound_n1": (BAD, "No: one school on a side"),
    "no_overlap": (BAD, "No: nobody alike to compare"),
}
FOUND = {  # by estimand: what is said of a difference beyond chance, and of another
    "ATT": (
        "Participants are {way} in {name} than they would have been",
        "Participants seem {way} in {name}, but that is not sure",
    ),
    "ATC": (
        "Those who did not take part would have been {way} in {name} with the program",
        "Those who did not take part might have been {way} in {name}, but that is not "
        "sure",
    ),
    "ATE": (
        "Students are {way} in {name} with the program than without it",
        "Students seem {way} in {name} with the program, but that is not sure",
    ),
}


@dataclass(frozen=True)
class Card:
    question: str
    answer: str
    details: list[str]
    standing: str = ""  # GOOD, CARE or BAD where there is something to judge

    @property
    def sign(self) -> str:
        return SIGNS.get(self.standing, "")


def first(report: Report) -> dict[str, Any]:
    """The effect that the plan is about: confirmatory, on everyone."""
    planned = {o["name"] for o in report["design"]["outcomes"] if o["confirmatory"]}
    overall = [row for row in report["effects"] if row["group"] is None]
    return next((row for row in overall if row["outcome"] in planned), overall[0])


def headline(report: Report) -> str:
    row = first(report)
    name = in_words(row["outcome"])
    if row["estimate"] is None:
        return f"What the program did for {name} cannot be told"
    if FAIR[report["verdict"]["code"]][0] != GOOD:
        return f"This comparison does not establish what the program did for {name}"
    way = "higher" if row["estimate"] > 0 else "lower"
    sure, unsure = FOUND[estimand_of(report)]
    if row["significant"]:
        return sure.format(way=way, name=name)
    if is_sure(row):
        return unsure.format(way=way, name=name)
    return f"No clear difference in {name}"


def cards(report: Report) -> list[Card]:
    return [_size(report), _fairness(report), _gap(report)]


def _size(report: Report) -> Card:
    row = first(report)
    kind = kinds_of(report)[row["outcome"]]
    question = f"How big is the difference in {in_words(row['outcome'])}?"
    if row["estimate"] is None:
        return Card(question, "Cannot be told", [_why(row, "estimate")])
    size, _, rest = effect_in_words(row, kind).partition(" ")
    details = [f"95% interval: {rest.strip('()')} {unit_of(kind)}"]
    place = min(max(round(50 + (row["improvement_index"] or 0)), 1), 99)
    if place != 50:
        details.append(
            f"As if a student at percentile 50 now stood at percentile {place}"
        )
    details += _worth_having(row, kind)
    details += [
        f"Without matching it would read {effect_in_words(naive, kind).split()[0]}"
        for naive in report["naive"]
        if naive["outcome"] == row["outcome"] and naive["estimate"] is not None
    ]
    return Card(question, f"{size} {unit_of(kind)}", details)


def _why(row: Row, *keys: str) -> str:
    return sentence(why_unknown(row, *keys))


def _worth_having(row: Row, kind: str) -> list[str]:
    wish = row.get("matters")
    if not wish or wish["chance"] is None:
        return []
    size = f"{in_units(wish['cutoff'], kind):+g} {unit_of(kind)}"
    return [f"The chance that it is {size} or beyond: {_percent(wish['chance'])}"]


def _percent(chance: float) -> str:
    """Never 0 or 100: nothing estimated is certain."""
    return f"{min(max(round(100 * chance), 1), 99)}%"


def _fairness(report: Report) -> Card:
    verdict, sample = report["verdict"], report["sample"]
    standing, answer = FAIR[verdict["code"]]
    details = []
    if verdict["decided_by"] and verdict["value"] is not None:
        details.append(
            f"Decided by {in_words(verdict['decided_by'])}: "
            f"{number(abs(verdict['value']))} SD apart as reviewers measure it"
        )
    moved = [row["outcome"] for row in report.get("placebo", ()) if row["moved"]]
    if moved and standing == GOOD:
        standing = CARE
    details += [
        f"Before it began, the program seems to move {in_words(name)}" for name in moved
    ]
    details.append(
        f"{sample['matched_treated']:,} of {sample['treated']:,} participants, "
        f"{sample['matched_comparison']:,} comparison students"
    )
    return Card("Is the comparison fair?", answer, details, standing)


def _gap(report: Report) -> Card:
    question = "How much of the gap?"
    rows = [row for row in report["gaps"] if row["metric"] == "mean_sd"]
    if not rows:
        return Card(question, "Not asked", ["This plan compares no gap"])
    row = rows[0]
    if is_hidden(row):
        return Card(question, "Hidden", [gap_in_words(row), "A group in it is small"])
    if is_of_few(row) and row["closed"] is not None:
        few = f"A group in it has fewer than {FEW_STUDENTS} students on a side"
        return Card(question, "Too few students", [gap_in_words(row), few])
    if None in (row["as_delivered"], row["closed"], row["ci_low"]):
        reason = _why(row, "as_delivered", "closed", "ci_low")
        return Card(question, "Cannot be told", [gap_in_words(row), reason])
    answer, _, interval = change_in_words(row).partition(" (")
    before, after = numbers(row["without_program"], row["as_delivered"])
    details = [
        gap_in_words(row),
        f"{before} SD without the program, {after} SD with it",
        f"95% interval: {interval.strip('()')}",
    ]
    if not is_sure(row):
        details.append("Chance could explain a change of this size")
    if row["agree"] is False:
        details.append("Other ways to measure the gap tell another story")
    return Card(question, answer[0].upper() + answer[1:], details)
