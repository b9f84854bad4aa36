"""A small district of one autumn: who took part, who did not, and what was known."""

from datetime import date

import pytest

from outcomes import frames
from outcomes.services import evaluations
from tests.factories import (
    EnrollmentFactory,
    EvaluationFactory,
    MeasureFactory,
    OfferingFactory,
    ProgramFactory,
    SchoolFactory,
    SchoolYearFactory,
    ScoreFactory,
    StudentFactory,
    StudentYearFactory,
)

START = date(2025, 10, 15)
END = date(2025, 12, 19)
DESIGN = {"outcomes": ["ela"], "covariates": ["low_income"], "pretests": ["ela"]}
PLAIN = {**DESIGN, "exact": [], "cluster": None}
GAP = {"dimension": "race_ethnicity", "focal": "black", "reference": "white"}


class SmallDistrict:
    """Says in one line what a student was and did; everything else has a default."""

    def __init__(self):
        self.last_year = SchoolYearFactory(year=2025)
        self.year = SchoolYearFactory(year=2026)
        self.school = SchoolFactory(code="00350001")
        self.ela = MeasureFactory(code="ela", domain="ela")
        self.program = ProgramFactory(code="ten-boys")
        self.rival = ProgramFactory(code="ten-girls")
        self.offerings = {
            program: OfferingFactory(
                program=program,
                school=self.school,
                school_year=self.year,
                capacity=None,
            )
            for program in (self.program, self.rival)
        }

    def student(self, *, snapshot=None, before=None, after=None, **identity):
        """With a snapshot of October, and scores of ela before and after if given."""
        student = StudentFactory(**identity)
        if snapshot is not False:
            self.snapshot(student, **(snapshot or {}))
        if before is not None:
            self.score(student, self.last_year, before)
        if after is not None:
            self.score(student, self.year, after)
        return student

    def snapshot(self, student, **facts):
        return StudentYearFactory(
            student=student, **{"school_year": self.year, "school": self.school} | facts
        )

    def score(self, student, school_year, value, **more):
        return ScoreFactory(
            student=student,
            school_year=school_year,
            value=value,
            **{"measure": self.ela} | more,
        )

    def joins(self, student, first_day=START, program=None, **more):
        return EnrollmentFactory(
            student=student,
            offering=self.offerings[program or self.program],
            first_day=first_day,
            **more,
        )

    def participant(self, **facts):
        student = self.student(**facts)
        self.joins(student)
        return student

    def populate(self, participants=8, others=24):
        """Enough of everybody for a comparison: scores that differ, two groups."""
        for i in range(participants + others):
            known = {
                "low_income": i % 2 == 0,
                "race_ethnicity": ("black", "white")[i % 2],
            }
            before = 470 + 7 * (i % 9)
            student = self.student(snapshot=known, before=before, after=before + i % 5)
            if i < participants:
                self.joins(student)

    def evaluation(self, **more):
        plan = {
            "program": self.program,
            "rivals": [self.rival.code],
            "first_day": START,
            "last_day": END,
            "outcome_year": self.year,
            "design": DESIGN,
        }
        return EvaluationFactory(**plan | more)

    def locked(self, **more):
        """A locked evaluation, as the service locks it."""
        draft = self.evaluation(**more)
        return evaluations.lock(draft, by=draft.created_by, version=draft.version)


@pytest.fixture
def district(db):
    return SmallDistrict()


@pytest.fixture
def frame(district):
    """The frame of an evaluation of the district, and its table by student."""

    def frame(*, with_outcomes=True, **more):
        evaluation = district.evaluation(**more)
        plan = evaluations.plan_of(evaluation)
        made = frames.frame_of(evaluation, plan, with_outcomes=with_outcomes)
        return made.table.set_index(made.table["student"].astype(str)), made

    return frame
