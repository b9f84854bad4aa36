"""The intervals of the demo are right as often as they say, whatever the seed."""

import numpy as np
import pandas as pd
import pytest

from outcomes.designs.design import Design
from outcomes.engine.evaluate import evaluate
from programs_tracker.demo.achievement import SUBJECTS
from programs_tracker.demo.district import BEFORE, LAST, make_district
from programs_tracker.demo.questions import QUESTIONS, design_of
from programs_tracker.demo.students import YEARS, el_status_in, grade_in, on_roll_in
from programs_tracker.demo.tables import measure_code
from programs_tracker.demo.truth import naive_difference, true_effect


def frame_of(district, program):
    """What the records hold, straight from the district: no database in between."""
    people, takes_part = district.people, district.takes_part
    others = [mask for code, mask in takes_part.items() if code != program]
    frame = people[["grade", "gender", "race_ethnicity", "low_income", "swd"]].astype(
        str
    )
    frame["student"] = people["lasid"]
    frame["participant"] = takes_part[program].astype(int)
    frame["school"] = people["school_2026"].astype(str)
    frame["el_status"] = el_status_in(people, 2026)
    was_here = on_roll_in(people, 2025) & (people["leaves"] > 2025)
    frame["attendance_rate"] = np.where(
        was_here, district.attendance[:, BEFORE], np.nan
    )
    for subject in SUBJECTS:
        code, scores = measure_code(subject), district.scores[subject]
        frame[f"{code}@2024"], frame[f"{code}@2025"] = scores[:, 0], scores[:, BEFORE]
        frame[code] = scores[:, LAST]
        for year in (2024, 2025):
            of_grade = of_the_grade(district, scores[:, YEARS.index(year)], year)
            frame[f"school_grade:{code}@{year}"] = of_grade["mean"]
            frame[f"school_grade:size@{year}"] = of_grade["size"]
    kept = on_roll_in(people, 2026).to_numpy() & ~np.any(others, axis=0)
    return frame[kept]


def of_the_grade(district, scores, year):
    """For each student of today, whoever sat in that grade of that school then."""
    people = district.people
    there = on_roll_in(people, year) & (people["leaves"] > year)
    then = pd.DataFrame(
        {"school": people[f"school_{year}"], "grade": grade_in(people, year)}
    )
    found = then.assign(score=scores)[there].groupby(["school", "grade"])["score"]
    today = pd.MultiIndex.from_frame(people[["school_2026", "grade"]])
    return found.agg(["mean", "size"]).reindex(today).set_axis(people.index)


def outcomes_of(seed):
    """One row a program and subject: what was found, and what is true."""
    district = make_district(students=6_000, seed=seed)
    for question in QUESTIONS:
        keys = {"unit": "student", "treatment": "participant", "cluster": "school"}
        if question.takes_whole_grades:
            keys |= {"assignment": "school_grade"}
        design = Design.from_dict(keys | design_of(question) | {"gaps": []})
        report = evaluate(frame_of(district, question.program), design).report()
        for subject in SUBJECTS:
            row = next(
                it
                for it in report["effects"]
                if it["outcome"] == measure_code(subject) and it["group"] is None
            )
            truth = true_effect(district, question.program, subject)
            yield {
                "program": question.program,
                "is_covered": row["ci_low"] <= truth <= row["ci_high"],
                "error": row["estimate"] - truth,
                "naive_error": naive_difference(district, question.program, subject)
                - truth,
            }


def found_over(seeds):
    return pd.DataFrame(row for seed in seeds for row in outcomes_of(seed))


def test_a_few_other_districts_are_answered_as_well():
    found = found_over([101, 102, 103])
    assert found["is_covered"].sum() >= 15  # of 18
    assert found["error"].abs().mean() < found["naive_error"].abs().mean() / 5


@pytest.mark.nightly
def test_of_twenty_intervals_about_nineteen_hold_the_truth():
    found = found_over(range(1, 41))
    assert 0.92 <= found["is_covered"].mean() <= 0.985
    assert found.groupby("program")["error"].mean().abs().max() < 0.5
    assert (found.query("program != 'excellence-for-all'")["naive_error"] < -8).all()
