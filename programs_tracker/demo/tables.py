"""The district's records as the tables its systems would export, one for each import.

Only what happened is in them. The planted truth is not: it stays in the District.
"""

import numpy as np
import pandas as pd

from programs_tracker.demo.achievement import HIGHEST, LOWEST, SUBJECTS, is_tested_in
from programs_tracker.demo.district import District
from programs_tracker.demo.programs import PROGRAMS, SEATS, Planted
from programs_tracker.demo.students import (
    MEMBER_DAYS,
    NOW,
    YEARS,
    el_status_in,
    grade_in,
    on_roll_in,
)

LAST = YEARS[-1]
OCTOBER_FIRST = "2025-10-01"
PROGRAM_DAYS = {2026: ("2025-10-06", "2026-06-05"), 2027: ("2026-10-05", "2027-06-04")}
PROGRAMS_BEGIN, PROGRAMS_END = PROGRAM_DAYS[LAST]
SCHOOL_YEARS = {
    2024: ("2023-09-07", "2024-06-18"),
    2025: ("2024-09-05", "2025-06-18"),
    2026: ("2025-09-04", "2026-06-18"),
    2027: ("2026-09-10", "2027-06-18"),
}
MEETS = 500
SHARE_UNKNOWN = {"race_ethnicity": 0.005}
MEASURES = {"ela": "English language arts", "math": "Mathematics"}


def tables_of(district: District) -> dict[str, pd.DataFrame]:
    """By kind of import, in an order in which each finds what it refers to."""
    return {
        "schools": district.schools[["code", "name", "level"]],
        "school-years": _school_years(),
        "measures": _measures(),
        "students": district.people[
            ["lasid", "sasid", "first_name", "last_name", "birth_date"]
        ],
        "student-years": _student_years(district),
        "memberships": _memberships(district),
        "offerings": _offerings(district),
        "enrollments": _enrollments(district),
        "scores": _scores(district),
    }


def measure_code(subject: str) -> str:
    return f"mcas-{subject}"


def _school_years() -> pd.DataFrame:
    rows = [(year, *days) for year, days in SCHOOL_YEARS.items()]
    return pd.DataFrame(rows, columns=["year", "first_day", "last_day"])


def _measures() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": [measure_code(subject) for subject in MEASURES],
            "name": [f"MCAS {name}" for name in MEASURES.values()],
            "domain": list(MEASURES),
            "kind": "continuous",
            "direction": "higher_is_better",
            "scale": "next-generation MCAS",
            "minimum": LOWEST,
            "maximum": HIGHEST,
            "meets": MEETS,
            "first_year": 2017,
            "last_year": "",
        }
    )


def _student_years(district: District) -> pd.DataFrame:
    """The end of each year, and the October count that comes before the programs."""
    parts = [_snapshot(district, year, "eoy", SCHOOL_YEARS[year][1]) for year in YEARS]
    return pd.concat([*parts, _snapshot(district, LAST, "oct", OCTOBER_FIRST)])


def _snapshot(district: District, year: int, collection: str, day: str):
    people = district.people
    there = on_roll_in(people, year)
    if collection == "eoy":
        there &= people["leaves"] > year
    facts = pd.DataFrame(
        {
            "lasid": people["lasid"],
            "school_year": year,
            "collection": collection,
            "as_of": day,
            "school": _codes(district, year),
            "grade": _grade_words(people, year),
            "race_ethnicity": people["race_ethnicity"],
            "gender": people["gender"],
            "el_status": el_status_in(people, year),
            "swd": _yes_or_no(people["swd"]),
            "low_income": _yes_or_no(people["low_income"]),
            "days_member": "",
            "days_attended": "",
        }
    )
    if collection == "eoy":
        share = district.attendance[:, YEARS.index(year)]
        facts["days_member"] = MEMBER_DAYS
        facts["days_attended"] = np.rint(share * MEMBER_DAYS).astype(int)
    return _some_unknown(facts, district)[there]


def _some_unknown(facts: pd.DataFrame, district: District) -> pd.DataFrame:
    rng = np.random.default_rng([district.seed, len(facts)])
    for column, share in SHARE_UNKNOWN.items():
        facts[column] = facts[column].mask(rng.random(len(facts)) < share, "")
    return facts


def _memberships(district: District) -> pd.DataFrame:
    """The last year on record, and the one that runs today, whose rolls are open."""
    people = district.people
    last = _roll(district, LAST, on_roll_in(people, LAST))
    stays = people["leaves"] > LAST
    last["last_day"] = np.where(stays, SCHOOL_YEARS[LAST][1], leaving_day(people))[
        last.index
    ]
    now = _roll(district, NOW, stays & (people["grade"] < 8))
    return pd.concat([last, now.assign(last_day="")])


def _roll(district: District, year: int, there: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lasid": district.people["lasid"],
            "school": _codes(district, year),
            "grade": _grade_words(district.people, year),
            "first_day": SCHOOL_YEARS[year][0],
        }
    )[there]


def leaving_day(people: pd.DataFrame) -> pd.Series:
    """In the winter of the last year, spread by the student's own number."""
    days = 30 + people["lasid"].astype(int) % 120
    return (pd.Timestamp(PROGRAMS_BEGIN) + pd.to_timedelta(days, unit="D")).dt.strftime(
        "%Y-%m-%d"
    )


def _offerings(district: District) -> pd.DataFrame:
    """Last year's; and this year's cohorts, whose ten seats are still free."""
    last = [_at_sites(district, planted, LAST) for planted in PROGRAMS]
    now = [_at_sites(district, planted, NOW) for planted in PROGRAMS if planted.gender]
    return pd.concat([*last, *now])


def _at_sites(district: District, planted: Planted, year: int) -> pd.DataFrame:
    sites = district.sites[planted.code]
    return pd.DataFrame(
        {
            "program": planted.code,
            "school": district.schools["code"].to_numpy()[sites],
            "school_year": year,
            "label": "",
            "grades": " ".join(f"{grade:02}" for grade in planted.grades),
            "first_day": PROGRAM_DAYS[year][0],
            "last_day": PROGRAM_DAYS[year][1],
            "capacity": SEATS if planted.gender else "",
        }
    )


def _enrollments(district: District) -> pd.DataFrame:
    return pd.concat([_spells(district, planted.code) for planted in PROGRAMS])


def _spells(district: District, program: str) -> pd.DataFrame:
    people = district.people
    stays = people["leaves"] > LAST
    facts = pd.DataFrame(
        {
            "lasid": people["lasid"],
            "program": program,
            "school": _codes(district, LAST),
            "school_year": LAST,
            "label": "",
            "first_day": PROGRAMS_BEGIN,
            "last_day": np.where(stays, PROGRAMS_END, leaving_day(people)),
            "exit_reason": np.where(stays, "completed", "left_district"),
            "source": "roster" if program == "excellence-for-all" else "nominated",
        }
    )
    return facts[district.takes_part[program]]


def _scores(district: District) -> pd.DataFrame:
    parts = [
        _scores_of(district, subject, year) for subject in SUBJECTS for year in YEARS
    ]
    return pd.concat(parts)


def _scores_of(district: District, subject: str, year: int) -> pd.DataFrame:
    tested = is_tested_in(district.people, year)
    value = pd.Series(district.scores[subject][tested, YEARS.index(year)])
    return pd.DataFrame(
        {
            "lasid": district.people["lasid"][tested].to_numpy(),
            "measure": measure_code(subject),
            "school_year": year,
            "period": "spring",
            "observed_on": f"{year}-05-{14 if subject == 'math' else 7:02}",
            "value": value.map("{:.0f}".format).where(value.notna(), ""),
            "status": np.where(value.notna(), "valid", "absent"),
        }
    )


def _codes(district: District, year: int) -> np.ndarray:
    return district.schools["code"].to_numpy()[district.people[f"school_{year}"]]


def _grade_words(people: pd.DataFrame, year: int) -> pd.Series:
    return grade_in(people, year).map("{:02}".format)


def _yes_or_no(flag: pd.Series) -> np.ndarray:
    return np.where(flag, "yes", "no")
