"""The three questions of the demo and the plans that answer them, fixed beforehand."""

from dataclasses import dataclass
from datetime import date

from programs_tracker.demo.achievement import SUBJECTS
from programs_tracker.demo.programs import SEATS
from programs_tracker.demo.tables import measure_code

FIRST_DAY, LAST_DAY = date(2025, 10, 6), date(2025, 10, 31)
OUTCOME_YEAR, YEAR_BEFORE, TWO_YEARS_BEFORE = 2026, 2025, 2024
KNOWN_OF_A_STUDENT = ["attendance_rate", "low_income", "swd", "el_status"]
BLACK_AND_WHITE = ("race_ethnicity", "black", "white")
LOW_INCOME_AND_NOT = ("low_income", "yes", "no")


@dataclass(frozen=True)
class Question:
    """groups : the gap to report: a dimension, its focal and its reference group."""

    program: str
    title: str
    alike_in: tuple[str, ...]
    takes_whole_grades: bool  # so that nobody in them stays out to be compared with
    groups: tuple[str, str, str]
    who: str  # how its participants came to be, in words

    @property
    def name(self) -> str:
        return f"{self.title} 2025-26: ELA and mathematics in spring 2026"


QUESTIONS = (
    Question(
        "ten-boys",
        "10 Boys",
        alike_in=("grade", "gender", "race_ethnicity"),
        takes_whole_grades=False,
        groups=LOW_INCOME_AND_NOT,
        who=f"{SEATS} boys a school, nominated by staff who worry about them",
    ),
    Question(
        "ten-girls",
        "10 Girls",
        alike_in=("grade", "gender", "race_ethnicity"),
        takes_whole_grades=False,
        groups=LOW_INCOME_AND_NOT,
        who=f"{SEATS} girls a school, nominated by staff who worry about them",
    ),
    Question(
        "excellence-for-all",
        "Excellence for All",
        alike_in=("grade", "race_ethnicity"),
        takes_whole_grades=True,
        groups=BLACK_AND_WHITE,
        who="whole grades 4 to 6, at schools that serve fewer poor children",
    ),
)


def _score(subject: str, year: int) -> str:
    return f"{measure_code(subject)}@{year}"


def _of_grade(what: str) -> list[str]:
    """What the school's grade was like in the two years before, in which others sat."""
    years = (YEAR_BEFORE, TWO_YEARS_BEFORE)
    return [f"school_grade:{what}@{year}" for year in years]


STUDENTS_ALONE = {
    "method": "nearest",
    "ratio": 3,
    "caliper": {"distance": {"width": 0.2, "unit": "sd"}},
}
GRADES_FIRST = {
    "method": "full",
    "match_clusters": {
        "of": ["school", "grade"],
        "on": [
            *(_score(subject, YEAR_BEFORE) for subject in SUBJECTS),
            *(it for subject in SUBJECTS for it in _of_grade(measure_code(subject))),
            "race_ethnicity",
            "low_income",
            "el_status",
            "swd",
        ],
        "trend": [*(_of_grade(measure_code(s)) for s in SUBJECTS), _of_grade("size")],
        "ratio": 2,
    },
}


def design_of(question: Question) -> dict:
    """Boys are compared with boys of their grade who scored and attended as they did.

    Both earlier years stand in it: who was picked for one bad test rises on their own.
    Whole grades are compared with whole grades first, by what they were like before.
    """
    dimension, focal, reference = question.groups
    return {
        "outcomes": [_outcome(subject) for subject in SUBJECTS],
        "pretests": [_score(subject, YEAR_BEFORE) for subject in SUBJECTS],
        "covariates": [
            *(_score(subject, TWO_YEARS_BEFORE) for subject in SUBJECTS),
            *KNOWN_OF_A_STUDENT,
        ],
        "exact": list(question.alike_in),
        "distance": "logit",
        **(GRADES_FIRST if question.takes_whole_grades else STUDENTS_ALONE),
        "estimator": "g_computation",
        "gaps": [{"dimension": dimension, "focal": focal, "reference": reference}],
        "seed": 1,
    }


def _outcome(subject: str) -> dict:
    return {"name": measure_code(subject), "confirmatory": subject == SUBJECTS[0]}
