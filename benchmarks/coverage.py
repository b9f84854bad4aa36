"""`python -m benchmarks.coverage [--draws N] [--seed S]`: how often 95% means 95%.

Each draw makes a district anew, with effects that differ from boy to boy and are known
here only, and evaluates its 10 Boys with the product's own engine.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track

from benchmarks.draws import CR2, Draw, Tally, asked, draw_of, footer, markdown
from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from programs_tracker.demo.achievement import POINTS, SUBJECTS
from programs_tracker.demo.district import BEFORE, LAST, District, make_district
from programs_tracker.demo.students import on_roll_in

PROGRAM, SUBJECT = "ten-boys", SUBJECTS[0]
GRADES = range(4, 9)
SIZES = (8_000, 4_000)  # students: 26 schools with a cohort, and 14, which are few
# The demo's own plan, but for who learns English.
PLAN: Mapping[str, Any] = {
    "unit": "lasid",
    "treatment": "treated",
    "outcomes": [{"name": "outcome", "confirmatory": True}],
    "pretests": [f"{subject} before" for subject in SUBJECTS],
    "covariates": [
        *(f"{subject} two before" for subject in SUBJECTS),
        "attendance",
        "low_income",
        "swd",
    ],
    "exact": ["grade", "race_ethnicity"],
    "distance": "logit",
    "ratio": 3,
    "caliper": {"distance": {"width": 0.2}},
    "estimator": "g_computation",
    "cluster": "school_2026",
}
HEADINGS = (
    "students",
    "bias, SD (± of draws)",
    "sd of estimates",
    "holds the truth: CR2",
    "holds the truth: reported 95%",
    "verdicts",
)


def boys(district: District) -> pd.DataFrame:
    """Boys of the program's grades who take part in it, or in nothing."""
    takes_part = district.takes_part
    others = np.any([m for code, m in takes_part.items() if code != PROGRAM], axis=0)
    people = district.people
    could = people["gender"].eq("M") & people["grade"].isin(GRADES)
    columns = {
        f"{subject} {when}": district.scores[subject][:, year]
        for subject in SUBJECTS
        for when, year in (("before", BEFORE), ("two before", BEFORE - 1))
    }
    known = people[["lasid", "grade", "race_ethnicity", "school_2026"]].assign(
        **columns,
        low_income=people["low_income"].astype(int),
        swd=people["swd"].astype(int),
        attendance=district.attendance[:, BEFORE],
        treated=takes_part[PROGRAM].astype(int),
        outcome=district.scores[SUBJECT][:, LAST],
        gained=district.gained[SUBJECT],
    )
    return known[could & on_roll_in(people, 2026) & ~others]


def draw(students: int, design: Design, seed: int) -> Draw:
    """The truth is the mean gain of the participants who are in the analysis."""
    table = boys(make_district(students, seed))
    findings = evaluate(table.drop(columns="gained"), design)
    pairs = findings.pairs
    matched = {entry["unit"] for entry in pairs if entry["treated"]}
    truth = float(table.loc[table["lasid"].isin(matched), "gained"].mean())
    return draw_of(findings.report(), truth, POINTS)


def study(students: int, draws: int, seed: int = 1) -> Tally:
    design, console = Design.from_dict(PLAN), Console(stderr=True)
    seeds = range(1000 * seed, 1000 * seed + draws)
    steps = track(seeds, f"{students} students", console=console)
    return Tally([draw(students, design, it) for it in steps])


def cells(students: int, tally: Tally) -> tuple[str, ...]:
    counts = ", ".join(f"{code} {n}" for code, n in tally.verdicts.most_common())
    return (
        f"{students:,}",
        f"{tally.bias:+.3f} (± {tally.noise:.3f})",
        f"{tally.spread:.3f}",
        f"{1 - tally.rejected(CR2):.1%}",
        f"{tally.coverage:.1%}",
        counts,
    )


def main() -> None:
    wish = asked("python -m benchmarks.coverage", __doc__)
    rows = [cells(size, study(size, wish.draws, wish.seed)) for size in SIZES]
    print(markdown(HEADINGS, rows))
    print(f"\n{footer(wish.draws, wish.seed)}")


if __name__ == "__main__":
    main()
