"""From nothing to three answered questions: the whole product in one walk."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from outcomes.services.history import who_types
from outcomes.services.runs import report_for
from programs_tracker.demo.answers import answer_of
from programs_tracker.demo.asking import ask
from programs_tracker.demo.district import District, make_district
from programs_tracker.demo.loading import (
    Tell,
    bring_in,
    is_there,
    office,
    refuse_among_others,
)
from programs_tracker.demo.questions import QUESTIONS
from programs_tracker.demo.tables import tables_of

TRUTH_FILE = "demo_truth.json"


@dataclass
class Walk:
    """What the command prints. brought : rows by kind, empty when all was there."""

    students: int
    seed: int
    schools: int
    brought: dict[str, int] = field(default_factory=dict)
    login: dict[str, str | None] = field(default_factory=dict)
    answers: list[dict] = field(default_factory=list)


def take(students: int, seed: int, *, folder: Path, tell: Tell) -> Walk:
    """Bring the district in, ask the three questions, and set the truth beside them.

    folder : where the files and the truth go. A second walk finds everything there.
    """
    tell("Make up a district", 0.0)
    district = make_district(students, seed)
    tables = tables_of(district)
    refuse_among_others(tables)
    by, account = office()
    walk = Walk(students, seed, len(district.schools), login=_login(account))
    if not is_there(tables):
        walk.brought = bring_in(tables, folder / "demo", by=by, tell=tell)
    walk.answers = [_answer(question, district, by, tell) for question in QUESTIONS]
    _write_truth(walk, folder / TRUTH_FILE)
    return walk


def _answer(question, district: District, by, tell: Tell) -> dict:
    def watch(stage: str, share: float) -> None:
        tell(f"{question.title}: {stage}", share)

    run = ask(question, by=by, tell=watch)
    report = report_for(run, by, at_terminal=who_types())
    answer = answer_of(question, report, district)
    return {**answer, "evaluation": run.evaluation_id, "run": run.pk}


def _login(account) -> dict[str, str | None]:
    if account is None:
        return {}
    return {
        "username": account.user.username,
        "password": account.password,
        "token": account.token,
    }


def _write_truth(walk: Walk, path: Path) -> None:
    """The one place outside memory where the truth stands: a file, never a table."""
    truth = {
        "students": walk.students,
        "seed": walk.seed,
        "unit": "points of the test",
        "programs": {
            answer["program"]: {
                "effects": {it["outcome"]: it["truth"] for it in answer["outcomes"]},
                "gap_closed": answer["gap"]["truth"],
            }
            for answer in walk.answers
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(truth, indent=2) + "\n")
