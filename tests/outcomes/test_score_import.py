"""Measures and scores from files: on the scale, in a year in which it was given."""

import pytest

from enrollment.services.imports import bring
from outcomes.models import Measure, Score, ScoreStatus
from outcomes.services.scores import IMPORTERS
from tests.factories import (
    MeasureFactory,
    SchoolFactory,
    SchoolMembershipFactory,
    SchoolYearFactory,
    StudentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
SCORES = "lasid,measure,school_year,period,observed_on,value,status"
MEASURES = "code,name,domain,minimum,maximum,meets,first_year"


@pytest.fixture
def file():
    office = UserFactory()

    def bring_in(kind, header, *lines, **options):
        data = "\n".join([header, *lines, ""]).encode()
        return bring(IMPORTERS[kind], data, by=office, **options)

    return bring_in


@pytest.fixture
def ela():
    StudentFactory(lasid="0007")
    SchoolYearFactory()
    return MeasureFactory(code="ela", first_year=2018, last_year=2030)


def score(value="498", status="", year="2026", period="spring"):
    return f"0007,ela,{year},{period},2026-04-15,{value},{status}"


def counts(report):
    return report.created, report.updated, report.unchanged, report.refused


def codes(report):
    return [(it.column, it.code) for it in report.problems]


def test_a_score_is_made_changed_and_left_alone(file, ela):
    assert counts(file("scores", SCORES, score())) == (1, 0, 0, 0)
    assert counts(file("scores", SCORES, score())) == (0, 0, 1, 0)
    assert counts(file("scores", SCORES, score("499.5"))) == (0, 1, 0, 0)
    assert Score.objects.get().value == 499.5
    assert counts(file("scores", SCORES, score(period="Fall"))) == (1, 0, 0, 0)


@pytest.mark.parametrize("value", ["440", "560"])
def test_the_ends_of_the_scale_are_on_it(file, ela, value):
    assert counts(file("scores", SCORES, score(value))) == (1, 0, 0, 0)


@pytest.mark.parametrize("value", ["439.9", "560.1", "9999", "-1", "240"])
def test_a_value_off_the_scale_is_refused(file, ela, value):
    report = file("scores", SCORES, score(value))
    assert codes(report) == [("value", "off_the_scale")]
    assert "from 440 to 560, the scale of ela" in report.problems[0].expected
    assert report.problems[0].found == value
    assert not Score.objects.exists()


@pytest.mark.parametrize(
    "value", ["480*", "95%", '"1,024"', '"1.024,5"', "<10", "#N/A", "NA", "nan", "1e3"]
)
def test_what_is_no_number_is_refused(file, ela, value):
    assert codes(file("scores", SCORES, score(value))) == [("value", "bad_number")]


@pytest.mark.parametrize("year", ["2017", "2031"])
def test_a_year_in_which_it_was_not_given_is_refused(file, ela, year):
    SchoolYearFactory(year=int(year))
    report = file("scores", SCORES, score(year=year))
    assert codes(report) == [("school_year", "not_given_then")]
    assert "(2018 to 2030)" in report.problems[0].expected


def test_a_value_and_a_status_tell_the_same(file, ela):
    assert counts(file("scores", SCORES, score("", "absent"))) == (1, 0, 0, 0)
    assert Score.objects.get().status == ScoreStatus.ABSENT
    for row in (score(""), score("", "valid"), score("498", "absent")):
        assert codes(file("scores", SCORES, row)) == [("value", "value_and_status")]


def test_unknown_students_measures_and_years_are_told_together(file, ela):
    report = file("scores", SCORES, "1,math,2031,spring,2026-04-15,498,")
    assert codes(report) == [
        ("lasid", "not_found"),
        ("measure", "not_found"),
        ("school_year", "not_found"),
    ]


def test_a_scope_takes_the_scores_of_those_on_the_roll(file, ela):
    school = SchoolFactory()
    report = file("scores", SCORES, score(), scope=school)
    assert codes(report) == [("lasid", "out_of_scope")]
    SchoolMembershipFactory(student__lasid="0007", school=school)
    assert counts(file("scores", SCORES, score(), scope=school)) == (1, 0, 0, 0)


def test_a_measure_is_made_with_its_scale(file):
    row = "mcas-ela,MCAS ELA,ela,440,560,500,2018"
    assert counts(file("measures", MEASURES, row)) == (1, 0, 0, 0)
    assert counts(file("measures", MEASURES, row)) == (0, 0, 1, 0)
    ela = Measure.objects.get()
    assert (ela.kind, ela.minimum, ela.first_year) == ("continuous", 440, 2018)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("mcas ela,A,ela,440,560,500,2018", ("code", "bad_code")),
        ("ela,A,ela,560,440,500,2018", ("maximum", "no_scale")),
        ("ela,A,ela,440,440,500,2018", ("maximum", "no_scale")),
    ],
)
def test_a_measure_without_a_scale_or_a_code_is_refused(file, row, problem):
    assert codes(file("measures", MEASURES, row)) == [problem]


def test_a_measure_with_scores_keeps_its_scale_and_may_change_its_name(file, ela):
    file("scores", SCORES, score())
    named = "ela,English,ela,440,560,500,2018"
    assert counts(file("measures", MEASURES, named)) == (0, 1, 0, 0)
    report = file("measures", MEASURES, named.replace("560", "600"))
    assert codes(report) == [("maximum", "scale_is_fixed")]
