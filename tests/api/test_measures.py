"""Measures say their scale; what scores stand on does not change under them."""

import pytest

pytestmark = pytest.mark.django_db
MEASURES = "/api/v1/measures/"
ELA = {
    "code": "mcas-ela",
    "name": "MCAS English",
    "domain": "ela",
    "kind": "continuous",
    "direction": "higher_is_better",
    "scale": "440 to 560",
    "minimum": 440,
    "maximum": 560,
    "meets": 500,
    "first_year": 2017,
}


def test_a_measure_is_made_with_its_scale_and_years(office):
    made = office.post(MEASURES, ELA)
    assert made.status_code == 201, made.content
    assert made.headers["ETag"] == '"v1"'
    assert {**made.json(), **ELA} == made.json()
    assert office.get(f"{MEASURES}?code=mcas-ela").json()["count"] == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "ordinal"}, 400, "invalid_choice"),
        ({"minimum": 560, "maximum": 440}, 400, "no_length"),
        ({"first_year": 2026, "last_year": 2020}, 400, "years_reversed"),
        ({"code": "MCAS ELA"}, 400, "not_a_code"),
        ({"meets": "500"}, 400, "incorrect_type"),
        ({"scalee": "x"}, 400, "unknown_key"),
    ],
)
def test_a_measure_that_cannot_be_is_refused(office, change, status, code):
    answer = office.post(MEASURES, ELA | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_code_is_taken_once(office):
    office.post(MEASURES, ELA)
    assert office.post(MEASURES, ELA).status_code == 409


def test_its_name_changes_and_its_scale_does_not(office):
    made = office.post(MEASURES, ELA).json()
    where, seen = f"{MEASURES}{made['id']}/", {"If-Match": '"v1"'}
    renamed = office.patch(where, {"name": "MCAS ELA"}, headers=seen)
    assert renamed.json()["name"] == "MCAS ELA"
    rescaled = office.patch(where, {"minimum": 200}, headers={"If-Match": '"v2"'})
    assert rescaled.status_code == 400
    assert rescaled.json()["errors"][0]["code"] == "not_amendable"
