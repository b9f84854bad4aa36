"""Project STAR's kindergarten children as the files that the importers read.

`python -m tests.stories.star_files FOLDER` writes them; docs/star.md goes on from here.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

STAR = Path(__file__).resolve().parents[1] / "reference" / "star.csv"
YEAR = "1986"  # kindergarten in 1985-86
FIRST_DAY, LAST_DAY = "1985-09-03", "1986-06-06"
BEFORE, AFTER = "1985-08-31", "1986-04-15"
RACES = {
    "afam": "black",
    "cauc": "white",
    "asian": "asian",
    "hispanic": "hispanic",
    "amindian": "american_indian",
    "other": "multirace",
    "": "",
}
LOW_INCOME = {"free": "yes", "non-free": "no", "": ""}
GENDERS = {"female": "F", "male": "M"}


def kindergartners() -> list[dict[str, str]]:
    with STAR.open(newline="") as file:
        return [child for child in csv.DictReader(file) if child["stark"]]


def write(folder: Path) -> dict[str, Path]:
    """One file a kind, in the order in which they are to be imported."""
    folder.mkdir(parents=True, exist_ok=True)
    children = kindergartners()
    return {
        kind: _write(folder / f"{kind}.csv", rows)
        for kind, rows in {
            "schools": _schools(children),
            "school-years": [
                {"year": YEAR, "first_day": FIRST_DAY, "last_day": LAST_DAY}
            ],
            "measures": _measures(),
            "students": [_student(child) for child in children],
            "student-years": [_student_year(child) for child in children],
            "memberships": [_membership(child) for child in children],
            "scores": list(_scores(children)),
            "offerings": _offerings(children),
            "enrollments": [
                _enrollment(child) for child in children if child["stark"] == "small"
            ],
        }.items()
    }


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def lasid(child: dict[str, str]) -> str:
    return child["student"].zfill(6)


def school(child: dict[str, str]) -> str:
    return child["schoolidk"].zfill(8)


def _schools(children: list[dict[str, str]]) -> list[dict[str, str]]:
    codes = sorted({school(child) for child in children})
    return [
        {"code": code, "name": f"STAR school {int(code)}", "level": "elementary"}
        for code in codes
    ]


def _measures() -> list[dict[str, str]]:
    return [
        {
            "code": code,
            "name": f"Stanford Achievement Test, kindergarten {subject}",
            "domain": domain,
            "kind": "continuous",
            "scale": "SAT scaled score",
        }
        for code, subject, domain in (
            ("readk", "reading", "ela"),
            ("mathk", "mathematics", "math"),
        )
    ]


def _student(child: dict[str, str]) -> dict[str, str]:
    return {"lasid": lasid(child), "birth_date": _birth_date(child["birth"])}


def _birth_date(quarter: str) -> str:
    """1979.5 is the third quarter of 1979."""
    if not quarter:
        return ""
    year, _, part = quarter.partition(".")
    month = 1 + round(float(f"0.{part or 0}") * 4) * 3
    return f"{year}-{month:02}-01"


def _student_year(child: dict[str, str]) -> dict[str, str]:
    return {
        "lasid": lasid(child),
        "school_year": YEAR,
        "collection": "oct",
        "as_of": BEFORE,
        "school": school(child),
        "grade": "K",
        "race_ethnicity": RACES[child["ethnicity"]],
        "gender": GENDERS[child["gender"]],
        "low_income": LOW_INCOME[child["lunchk"]],
    }


def _membership(child: dict[str, str]) -> dict[str, str]:
    return {
        "lasid": lasid(child),
        "school": school(child),
        "grade": "K",
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
    }


def _scores(children: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    for child in children:
        for measure in ("readk", "mathk"):
            if child[measure]:
                yield {
                    "lasid": lasid(child),
                    "measure": measure,
                    "school_year": YEAR,
                    "period": "spring",
                    "observed_on": AFTER,
                    "value": child[measure],
                }


def _offerings(children: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        {
            "program": "small-class",
            "school": code,
            "school_year": YEAR,
            "grades": "K",
            "first_day": FIRST_DAY,
            "last_day": LAST_DAY,
        }
        for code in sorted({school(c) for c in children if c["stark"] == "small"})
    ]


def _enrollment(child: dict[str, str]) -> dict[str, str]:
    return {
        "lasid": lasid(child),
        "program": "small-class",
        "school": school(child),
        "school_year": YEAR,
        "first_day": FIRST_DAY,
    }


if __name__ == "__main__":
    for kind, path in write(Path(sys.argv[1])).items():
        print(kind, path)
