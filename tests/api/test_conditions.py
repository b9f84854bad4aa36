import pytest

from enrollment.models import School
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db):
    return SchoolFactory(name="Old name")


def address(school) -> str:
    return f"/api/v1/schools/{school.pk}/"


def change(client, school, **headers):
    return client.patch(address(school), {"name": "New name"}, headers=headers)


def test_an_object_carries_its_version_and_a_change_makes_the_next(office, school):
    assert office.get(address(school))["ETag"] == '"v1"'
    changed = change(office, school, **{"If-Match": '"v1"'})
    assert changed.status_code == 200
    assert changed["ETag"] == '"v2"'
    assert changed.data["version"] == 2


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (None, 428, "precondition_required"),
        ('"v0"', 412, "stale_version"),
        ('"v2"', 412, "stale_version"),
        ("*", 400, "malformed_if_match"),
        ("v1", 400, "malformed_if_match"),
        ('"1"', 400, "malformed_if_match"),
        ('W/"v1"', 400, "malformed_if_match"),
        ('"v1", "v2"', 400, "malformed_if_match"),
        ("", 400, "malformed_if_match"),
    ],
)
def test_a_change_needs_the_version_it_was_made_from(
    office, school, sent, status, code
):
    headers = {} if sent is None else {"If-Match": sent}
    response = change(office, school, **headers)
    assert (response.status_code, response.data["code"]) == (status, code)
    assert School.objects.get().name == "Old name"


def test_an_empty_change_changes_nothing(office, school):
    response = office.patch(address(school), {}, headers={"If-Match": '"v1"'})
    assert response.status_code == 200
    assert response["ETag"] == '"v1"'


@pytest.mark.parametrize("known", ['"v1"', 'W/"v1"', '"v7", "v1"'])
def test_who_holds_it_already_is_told_so(office, school, known):
    response = office.get(address(school), headers={"If-None-Match": known})
    assert response.status_code == 304
    assert not response.content
    assert response["ETag"] == '"v1"'


def test_who_holds_an_older_one_gets_the_new(office, school):
    response = office.get(address(school), headers={"If-None-Match": '"v0"'})
    assert response.status_code == 200


def test_what_is_unfolded_or_counted_is_never_called_unchanged(office, world):
    offering = f"/api/v1/offerings/{world.own['offerings'].pk}/"
    enrollment = f"/api/v1/enrollments/{world.own['enrollments'].pk}/?expand=student"
    for each in (offering, enrollment):
        response = office.get(each, headers={"If-None-Match": '"v1"'})
        assert response.status_code == 200


def test_what_is_set_once_cannot_be_changed(office, school):
    response = office.patch(
        address(school), {"code": "9"}, headers={"If-Match": '"v1"'}
    )
    assert response.data["code"] == "not_amendable"
