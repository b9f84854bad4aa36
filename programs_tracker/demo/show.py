"""The walk on paper, for someone who meets the product for the first time."""

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from enrollment.models import RaceEthnicity
from programs_tracker.demo.walk import Walk

PIPED_WIDTH = 100
SUBJECTS = {"mcas-ela": "ELA", "mcas-math": "mathematics"}
GROUPS = {
    ("low_income", "yes"): "low-income",
    ("low_income", "no"): "other",
    ("race_ethnicity", "black"): "Black",
    ("race_ethnicity", "white"): "white",
}
HERE = "http://127.0.0.1:8000"
API = f"{HERE}/api/v1"
INTRODUCTION = (
    "Did the programs help, or were the children who take part different from the "
    "start? In a real district nobody can look up the answer. In this one we planted "
    "it, kept it from the product, and set it beside what the product finds."
)


def print_walk(walk: Walk, out) -> None:
    console = console_on(out)
    console.print()
    console.print(_heading(walk), style="bold")
    console.print(INTRODUCTION)
    console.print(_what_came_in(walk), style="dim")
    for answer in walk.answers:
        _print_answer(console, answer)
    console.print(_how_to_read(walk), style="dim")
    console.print()
    console.print(_lesson(walk), style="bold")
    _print_next(console, walk)


def console_on(out) -> Console:
    """As wide as the terminal; plain and of a set width when it is piped."""
    return Console(
        file=out, width=None if out.isatty() else PIPED_WIDTH, highlight=False
    )


def _heading(walk: Walk) -> str:
    return (
        f"A made-up district: {walk.students:,} students of grades 3 to 8, "
        f"{walk.schools} schools, seed {walk.seed}"
    )


def _what_came_in(walk: Walk) -> str:
    if not walk.brought:
        return "It was there already: nothing was brought in, and nothing doubled."
    rows = ", ".join(f"{n:,} {kind}" for kind, n in walk.brought.items())
    return f"Brought in from var/demo/: {rows}."


# --- One program.


def _print_answer(console: Console, answer: dict) -> None:
    console.print()
    console.print(Text(answer["title"], style="bold"), f"- {answer['who']}")
    console.print(_figures(answer, ruled=console.is_terminal))
    facts = Table.grid(padding=(0, 2))
    facts.add_row("compared", _compared(answer["sample"]))
    facts.add_row("alike", _alike(answer["balance"]))
    facts.add_row("gap", _gap(answer["gap"]))
    facts.add_row("truth", _by_group(answer["truth_by_group"]))
    console.print(Padding(facts, (0, 1)), style="dim")


def _figures(answer: dict, *, ruled: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD if ruled else None)
    table.add_column("points", min_width=22)
    for name in ("naive", "matched", "95% interval", "planted truth"):
        table.add_column(name, justify="right", min_width=len(name) + 1)
    table.add_column("covered")
    for row in answer["outcomes"]:
        table.add_row(SUBJECTS[row["outcome"]], *_cells(row, row["estimate"]))
    gap = answer["gap"]
    what = f"gap closed, {SUBJECTS[gap['outcome']]}"
    table.add_row(what, *_cells({"naive": None, **gap}, gap["closed"]))
    return table


def _cells(row: dict, found: float | None) -> list[Text | str]:
    if row["ci_low"] is None:
        return ["", "too few to tell", "", signed(row["truth"]), ""]
    return [
        _naive(row),
        Text(signed(found), style="bold"),
        f"{signed(row['ci_low'])} to {signed(row['ci_high'])}",
        signed(row["truth"]),
        Text("yes", style="green") if row["covered"] else Text("no", style="red"),
    ]


def _naive(row: dict) -> Text:
    """Red beyond the interval; a gap has none."""
    if (naive := row["naive"]) is None:
        return Text()
    is_within = row["ci_low"] <= naive <= row["ci_high"]
    return Text(signed(naive), style="" if is_within else "red")


def _compared(sample: dict) -> str:
    return (
        f"{sample['matched_treated']:,} of {sample['treated']:,} participants with "
        f"{sample['matched_comparison']:,} others like them"
    )


def _alike(balance: dict) -> str:
    before, after = balance["before"], balance["after"]
    return (
        f"the largest difference was {abs(before['smd']):.2f} SD "
        f"({_label(before['covariate'])}) and is {abs(after['smd']):.2f} SD "
        f"({_label(after['covariate'])}): {balance['verdict'].replace('_', ' ')}"
    )


def _gap(gap: dict) -> str:
    dimension = gap["dimension"]
    focal, reference = (GROUPS[dimension, gap[key]] for key in ("focal", "reference"))
    between = f"{focal} behind {reference} participants"
    if gap["ci_low"] is None:
        return f"{between}: too few of one group to tell"
    return (
        f"{between}: {gap['without_program']:.1f} points without the program, "
        f"{gap['as_delivered']:.1f} with it"
    )


def _by_group(truth: dict[str, float]) -> str:
    groups = (
        f"{RaceEthnicity(race).label} {signed(effect)}"
        for race, effect in truth.items()
    )
    return f"ELA by group: {', '.join(groups)}"


def _label(covariate: str) -> str:
    words = covariate.replace("mcas-ela", "ELA").replace("mcas-math", "mathematics")
    return words.replace("@", " ").replace("_", " ")


# --- All of them.


def _how_to_read(walk: Walk) -> str:
    sd = walk.answers[0]["points_of_one_sd"]
    return (
        "\nNaive: participants minus everyone else in the district. Matched: "
        "participants minus children who were like them before it began, in grade, "
        "group, attendance and two years of scores. Points of the state test, of "
        f"which {sd:.0f} are one standard deviation. Of 20 intervals 19 should hold "
        'the truth. "Meets with reservations" is the best that a federal reviewer says '
        "of a study without a lottery."
    )


def _lesson(walk: Walk) -> str:
    rows = [
        (answer["title"], SUBJECTS[row["outcome"]], row)
        for answer in walk.answers
        for row in answer["outcomes"]
    ]
    title, subject, worst = min(rows, key=lambda it: it[2]["naive"] - it[2]["truth"])
    naive, matched = (
        sum(abs(row[name] - row["truth"]) for *_, row in rows) / len(rows)
        for name in ("naive", "estimate")
    )
    covered = sum(row["covered"] is True for *_, row in rows)
    return (
        f"{title} truly adds {worst['truth']:.1f} points in {subject}; the naive "
        f"comparison says {signed(worst['naive'])}, for staff chose children who were "
        f"behind. It misses the truth by {naive:.1f} points on average, the matched "
        f"one by {matched:.1f}, and {covered} of {len(rows)} intervals hold the truth."
    )


def _print_next(console: Console, walk: Walk) -> None:
    console.print("\nWhat next", style="bold")
    steps = [f"make serve, then open {API}/docs/", *_log_in(walk.login)]
    for answer in walk.answers:
        run = f"{API}/runs/{answer['run']}"
        steps.append(f"{answer['title']}: {run}/report/?format=html")
        steps.append(f"  before and after, drawn: {run}/love-plot/?format=svg")
    for step in steps:
        console.print(f"  {step}", soft_wrap=True)


def _log_in(login: dict[str, str | None]) -> list[str]:
    if login:
        return [
            f"log-in {login['username']}, password {login['password']}, in a browser: "
            f"{HERE}/log-in/",
            f"token, shown this once: {login['token']}",
        ]
    return [
        "log-in office, made the first time; for a new token: "
        "python manage.py create_role_user office --role admin"
    ]


def signed(points: float) -> str:
    return f"{points:+.1f}"
