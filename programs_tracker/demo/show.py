"""The walk on paper, for someone who meets the product for the first time."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from programs_tracker.demo.walk import Walk

PIPED_WIDTH = 100
SUBJECTS = {"mcas-ela": "ELA", "mcas-math": "mathematics"}
GROUPS = {
    ("low_income", "yes"): "low-income",
    ("low_income", "no"): "other",
    ("race_ethnicity", "black"): "Black",
    ("race_ethnicity", "white"): "white",
}
BASE_URL = "http://127.0.0.1:8000/api/v1"
INTRODUCTION = (
    "Did the programs help, or were the children who take part different from the "
    "start? Nobody can know of a real district. In this one we planted the answer, hid "
    "it from the product, and set it beside what the product finds."
)
READING = (
    "Naive is participants minus everyone else in the district. Matched is "
    "participants minus children who were like them before it began: same grade and "
    "group, same scores of two years, same attendance. All in points of the state test, whose "
    "standard deviation is about 21. The 95% interval should hold the truth."
)


def print_walk(walk: Walk, out) -> None:
    wide = None if out.isatty() else PIPED_WIDTH
    console = Console(file=out, width=wide, highlight=False)
    console.print(_heading(walk))
    for answer in walk.answers:
        _print_answer(console, answer)
    console.print(READING, style="dim")
    console.print(_verdict_in_words(walk))
    _print_next(console, walk)


def _heading(walk: Walk) -> Text:
    size = f"{walk.students:,} students, {walk.schools} schools, seed {walk.seed}"
    text = Text(f"\nA made-up district: {size}\n", style="bold")
    text.append(INTRODUCTION + "\n", style="not bold")
    text.append(_what_came_in(walk) + "\n", style="not bold dim")
    return text


def _what_came_in(walk: Walk) -> str:
    if not walk.brought:
        return "It was there already: nothing was brought in, and nothing doubled."
    rows = ", ".join(f"{n:,} {kind}" for kind, n in walk.brought.items())
    return f"Brought in: {rows}. The files are in var/demo/."


def _print_answer(console: Console, answer: dict) -> None:
    console.print(Text(answer["title"], style="bold"), f"- {answer['who']}")
    console.print(_effects(console, answer))
    console.print(_matched_in_words(answer["sample"]), style="dim")
    console.print(_balance_in_words(answer["balance"]), style="dim")
    console.print(_gap_in_words(answer["gap"]), style="dim")
    console.print()


def _effects(console: Console, answer: dict) -> Table:
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None)
    table.add_column("points in spring", min_width=18)
    for name in ("naive", "matched", "95% interval", "planted truth", "covered"):
        table.add_column(name, justify="right")
    for row in answer["outcomes"]:
        is_wrong = not row["ci_low"] <= row["naive"] <= row["ci_high"]
        table.add_row(
            SUBJECTS[row["outcome"]],
            Text(signed(row["naive"]), style="red" if is_wrong else ""),
            Text(signed(row["estimate"]), style="bold"),
            _interval(row),
            signed(row["truth"]),
            _yes_no(row["covered"]),
        )
    return table


def _matched_in_words(sample: dict) -> str:
    return (
        f"Matched {sample['matched_treated']:,} of {sample['treated']:,} participants "
        f"with scores of last year to {sample['matched_comparison']:,} others."
    )


def _balance_in_words(balance: dict) -> str:
    before, after = balance["before"], balance["after"]
    return (
        f"Largest difference before matching {abs(before['smd']):.2f} SD "
        f"({_label(before['covariate'])}), after {abs(after['smd']):.2f} SD "
        f"({_label(after['covariate'])}): {balance['verdict'].replace('_', ' ')}."
    )


def _gap_in_words(gap: dict) -> str:
    dimension = gap["dimension"]
    focal, reference = (GROUPS[dimension, gap[key]] for key in ("focal", "reference"))
    between = f"Gap in {SUBJECTS[gap['outcome']]}, {focal} behind {reference}:"
    if gap["closed"] is None:
        return f"{between} too few to tell; truth {signed(gap['truth'])}."
    return (
        f"{between} {gap['without_program']:.1f} without the program, "
        f"{gap['as_delivered']:.1f} with it; closed {signed(gap['closed'])} "
        f"{_interval(gap)}, truth {signed(gap['truth'])} "
        f"({'covered' if gap['covered'] else 'not covered'})."
    )


def _verdict_in_words(walk: Walk) -> Text:
    rows = [row for answer in walk.answers for row in answer["outcomes"]]
    covered = sum(row["covered"] for row in rows)
    naive, matched = (
        sum(abs(row[name] - row["truth"]) for row in rows) / len(rows)
        for name in ("naive", "estimate")
    )
    worst = min(rows, key=lambda row: row["naive"] - row["truth"])
    return Text(
        f"\nThe naive comparison would call off a program that adds "
        f"{worst['truth']:.1f} points, for seeming to cost {-worst['naive']:.1f}. On "
        f"average it misses the truth by {naive:.1f} points, the matched one by "
        f"{matched:.1f}; {covered} of {len(rows)} intervals hold the truth.",
        style="bold",
    )


def _print_next(console: Console, walk: Walk) -> None:
    console.print("\nWhat next", style="bold")
    console.print(f"  make serve, then {BASE_URL}/docs/")
    for answer in walk.answers:
        run = f"{BASE_URL}/runs/{answer['run']}"
        console.print(f"  {answer['title']}: {run}/report/ and {run}/love-plot/")
    if walk.login:
        login = walk.login
        console.print(f"  Log-in: {login['username']}, password {login['password']}")
        console.print(f"  Token, shown this once: {login['token']}")
    else:
        console.print(
            "  Log-in: office, as made the first time; `python manage.py "
            "create_role_user office --role admin` makes a new token."
        )


def signed(points: float) -> str:
    return f"{points:+.1f}"


def _interval(row: dict) -> str:
    return f"{signed(row['ci_low'])} to {signed(row['ci_high'])}"


def _yes_no(flag: bool) -> Text:
    return Text("yes", style="green") if flag else Text("no", style="red")


def _label(covariate: str) -> str:
    words = covariate.replace("mcas-", "MCAS ").replace("@", " ").replace("_", " ")
    return words.replace("ela", "ELA")
