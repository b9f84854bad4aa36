"""A score stands on the scale of its measure, in a year in which it was given."""

import pytest

from tests.factories import MeasureFactory, SchoolYearFactory, ScoreFactory

pytestmark = pytest.mark.django_db
SCORES = "/api/v1/scores/"


@pytest.fixture
def score(world):
    MeasureFactory(code="math", first_year=2020, last_year=2026)
    SchoolYearFactory(year=2019)
    return {
        "student": {"lasid": "001"},
        "measure": "math",
        "school_year": {"year": 2026},
        "period": "spring",
        "observed_on": "2026-04-15",
        "value": 501.5,
    }


def test_a_score_is_recorded(office, score):
    made = office.post(SCORES, score)
    assert made.status_code == 201, made.content
    assert (made.json()["value"], made.json()["status"]) == (501.5, "valid")
    again = office.get(made.headers["Location"])
    assert again.json() == made.json()
    assert again.headers["ETag"] == made.headers["ETag"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"value": 560.5}, "/value", "off_the_scale"),
        ({"value": 439}, "/value", "off_the_scale"),
        ({"value": None}, "/value", "value_and_status"),
        ({"status": "absent"}, "/value", "value_and_status"),
        ({"school_year": 2019}, "/school_year", "not_given_then"),
        ({"measure": "maths"}, "/measure", "not_found"),
        ({"period": "summer"}, "/period", "invalid_choice"),
        ({"value": "501"}, "/value", "incorrect_type"),
        ({"version": 1}, "/version", "server_owned"),
    ],
)
def test_a_score_that_cannot_be_is_refused(office, score, change, pointer, code):
    answer = office.post(SCORES, score | change)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_the_ends_of_the_scale_stand_on_it(office, score):
    ends = [{"value": 440, "period": "fall"}, {"value": 560, "period": "winter"}]
    for end in ends:
        assert office.post(SCORES, score | end).status_code == 201


def test_who_was_absent_has_no_value(office, score):
    made = office.post(SCORES, score | {"status": "absent", "value": None})
    assert made.json()["value"] is None


def test_a_second_score_of_the_period_is_refused(office, score):
    office.post(SCORES, score)
    again = office.post(SCORES, score | {"value": 480})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")


def test_scores_are_paged_by_a_cursor(office, world):
    measure = MeasureFactory(code="pages")
    for _ in range(5):
        ScoreFactory(measure=measure)
    seen, address = [], f"{SCORES}?measure__code=pages&page_size=2"
    while address:
        page = office.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert page["count"] == 5
    assert len(set(seen)) == 5


def test_scores_leave_as_the_importer_reads_them(office, score):
    office.post(SCORES, score)
    answer = office.get(f"{SCORES}?format=csv&measure__code=math")
    lines = b"".join(answer).decode().splitlines()
    assert lines == [
        "lasid,measure,school_year,period,observed_on,value,status",
        "001,math,2026,spring,2026-04-15,501.5,valid",
    ]


def test_a_coordinator_sees_the_scores_of_her_school(coordinator, world):
    shown = coordinator.get(SCORES).json()["results"]
    assert [row["id"] for row in shown] == [world.own["scores"].pk]
