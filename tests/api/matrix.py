"""Who gets which answer: one row for each route and verb. A new route needs its rows.

A status is for the caller's own record. `foreign` is the coordinator's answer about the
other school's; where it is left out the record names no child and is everyone's. A
record that is not there is 404 for whoever may use the verb, and otherwise 403.
"""

from collections.abc import Callable
from dataclasses import dataclass

ROLES = ["admin", "coordinator", "evaluator", "anonymous"]


@dataclass(frozen=True)
class Row:
    route: str
    verb: str
    admin: int
    coordinator: int
    evaluator: int
    foreign: int | None = None
    anonymous: int = 401
    body: Callable = lambda world: None  # of the request
    kind: str = ""  # the record a detail route is about: its first part unless told


def day_after(world):
    return {"action": "exit", "effective_on": "2026-01-16", "reason": "left"}


def batch(world):
    item = {
        "student": world.own["students"].pk,
        "offering": world.own["offerings"].pk,
        "first_day": str(world.own["enrollments"].first_day),
    }
    return {"items": [item]}


def enrollment(world):
    return {
        "student": world.own["students"].pk,
        "offering": world.own["offerings"].pk,
        "first_day": "2026-01-20",
    }


def offering(world):
    return {
        "program": world.own["programs"].pk,
        "school": world.own["schools"].pk,
        "school_year": 2026,
        "label": "Second club",
        "first_day": "2026-01-05",
        "last_day": "2026-06-01",
    }


def student_year(world):
    return {
        "student": world.own["students"].pk,
        "school": world.own["schools"].pk,
        "school_year": 2026,
        "collection": "mar",
        "as_of": "2026-03-01",
        "grade": "05",
    }


def membership(world):
    return {
        "student": world.own["students"].pk,
        "school": world.own["schools"].pk,
        "grade": "05",
        "first_day": "2024-09-01",
        "last_day": "2025-06-18",
    }


def score(world):
    return {
        "student": world.own["students"].pk,
        "measure": "ela",
        "school_year": 2026,
        "period": "winter",
        "observed_on": "2026-01-10",
        "value": 501.5,
    }


def evaluation(world):
    return {
        "name": "Did it help?",
        "program": world.own["programs"].pk,
        "first_day": "2025-10-15",
        "last_day": "2025-12-19",
        "design": {"outcomes": ["ela"], "covariates": ["low_income"]},
    }


MEASURE = {"code": "math", "name": "Mathematics"}
SCHOOL = {"code": "00350999", "name": "New"}
YEAR = {"year": 2027, "first_day": "2026-09-08", "last_day": "2027-06-18"}
PROGRAM = {
    "code": "robotics",
    "name": "Robotics",
    "delivery": "cohort",
    "assignment_level": "student",
}

ROWS = [
    Row("me", "GET", 200, 200, 200),
    Row("tokens", "POST", 401, 401, 401, body=lambda w: LOG_IN),
    Row("tokens-current", "DELETE", 204, 204, 204),
    Row("schema", "GET", 200, 200, 200, anonymous=200),
    Row("docs", "GET", 200, 200, 200, anonymous=200),
    Row("schools-list", "GET", 200, 200, 200),
    Row("schools-list", "POST", 201, 403, 403, body=lambda w: SCHOOL),
    Row("schools-detail", "GET", 200, 200, 200),
    Row("schools-detail", "PATCH", 200, 403, 403, body=lambda w: {"name": "X"}),
    Row("school-years-list", "GET", 200, 200, 200),
    Row("school-years-list", "POST", 201, 403, 403, body=lambda w: YEAR),
    Row("school-years-detail", "GET", 200, 200, 200),
    Row("school-years-detail", "PATCH", 200, 403, 403, body=lambda w: {}),
    Row("students-list", "GET", 200, 200, 403),
    Row("students-list", "POST", 201, 403, 403, body=lambda w: {"lasid": "002"}),
    Row("students-detail", "GET", 200, 200, 403, foreign=404),
    Row("students-detail", "PATCH", 200, 403, 403, 403, body=lambda w: {}),
    Row("students-lookup", "POST", 200, 200, 403, body=lambda w: {"lasids": ["001"]}),
    Row("students-timeline", "GET", 200, 200, 403, foreign=404),
    Row("student-years-list", "GET", 200, 200, 403),
    Row("student-years-list", "POST", 201, 403, 403, body=student_year),
    Row("student-years-detail", "GET", 200, 200, 403, foreign=404),
    Row("student-years-detail", "PATCH", 200, 403, 403, 403, body=lambda w: {}),
    Row("memberships-list", "GET", 200, 200, 403),
    Row("memberships-list", "POST", 201, 403, 403, body=membership),
    Row("memberships-detail", "GET", 200, 200, 403, foreign=404),
    Row("memberships-detail", "PATCH", 200, 403, 403, 403, body=lambda w: {}),
    Row("programs-list", "GET", 200, 200, 200),
    Row("programs-list", "POST", 201, 403, 403, body=lambda w: PROGRAM),
    Row("programs-detail", "GET", 200, 200, 200),
    Row("programs-detail", "PATCH", 200, 403, 403, body=lambda w: {}),
    Row("offerings-list", "GET", 200, 200, 200),
    Row("offerings-list", "POST", 201, 201, 403, body=offering),
    Row("offerings-detail", "GET", 200, 200, 200, foreign=200),
    Row("offerings-detail", "PATCH", 200, 200, 403, 403, body=lambda w: {}),
    Row("offerings-roster", "GET", 200, 200, 403, foreign=404),
    Row("enrollments-list", "GET", 200, 200, 403),
    Row("enrollments-list", "POST", 409, 409, 403, body=enrollment),
    Row("enrollments-detail", "GET", 200, 200, 403, foreign=404),
    Row("enrollments-detail", "PATCH", 200, 200, 403, 404, body=lambda w: {}),
    Row("enrollments-transitions", "GET", 200, 200, 403, foreign=404),
    Row("enrollments-transitions", "POST", 201, 201, 403, 404, body=day_after),
    Row("enrollments-batch", "POST", 200, 200, 403, body=batch),
    Row("measures-list", "GET", 200, 200, 200),
    Row("measures-list", "POST", 201, 403, 403, body=lambda w: MEASURE),
    Row("measures-detail", "GET", 200, 200, 200),
    Row("measures-detail", "PATCH", 200, 403, 403, body=lambda w: {}),
    Row("scores-list", "GET", 200, 200, 403),
    Row("scores-list", "POST", 201, 403, 403, body=score),
    Row("scores-detail", "GET", 200, 200, 403, foreign=404),
    Row("evaluations-list", "GET", 200, 403, 200),
    Row("evaluations-list", "POST", 201, 403, 201, body=evaluation),
    Row("evaluations-detail", "GET", 200, 403, 200),
    Row("evaluations-detail", "PATCH", 200, 403, 200, body=lambda w: {}),
    Row("evaluations-lock", "POST", 200, 403, 200),
    Row("evaluations-diagnostics", "GET", 202, 403, 202),
    Row("evaluations-diagnostics", "POST", 202, 403, 202),
    Row("evaluations-history", "GET", 200, 403, 200),
    Row("evaluations-runs", "GET", 200, 403, 200),
    Row("evaluations-runs", "POST", 409, 403, 409),  # a draft
    Row("runs-list", "GET", 200, 403, 200),
    Row("runs-detail", "GET", 200, 403, 200),
    Row("runs-cancel", "POST", 200, 403, 200),
    Row("runs-report", "GET", 409, 403, 409),  # not done
    Row("runs-balance", "GET", 409, 403, 409),
    Row("runs-effects", "GET", 409, 403, 409),
    Row("runs-gaps", "GET", 409, 403, 409),
    Row("runs-methods", "GET", 409, 403, 409),
    Row("runs-love-plot", "GET", 409, 403, 409, kind="runs"),
    Row("runs-effect-plot", "GET", 409, 403, 409, kind="runs"),
    Row("runs-gap-plot", "GET", 409, 403, 409, kind="runs"),
]
LOG_IN = {"username": "nobody", "password": "nothing"}
