"""Files of students and of snapshots, as short as a test can write them."""

from enrollment.exchange.kinds import STUDENT_YEARS, STUDENTS
from enrollment.exchange.reading import read

HEADER = "lasid,first_name,last_name,birth_date"


def students(*lines: str, header=HEADER):
    return read(STUDENTS, "\n".join([header, *lines, ""]).encode())


def snapshots(**cells):
    row = {
        "lasid": "1",
        "school_year": "2026",
        "collection": "oct",
        "as_of": "2025-10-01",
        "school": "00350001",
        "grade": "05",
        **cells,
    }
    return read(STUDENT_YEARS, f"{','.join(row)}\n{','.join(row.values())}\n".encode())


def problem_of(sheet):
    [problem] = sheet.problems
    return problem
